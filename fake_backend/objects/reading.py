"""GET and HEAD of an object, served from the stored bytes without moto's HTTP layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_backend.objects import conditions, instants, ranges
from fake_backend.objects.answer import Answer
from fake_backend.objects.errors import InvalidArgument
from fake_backend.objects.header_values import presentable

if TYPE_CHECKING:
    from fake_backend.objects.request import ObjectRequest
    from fake_backend.objects.shelf import Key
    from fake_backend.objects.store import ObjectStore

# Parameters that replace a header of the answer: S3 API reference, ``GetObject``, "Overriding response header values"
OVERRIDES = (
    "response-content-type",
    "response-content-language",
    "response-expires",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
)


def get_object(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Return an object, or the one range of it that is asked for."""
    key = store.find(request.bucket, request.key)
    headers = _headers(key, request)
    if conditions.is_unchanged(request.headers, key.etag, key.modified):
        return Answer(304, headers)
    body = key.value
    asked = ranges.asked_for(request.headers.get("range"), len(body))
    if asked is None:
        if request.headers.get("x-amz-checksum-mode", "").upper() == "ENABLED":
            headers.update(key.checksum)
        return Answer(200, headers, body)
    start, stop = asked
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return Answer(206, headers, body[start:stop])


def head_object(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Return what GET would, without the body."""
    answer = get_object(request, store)
    return Answer(answer.status, answer.headers, length=len(answer.body))


def _headers(key: Key, request: ObjectRequest) -> dict[str, str]:
    headers = {
        "Last-Modified": instants.http(key.modified),
        "ETag": key.etag,
        "x-amz-server-side-encryption": "AES256",  # S3 encrypts everything since January 2023, and says so
        "Accept-Ranges": "bytes",
    }
    headers.update((name, presentable(name, value)) for name, value in key.headers.items())
    for name in OVERRIDES:
        value = request.parameters.get(name)
        if value is not None:
            headers[name.removeprefix("response-")] = _header_value(name, value)
    return headers


def _header_value(name: str, value: str) -> str:
    """Return a value that can be sent as a header.

    Raises:
        InvalidArgument: It is not latin-1, or would break out of its line.
    """
    elements = {"ArgumentName": name, "ArgumentValue": value}
    try:
        value.encode("latin-1")
    except UnicodeEncodeError as error:
        raise InvalidArgument("Header value cannot be represented using ISO-8859-1.", elements=elements) from error
    if not value.isprintable():
        raise InvalidArgument("Header value contains a control character.", elements=elements)
    return value
