"""PUT, copy and DELETE of objects."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from fake_backend.objects import instants
from fake_backend.objects.answer import Answer, document
from fake_backend.objects.body import content
from fake_backend.objects.conditions import failed
from fake_backend.objects.document import read
from fake_backend.objects.errors import InvalidArgument, InvalidRequest, MalformedXML
from fake_backend.objects.store import DEFAULT_CONTENT_TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fake_backend.objects.document import Content as Document
    from fake_backend.objects.request import ObjectRequest
    from fake_backend.objects.store import ObjectStore

MAX_DELETED_AT_ONCE = 1000  # S3 API reference, ``DeleteObjects``

_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, 5.6.2

# What S3 keeps along with an object, beside ``x-amz-meta-*``: S3 user guide, "System-defined object metadata"
KEPT_HEADERS = ("cache-control", "content-disposition", "content-encoding", "content-language", "expires")


def put_object(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Store an object."""
    store.require(request.bucket)
    if request.headers.get("if-none-match") == "*" and store.look_up(request.bucket, request.key) is not None:
        raise failed("If-None-Match")
    upload = content(request.body, request.headers)
    checksum = dict([upload.checksum, ("x-amz-checksum-type", "FULL_OBJECT")]) if upload.checksum else {}
    key = store.keep(
        request.bucket, request.key, upload.body, kept_headers(request.headers, request.parameters), checksum
    )
    return Answer(headers={"ETag": key.etag, "x-amz-server-side-encryption": "AES256", **checksum})


def copy_object(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Store the bytes of another object; with ``x-amz-metadata-directive: REPLACE`` under the headers that came."""
    source_bucket, source_key = request.copy_source
    if not source_key:
        raise InvalidArgument(
            "Invalid copy source object key",
            received=request.headers["x-amz-copy-source"],
            expected="<bucket>/<key>, percent-encoded",
            elements={"ArgumentName": "x-amz-copy-source", "ArgumentValue": "x-amz-copy-source"},
        )
    source = store.find(source_bucket, source_key)
    replace = request.headers.get("x-amz-metadata-directive", "COPY") == "REPLACE"
    if not replace and (source_bucket, source_key) == (request.bucket, request.key):
        raise InvalidRequest(
            "This copy request is illegal because it is trying to copy an object to itself without changing the "
            "object's metadata, storage class, website redirect location or encryption attributes."
        )
    headers = kept_headers(request.headers, request.parameters) if replace else source.headers
    key = store.keep(request.bucket, request.key, source.value, headers, dict(source.checksum))
    return document("CopyObjectResult", [("ETag", key.etag), ("LastModified", instants.iso(key.modified))])


def delete_object(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Remove an object; one that is not there is removed already."""
    store.delete(request.bucket, request.key)
    return Answer(204)


def delete_objects(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Remove up to 1,000 objects that a document names."""
    store.require(request.bucket)
    named = ("content-md5", "x-amz-trailer", "x-amz-sdk-checksum-algorithm")
    if not any(name in named or name.startswith("x-amz-checksum-") for name in request.headers):
        raise InvalidRequest("Missing required header for this request: Content-MD5")
    root = read(content(request.body, request.headers).body, "Delete")
    keys = [element.findtext("Key") for element in root.iter("Object")]
    if not 1 <= len(keys) <= MAX_DELETED_AT_ONCE or not all(keys):
        raise MalformedXML(received=f"{len(keys)} objects", expected=f"1 to {MAX_DELETED_AT_ONCE} objects with keys")
    for key in keys:
        store.delete(request.bucket, str(key))
    quiet = (root.findtext("Quiet") or "").strip() == "true"
    deleted: Iterable[tuple[str, Document]] = [("Deleted", [("Key", str(key))]) for key in keys]
    return document("DeleteResult", [] if quiet else deleted)


def kept_headers(headers: Mapping[str, str], parameters: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return what is stored along with the bytes: type, encoding and the like, and the client's own metadata.

    Args:
        headers: Lower-case names and values; fields of a form are as good.
        parameters: Of a URL, where metadata may also stand: recorded from AWS in LocalStack's ``test_s3.py``,
            ``test_presigned_url_v4_x_amz_in_qs``.

    Raises:
        InvalidArgument: The name of a user's metadata could not stand in the answer: it is no token (RFC 9110, 5.1).
    """
    kept = {"content-type": headers.get("content-type", DEFAULT_CONTENT_TYPE)}
    kept.update((name, headers[name]) for name in KEPT_HEADERS if name in headers)
    for source in (parameters or {}, headers):
        kept.update((_metadata_name(name), source[name]) for name in source if name.lower().startswith("x-amz-meta-"))
    encodings = [item.strip() for item in kept.pop("content-encoding", "").split(",")]
    encoding = ",".join(item for item in encodings if item not in {"", "aws-chunked"})  # framing, not the object's
    return {**kept, "content-encoding": encoding} if encoding else kept


def _metadata_name(name: str) -> str:
    if not _TOKEN.fullmatch(name):
        raise InvalidArgument(
            "Metadata names must be valid HTTP header names.",
            received=(told := name.encode("unicode_escape").decode("ascii")),
            expected="letters, digits and !#$%&'*+-.^_`|~",
            elements={"ArgumentName": told, "ArgumentValue": told},
        )
    return name.lower()
