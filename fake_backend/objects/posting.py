"""PostObject: a form that carries its own permission, as a browser sends it.

Source: S3 API reference, "POST Object" and "Authenticating requests: browser-based uploads using POST"; refusals as
recorded from AWS on 2026-02-21 in LocalStack's ``tests/aws/services/s3/test_s3.snapshot.json``,
``TestS3PresignedPost``.
Not supported: anonymous forms (every bucket is private), tags, storage classes.
"""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode, urlsplit

from fake_backend.objects import claim, instants
from fake_backend.objects.answer import Answer
from fake_backend.objects.body import content
from fake_backend.objects.document import write
from fake_backend.objects.errors import (
    AccessDenied,
    InvalidArgument,
    InvalidRequest,
    SignatureDoesNotMatch,
)
from fake_backend.objects.form import PostForm
from fake_backend.objects.policy import Policy
from fake_backend.objects.scope import CredentialScope
from fake_backend.objects.signing import UNRESERVED, signature
from fake_backend.objects.writing import kept_headers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.objects.request import ObjectRequest
    from fake_backend.objects.store import ObjectStore

SIGNED = ("X-Amz-Signature", "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date")  # by the names that S3 gives them
SIGV2 = ("awsaccesskeyid", "signature")
STATUSES = {"200": 200, "201": 201}  # any other ``success_action_status`` is 204
_URL_SAFE = "%:/?#[]@!$&'()*+,;=-._~"  # RFC 3986, 2.2 and 2.3, and what is encoded already


def post_object(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Judge a form, store its file, and answer as it asks to be answered.

    Args:
        request: A POST to a bucket; nobody has judged it yet.
        store: Whose credentials, region and clock count.

    Raises:
        StorageRefusal: The form is none, or its policy does not allow it; the class says which.
    """
    form = PostForm.read(request)
    fields = form.fields
    if not fields.get("key"):
        raise _missing("key")
    policy = _admitted(fields, request.bucket, store)
    policy.judge(fields, bucket=request.bucket, size=len(form.file), now=request.now(store.clock))
    store.require(request.bucket)
    upload = content(form.file, {name: value for name, value in fields.items() if _is_digest(name)})
    checksum = dict([upload.checksum, ("x-amz-checksum-type", "FULL_OBJECT")]) if upload.checksum else {}
    key = store.keep(request.bucket, fields["key"], upload.body, kept_headers(fields), checksum)
    location = f"{request.url.rstrip('/')}/{quote(fields['key'], safe=UNRESERVED)}"
    told = {"ETag": key.etag, "Location": location, "x-amz-server-side-encryption": "AES256", **checksum}
    redirect = _redirect(fields, [("bucket", request.bucket), ("key", fields["key"]), ("etag", key.etag)])
    if redirect:
        return Answer(303, {**told, "Location": redirect})
    status = STATUSES.get(fields.get("success_action_status", ""), 204)
    if status != 201:
        return Answer(status, told)
    shown = [("Location", location), ("Bucket", request.bucket), ("Key", fields["key"]), ("ETag", key.etag)]
    return Answer(201, {**told, "Content-Type": "application/xml"}, write("PostResponse", shown, namespace=False))


def _admitted(fields: Mapping[str, str], bucket: str, store: ObjectStore) -> Policy:
    """Return the policy of a form, once its signature is found right, and its signer to have rights on the bucket."""
    if "policy" not in fields or not any(name.lower() in fields for name in (*SIGNED, *SIGV2)):
        raise AccessDenied(expected="a form with a policy and its signature")
    if any(name in fields for name in SIGV2):  # as in URLs and headers: regions this young never took it
        raise InvalidRequest(
            f"The authorization mechanism you have provided is not supported. Please use {claim.ALGORITHM}.",
            expected=claim.ALGORITHM,
        )
    for name in SIGNED:
        if name.lower() not in fields:
            raise _missing(name)
    given = {name: fields[name.lower()] for name in SIGNED}
    if given["X-Amz-Algorithm"] != claim.ALGORITHM:
        refuse = _refusing("X-Amz-Algorithm", given["X-Amz-Algorithm"])
        raise refuse(f'X-Amz-Algorithm only supports "{claim.ALGORITHM}"', expected=claim.ALGORITHM)
    refuse = _refusing("X-Amz-Credential", given["X-Amz-Credential"])
    scope = CredentialScope.read(given["X-Amz-Credential"], region=store.region, refuse=refuse)
    date = instants.read_signing(given["X-Amz-Date"])
    if date is None:
        refuse = _refusing("X-Amz-Date", given["X-Amz-Date"])
        raise refuse("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    scope.require_day(date, refuse=refuse)
    grant = claim.granted(scope, store)
    claim.refuse_token(fields.get("x-amz-security-token"))
    expected = signature(fields["policy"], grant.credentials, store.region, given["X-Amz-Date"])
    if not hmac.compare_digest(expected.encode(), given["X-Amz-Signature"].encode()):
        raise SignatureDoesNotMatch(
            elements={
                "AWSAccessKeyId": scope.access_key,
                "StringToSign": fields["policy"],
                "SignatureProvided": given["X-Amz-Signature"],
                "StringToSignBytes": fields["policy"].encode().hex(" "),
            }
        )
    claim.authorise(grant, store, bucket)
    return Policy.read(fields["policy"])


def _missing(name: str) -> InvalidArgument:
    return InvalidArgument(
        f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields.",
        expected=f"a field {name} before the file",
        elements={"ArgumentName": name, "ArgumentValue": ""},
    )


def _refusing(name: str, value: str) -> Callable[..., InvalidArgument]:
    """Return how to refuse a field: by its name and value, as versitygw's tests hold S3 to."""

    def refuse(message: str, *, elements: Mapping[str, str] | None = None, **told: str) -> InvalidArgument:
        named = {"ArgumentName": name, "ArgumentValue": value, **(elements or {})}
        return InvalidArgument(message, **({"received": value} | told), elements=named)

    return refuse


def _is_digest(name: str) -> bool:
    return name == "content-md5" or name.startswith("x-amz-checksum-")


def _redirect(fields: Mapping[str, str], told: list[tuple[str, str]]) -> str | None:
    """Return where a browser is sent with ``told``; ``None`` where the form names no URL that could be followed."""
    try:
        split = urlsplit(fields.get("success_action_redirect") or fields.get("redirect") or "")
    except ValueError:  # a bracket that is none of an address
        return None
    if split.scheme not in {"http", "https"} or not split.netloc:
        return None
    query = "&".join(filter(None, [split.query, urlencode(told)]))
    return quote(split._replace(query=query).geturl(), safe=_URL_SAFE)
