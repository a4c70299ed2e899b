"""Multipart uploads: begin, part, complete, abort, list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_backend.core.digits import whole
from fake_backend.objects import instants
from fake_backend.objects.answer import Answer, document
from fake_backend.objects.body import content
from fake_backend.objects.document import read
from fake_backend.objects.errors import InvalidArgument, InvalidPartOrder, InvalidRequest, MalformedXML
from fake_backend.objects.writing import kept_headers

if TYPE_CHECKING:
    from fake_backend.objects.document import Content as Document
    from fake_backend.objects.request import ObjectRequest
    from fake_backend.objects.shelf import Key
    from fake_backend.objects.store import ObjectStore

MAX_PART_NUMBER = 10_000  # S3 user guide, "Amazon S3 multipart upload limits"
MAX_PARTS_LISTED = 1000  # likewise
UPLOAD_ID_BITS = 512  # AWS's are some 128 characters


def create_upload(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Begin an upload in parts."""
    store.require(request.bucket)
    upload_id = store.draw_id(UPLOAD_ID_BITS)
    with store.lock:
        store.shelf.begin_upload(
            request.bucket, request.key, kept_headers(request.headers, request.parameters), upload_id
        )
    return document(
        "InitiateMultipartUploadResult",
        [("Bucket", request.bucket), ("Key", request.key), ("UploadId", upload_id)],
    )


def upload_part(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Store one part."""
    store.require(request.bucket)
    number = _number(request, "partNumber", least=1, most=MAX_PART_NUMBER, default=0)
    upload_id = request.parameters["uploadId"]
    with store.lock:
        store.shelf.upload(request.bucket, request.key, upload_id)
    came = content(request.body, request.headers)
    with store.lock:
        part = store.shelf.upload(request.bucket, request.key, upload_id).set_part(number, came.body)
    headers = {"ETag": part.etag, "x-amz-server-side-encryption": "AES256"}
    return Answer(headers={**headers, **dict([came.checksum] if came.checksum else [])})


def complete_upload(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Join the parts that a document names."""
    store.require(request.bucket)
    root = read(content(request.body, request.headers).body, "CompleteMultipartUpload")
    parts: list[tuple[int, str]] = []
    for element in root.iter("Part"):
        number, etag = element.findtext("PartNumber", ""), element.findtext("ETag", "")
        if not number.isascii() or not number.isdecimal() or not etag:
            raise MalformedXML(received=number, expected="a PartNumber and an ETag in each Part")
        parts.append((whole(number), etag))
    if not parts:
        raise InvalidRequest("You must specify at least one part", received="no Part", expected="one or more")
    upload_id = request.parameters["uploadId"]
    numbers = [number for number, _ in parts]
    if numbers != sorted(set(numbers)):
        raise InvalidPartOrder(received=numbers, elements={"UploadId": upload_id})
    key = store.complete_upload(request.bucket, request.key, upload_id, parts)
    return document(
        "CompleteMultipartUploadResult",
        [
            ("Location", request.url),
            ("Bucket", request.bucket),
            ("Key", request.key),
            ("ETag", key.etag),
        ],
    )


def abort_upload(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Forget an upload and its parts."""
    store.require(request.bucket)
    with store.lock:
        store.shelf.abort_upload(request.bucket, request.key, request.parameters["uploadId"])
    return Answer(204)


def list_parts(request: ObjectRequest, store: ObjectStore) -> Answer:
    """List the parts that have been uploaded so far."""
    store.require(request.bucket)
    most = _number(request, "max-parts", least=0, most=2**31 - 1, default=MAX_PARTS_LISTED)
    after = _number(request, "part-number-marker", least=0, most=2**31 - 1, default=0)
    upload_id = request.parameters["uploadId"]
    with store.lock:
        parts = store.shelf.parts(request.bucket, request.key, upload_id)
    numbers = sorted(number for number in parts if number > after)
    listed = numbers[: min(most, MAX_PARTS_LISTED)]
    owner: Document = [("ID", store.owner_id)]
    return document(
        "ListPartsResult",
        [
            ("Bucket", request.bucket),
            ("Key", request.key),
            ("UploadId", upload_id),
            ("Initiator", owner),
            ("Owner", owner),
            ("StorageClass", "STANDARD"),
            ("PartNumberMarker", str(after)),
            ("NextPartNumberMarker", str(listed[-1] if listed else 0)),
            ("MaxParts", str(min(most, MAX_PARTS_LISTED))),
            ("IsTruncated", "true" if len(listed) < len(numbers) else "false"),
            *(("Part", _part(number, parts[number])) for number in listed),
        ],
    )


def _part(number: int, part: Key) -> Document:
    return [
        ("PartNumber", str(number)),
        ("LastModified", instants.iso(part.modified)),
        ("ETag", part.etag),
        ("Size", str(len(part.value))),
    ]


def _number(request: ObjectRequest, name: str, *, least: int, most: int, default: int) -> int:
    """Return a parameter as a number.

    Raises:
        InvalidArgument: It is none, or out of its range.
    """
    text = request.parameters.get(name)
    if text is None and default >= least:
        return default
    if text is None or not text.isascii() or not text.isdecimal() or not least <= whole(text) <= most:
        label = "Part number" if name == "partNumber" else f"Argument {name}"
        raise InvalidArgument(
            f"{label} must be an integer between {least} and {most}, inclusive",
            received=text,
            expected=f"{least} to {most}",
            elements={"ArgumentName": name, "ArgumentValue": text or ""},
        )
    return whole(text)
