"""Bodies of requests: reading them, taking off S3's own framing, and holding them against their digests."""

from __future__ import annotations

import binascii
import hashlib
import zlib
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_backend.core.digits import whole
from fake_backend.objects.chunks import FRAMED, Framed
from fake_backend.objects.errors import BadDigest, IncompleteBody, InvalidDigest, InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from wsgiref.types import WSGIEnvironment

# The checksums that Python's own library can compute. CRC32C and CRC64NVME are kept as they come, unjudged.
CHECKSUMS: dict[str, Callable[[bytes], bytes]] = {
    "x-amz-checksum-crc32": lambda body: zlib.crc32(body).to_bytes(4, "big"),
    "x-amz-checksum-sha1": lambda body: hashlib.sha1(body, usedforsecurity=False).digest(),
    "x-amz-checksum-sha256": lambda body: hashlib.sha256(body).digest(),
}
UNJUDGED_CHECKSUMS = {"x-amz-checksum-crc32c": 4, "x-amz-checksum-crc64nvme": 8}  # and their bytes
NOT_CHECKSUMS = {"x-amz-checksum-algorithm", "x-amz-checksum-type", "x-amz-checksum-mode"}


@dataclass(frozen=True)
class Content:
    """What a client uploads, framing taken off and digests found right.

    Args:
        body: The bytes.
        checksum: Header name and value of the checksum that came along, if one did.
    """

    body: bytes
    checksum: tuple[str, str] | None


def read_all(environ: WSGIEnvironment) -> bytes:
    """Return the body of a request as it was sent.

    Raises:
        IncompleteBody: It ended before its ``Content-Length``.
        InvalidRequest: That is no number.
    """
    stream, declared = environ["wsgi.input"], environ.get("CONTENT_LENGTH")
    if not declared:
        ends = environ.get("wsgi.input_terminated") or "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        return bytes(stream.read()) if ends else b""
    if not declared.isdecimal():
        raise InvalidRequest("The Content-Length header is invalid.", received=declared, expected="a number of bytes")
    length = whole(declared)
    body = bytes(stream.read(length))
    if len(body) < length:
        raise IncompleteBody(
            "You did not provide the number of bytes specified by the Content-Length HTTP header",
            received=f"{len(body)} bytes",
            expected=f"{length} bytes",
        )
    return body


def content(body: bytes, headers: Mapping[str, str]) -> Content:
    """Return what a body carries.

    Args:
        body: The body as it was sent.
        headers: Lower-case names and values. A body that they call ``aws-chunked`` is unframed; its trailer counts
            as headers.

    Raises:
        IncompleteBody: The framing is broken, or the length is not the one announced.
        InvalidDigest: ``Content-MD5`` is no MD5.
        InvalidRequest: A checksum is none, or there are several.
        BadDigest: The bytes have another digest.
    """
    trailer: Mapping[str, str] = {}
    if headers.get("x-amz-content-sha256") in FRAMED:
        framed = Framed.read(body)
        body, trailer = framed.body, framed.trailer
        announced = headers.get("x-amz-decoded-content-length")
        if announced is not None and announced != str(len(body)):
            raise IncompleteBody(received=f"{len(body)} bytes", expected=f"{announced} bytes")
    _judge_md5(body, headers.get("content-md5"))
    return Content(body, _judged_checksum(body, {**headers, **trailer}))


def _judge_md5(body: bytes, declared: str | None) -> None:
    if declared is None:
        return
    digest = _decoded(declared)
    if digest is None or len(digest) != 16:  # bytes of an MD5
        raise InvalidDigest(received=declared, expected="16 bytes in base64", elements={"Content-MD5": declared})
    actual = hashlib.md5(body, usedforsecurity=False).digest()
    if digest != actual:
        raise BadDigest(
            "The Content-MD5 you specified did not match what we received.",
            elements={"ExpectedDigest": digest.hex(), "CalculatedDigest": b64encode(actual).decode("ascii")},
        )


def _judged_checksum(body: bytes, headers: Mapping[str, str]) -> tuple[str, str] | None:
    given = [
        (name, value)
        for name, value in headers.items()
        if name.startswith("x-amz-checksum-") and name not in NOT_CHECKSUMS
    ]
    if not given:
        return None
    if len(given) > 1:
        raise InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.")
    name, value = given[0]
    digest = _decoded(value)
    compute = CHECKSUMS.get(name)
    length = len(compute(b"")) if compute else UNJUDGED_CHECKSUMS.get(name)
    if digest is None or len(digest) != length:
        raise InvalidRequest(f"Value for {name} header is invalid.", received=value)
    if compute and digest != compute(body):
        algorithm = name.removeprefix("x-amz-checksum-").upper()
        raise BadDigest(f"The {algorithm} you specified did not match the calculated checksum.")
    return name, value


def _decoded(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):  # the latter: not ASCII
        return None
