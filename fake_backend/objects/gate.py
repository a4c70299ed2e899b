"""Who gets through to the objects: every request is signed again and compared.

A request shows its signature in its URL (presigned) or in its ``Authorization`` header; everything else is turned
away, but for a form, which carries its permission in its fields (`fake_backend.objects.posting`). What it says about
the signature is read first (`fake_backend.objects.claim`), then botocore's own signer signs the request again as the
claim has it (`fake_backend.objects.signing`), and the two signatures have to be equal. Of a body that is signed chunk
by chunk, so is every chunk (`fake_backend.objects.chunks`).

Source: S3 API reference, "Authenticating requests (AWS Signature Version 4)"; refusals as recorded from AWS, see
`fake_backend.objects.errors` and the comments here.
Whether the keys have rights on the bucket is asked last (`fake_backend.objects.grants`).
Not supported: SigV2, SigV4A, session tokens.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import TYPE_CHECKING

from fake_backend.objects import chunks, claim, instants
from fake_backend.objects.errors import (
    AccessDenied,
    ContentMismatch,
    InvalidArgument,
    InvalidRequest,
    SignatureDoesNotMatch,
)
from fake_backend.objects.scope import SERVICE, TERMINAL
from fake_backend.objects.signing import Presented, resign, signature

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_backend.objects.claim import Claim
    from fake_backend.objects.request import ObjectRequest
    from fake_backend.objects.store import ObjectStore

_SIGNED_URL = ("X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Signature")  # any of them makes a URL a signed one
_SIGV2_URL = ("AWSAccessKeyId", "Signature")


def admit(request: ObjectRequest, store: ObjectStore) -> None:
    """Let a request through, or refuse it.

    Args:
        request: What came.
        store: Whose credentials, region and clock count.

    Raises:
        StorageRefusal: The request is unsigned, wrongly signed, no longer good, or about somebody else's bucket; the
            class says which.
    """
    in_url, in_header = _places(request)
    if in_url and in_header:
        raise InvalidArgument(
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            "parameter or the Authorization header should be specified",
            elements={"ArgumentName": "Authorization", "ArgumentValue": "***"},
        )
    _refuse_sigv2(request)
    if in_url:
        _judge(claim.read_url(request, store), request, store)
    elif in_header:
        _judge(claim.read_header(request, store), request, store)
    else:
        raise AccessDenied(expected="a presigned URL or an Authorization header")


def is_signed(request: ObjectRequest) -> bool:
    """Return whether a request shows a signature in its URL or in a header, right or wrong."""
    return any(_places(request)) or any(name in request.parameters for name in _SIGV2_URL)


def _places(request: ObjectRequest) -> tuple[bool, bool]:
    return any(name in request.parameters for name in _SIGNED_URL), "authorization" in request.headers


def _refuse_sigv2(request: ObjectRequest) -> None:
    # Regions opened after January 2014, ap-northeast-2 among them, never took SigV2: aws-labs#4, s3cmd#1376.
    by_header = request.headers.get("authorization", "").startswith("AWS ")
    if by_header or any(name in request.parameters for name in _SIGV2_URL):
        raise InvalidRequest(
            f"The authorization mechanism you have provided is not supported. Please use {claim.ALGORITHM}.",
            expected=claim.ALGORITHM,
        )


def _judge(claimed: Claim, request: ObjectRequest, store: ObjectStore) -> None:
    """Sign the request again and compare, then hold the body against what was signed."""
    left_out = _unsigned(request.headers, claimed.signed_headers)
    if left_out:
        raise AccessDenied(
            "There were headers present in the request which were not signed",
            elements={"HeadersNotSigned": ", ".join(left_out)},
        )
    presented = Presented(
        method=_method(claimed, request, store),
        path=request.path,
        query=[pair for pair in request.query if pair[0] != "X-Amz-Signature"],
        headers=[(name, request.headers[name]) for name in claimed.signed_headers if name in request.headers],
        payload=claimed.payload,
        timestamp=claimed.date.strftime(instants.SIGNING),
    )
    resigned = resign(presented, claimed.grant.credentials, store.region, by_query=claimed.by_query)
    if not hmac.compare_digest(resigned.signature.encode(), claimed.signature.encode()):
        raise SignatureDoesNotMatch(
            elements={
                "AWSAccessKeyId": claimed.scope.access_key,
                "StringToSign": resigned.string_to_sign,
                "SignatureProvided": claimed.signature,
                "StringToSignBytes": resigned.string_to_sign.encode().hex(" "),
                "CanonicalRequest": resigned.canonical_request,
                "CanonicalRequestBytes": resigned.canonical_request.encode().hex(" "),
            }
        )
    if claimed.payload in {chunks.SIGNED, chunks.SIGNED_WITH_TRAILER}:
        _judge_chunks(claimed, request, store)
    if claim.HEX_SHA256.fullmatch(claimed.payload):
        computed = hashlib.sha256(request.body).hexdigest()
        if not hmac.compare_digest(computed, claimed.payload):
            raise ContentMismatch(
                elements={"ClientComputedContentSHA256": claimed.payload, "S3ComputedContentSHA256": computed}
            )
    claim.authorise(claimed.grant, store, request.bucket, request.copy_source[0])


def _method(claimed: Claim, request: ObjectRequest, store: ObjectStore) -> str:
    """Return the method that must have been signed: the request's."""
    return "GET" if claimed.by_query and "presign-any-method" in store.bugs else request.method


def _judge_chunks(claimed: Claim, request: ObjectRequest, store: ObjectStore) -> None:
    timestamp = claimed.date.strftime(instants.SIGNING)
    seal = chunks.Seal(
        seed=claimed.signature,
        timestamp=timestamp,
        scope=f"{claimed.scope.day}/{store.region}/{SERVICE}/{TERMINAL}",
        access_key=claimed.scope.access_key,
        sign=lambda text: signature(text, claimed.grant.credentials, store.region, timestamp),
    )
    seal.judge(chunks.Framed.read(request.body), with_trailer=claimed.payload == chunks.SIGNED_WITH_TRAILER)


def _unsigned(headers: Iterable[str], signed: tuple[str, ...]) -> list[str]:
    """Return the headers that had to be signed and were not.

    That is ``host`` and all of ``x-amz-*`` but the body's hash: recorded from AWS in LocalStack's ``test_s3.py``,
    ``test_put_object_with_md5_and_chunk_signature_bad_headers``.
    """
    needed = {name for name in headers if name.startswith("x-amz-") and name != "x-amz-content-sha256"}
    return sorted((needed | {"host"}).difference(signed))
