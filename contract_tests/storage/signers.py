"""botocore's own signers at a given instant, and the requests that are made with them.

What is signed is what a client without a fault would sign; a probe then sends something else.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import requests
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.storage.sides import Side

SERVICE = "s3"
TIMESTAMP = "%Y%m%dT%H%M%SZ"  # SigV4's only form
TIMEOUT = 30  # seconds; nobody waits them out


class _Dated:
    """Signs at the instant in the request's context, where botocore would take the machine's."""

    def sign(self: Any, request: AWSRequest, at: datetime) -> AWSRequest:
        request.context["timestamp"] = at.strftime(TIMESTAMP)
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))
        return request


class _Url(_Dated, S3SigV4QueryAuth):  # type: ignore[misc]  # botocore has no types
    """Signs URLs."""


class _Header(_Dated, S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Signs by ``Authorization``."""


def now() -> datetime:
    """Return the machine's time, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def url(
    side: Side,
    key: str,
    *,
    method: str = "GET",
    expires: Any = 60,
    at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
) -> str:
    """Return a presigned URL.

    Args:
        side: Where it leads to.
        key: Of the object.
        method: That it is good for.
        expires: Seconds that it is good for; anything is signed.
        at: When it is signed; now when left out.
        headers: That have to come with it.
    """
    request = AWSRequest(method, f"{side.bucket_url}/{quote(key)}", headers=dict(headers or {}))
    signed = _Url(side.credentials, SERVICE, side.region, expires=expires).sign(request, at or now())
    return str(signed.url)


def signed_headers(
    side: Side,
    method: str,
    target: str,
    *,
    body: bytes = b"",
    at: datetime | None = None,
    headers: Mapping[str, str] | None = None,
    payload: str | None = None,
) -> dict[str, str]:
    """Return the headers of a request that is signed by header.

    Args:
        side: Whose keys sign.
        method: HTTP method.
        target: The whole URL.
        body: What is sent.
        at: When it is signed; now when left out.
        headers: Further ones.
        payload: What stands for the body; its hash when left out.
    """
    signer = _Header(side.credentials, SERVICE, side.region)
    if payload is not None:
        signer.payload = lambda _: payload
    request = AWSRequest(method, target, headers=dict(headers or {}), data=body)
    return dict(signer.sign(request, at or now()).headers.items())


def signature(side: Side, text: str, at: datetime) -> str:
    """Return the signature of any text: a policy, or what stands for a chunk."""
    request = AWSRequest()
    request.context["timestamp"] = at.strftime(TIMESTAMP)
    return str(S3SigV4Auth(side.credentials, SERVICE, side.region).signature(text, request))


def chunked(side: Side, chunks: Sequence[bytes], at: datetime, seed: str) -> bytes:
    """Return a body of signed chunks.

    Source: S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple
    chunks".

    Args:
        side: Whose keys sign.
        chunks: The bytes, chunk by chunk, without the empty last one.
        at: When the request was signed.
        seed: Its signature.
    """
    stamp, scope = at.strftime(TIMESTAMP), f"{at:%Y%m%d}/{side.region}/{SERVICE}/aws4_request"
    nothing, framed, previous = hashlib.sha256(b"").hexdigest(), [], seed
    for chunk in [*chunks, b""]:
        digest = hashlib.sha256(chunk).hexdigest()
        text = f"AWS4-HMAC-SHA256-PAYLOAD\n{stamp}\n{scope}\n{previous}\n{nothing}\n{digest}"
        previous = signature(side, text, at)
        framed.append(b"%x;chunk-signature=%b\r\n%b\r\n" % (len(chunk), previous.encode(), chunk))
    return b"".join(framed)


def form(
    side: Side,
    *,
    conditions: Sequence[Any] = (),
    key: str = "posted",
    fields: Mapping[str, str] | None = None,
    document: Any = None,
    expires: int = 60,
) -> dict[str, str]:
    """Return the signed fields of a form, in the order of boto3's.

    Args:
        side: Where it is to be sent.
        conditions: Beside those of the fields that sign, and of the key.
        key: Of the object.
        fields: Further ones; they need conditions.
        document: The policy, in place of the one made of all this: a document, or bytes that are none.
        expires: Seconds from now that the policy is good for.
    """
    at = now()
    signing = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{side.credentials.access_key}/{at:%Y%m%d}/{side.region}/{SERVICE}/aws4_request",
        "x-amz-date": at.strftime(TIMESTAMP),
    }
    if document is None:
        document = policy([*conditions, {"key": key}, *({name: value} for name, value in signing.items())], expires)
    encoded = b64encode(document if isinstance(document, bytes) else json.dumps(document).encode()).decode("ascii")
    signed = {**(fields or {}), "key": key, **signing, "policy": encoded}
    return {**signed, "x-amz-signature": signature(side, encoded, at)}


def policy(conditions: Sequence[Any], expires: int = 60) -> dict[str, Any]:
    """Return a policy's document that is good for ``expires`` seconds."""
    return {"expiration": f"{now() + timedelta(seconds=expires):%Y-%m-%dT%H:%M:%SZ}", "conditions": list(conditions)}


def post(
    side: Side, fields: Mapping[str, str], body: bytes = b"posted", *, filename: str | None = "own name.txt"
) -> requests.Response:
    """Send a form as a browser does, the file last."""
    return requests.post(
        side.bucket_url,
        data=dict(fields),
        files={"file": (filename, body)},
        timeout=TIMEOUT,
        allow_redirects=False,
    )
