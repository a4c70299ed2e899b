"""The form of a PostObject, read part by part in the order in which it was sent.

Source: S3 API reference, "POST Object" and "Creating an HTML form (using AWS Signature Version 4)"; refusals as
recorded from AWS, see `fake_backend.objects.errors`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder

from fake_backend.objects.errors import (
    InvalidArgument,
    MalformedPOSTRequest,
    MaxPostPreDataLengthExceeded,
    PreconditionFailed,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from werkzeug.sansio.multipart import Event

    from fake_backend.objects.request import ObjectRequest

MAX_BESIDES_FILE = 20_480  # bytes: S3 API reference, "POST Object", "Form fields"
_FILENAME = "${filename}"
_QUOTED_FILENAME = re.compile(r';\s*filename="(?P<name>(?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class PostForm:
    """What a form says.

    Args:
        fields: Lower-case names and values of what stood before the file, variables expanded.
        file: The bytes of the file.
    """

    fields: dict[str, str]
    file: bytes

    @classmethod
    def read(cls, request: ObjectRequest) -> PostForm:
        """Read the form of a request; what stands behind the file does not count.

        Args:
            request: What came.

        Raises:
            PreconditionFailed: The body is no form.
            MalformedPOSTRequest: It is not well-formed.
            MaxPostPreDataLengthExceeded: There are more than 20,480 bytes beside the file.
            InvalidArgument: There is no file.
        """
        mimetype, options = parse_options_header(request.headers.get("content-type"))
        if mimetype != "multipart/form-data" or not options.get("boundary"):
            raise PreconditionFailed(
                received=mimetype or "no Content-Type",
                expected="multipart/form-data with a boundary",
                elements={"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"},
            )
        parts: dict[str, bytes] = {}
        for head, content in _parts(request.body, options["boundary"]):
            name = (head.name or "").lower()
            if name == "file":
                _measure(len(request.body) - len(content))
                return cls(_expanded(parts, _path(head)), content)
            parts.setdefault(name, content)
        raise InvalidArgument(
            "POST requires exactly one file upload per request.",
            received="no file",
            expected="a field named file, behind all others",
            elements={"ArgumentName": "file", "ArgumentValue": "0"},
        )


def _parts(body: bytes, boundary: str) -> Iterator[tuple[Field | File, bytes]]:
    decoder = MultipartDecoder(boundary.encode("utf-8"))
    decoder.receive_data(body)
    decoder.receive_data(None)
    head: Field | File | None = None
    content: list[bytes] = []
    while not isinstance(event := _next(decoder), Epilogue):
        if isinstance(event, Field | File):
            head, content = event, []
        elif isinstance(event, Data) and head is not None:
            content.append(event.data)
            if not event.more_data:
                yield head, b"".join(content)


def _next(decoder: MultipartDecoder) -> Event:
    try:
        return decoder.next_event()
    except (ValueError, LookupError) as error:  # the latter: an encoding that nobody knows
        raise MalformedPOSTRequest(received=str(error), expected="parts, each behind its boundary") from error


def _path(head: Field | File) -> str | None:
    """Return the file's name as the client has it, ``None`` where it has none.

    A backslash is no escape here, but before a quote: HTML, "Multipart form data", and old browsers send whole paths.
    """
    if isinstance(head, Field):
        return None
    quoted = _QUOTED_FILENAME.search(head.headers.get("content-disposition", ""))
    return quoted["name"].replace('\\"', '"') if quoted else head.filename


def _measure(besides: int) -> None:
    if besides > MAX_BESIDES_FILE:
        raise MaxPostPreDataLengthExceeded(
            received=f"{besides} bytes beside the file",
            expected=f"at most {MAX_BESIDES_FILE}",
            elements={"MaxPostPreDataLengthBytes": str(MAX_BESIDES_FILE)},
        )


def _expanded(parts: dict[str, bytes], path: str | None) -> dict[str, str]:
    """Return the fields as text, with the file's name in place of its variable.

    Before the policy is judged, and without the directories of a path: S3 API reference, "POST Policy", "Condition
    matching" and "POST Object", ``file``. A file that came without a name leaves the variable as it is: recorded from
    AWS in LocalStack's ``test_s3.py``, ``test_post_object_with_file_as_string``.
    """
    fields = {name: content.decode("utf-8", "replace") for name, content in parts.items()}
    if path is None:
        return fields
    filename = path.replace("\\", "/").rpartition("/")[2]
    signed = ("policy", "x-amz-signature")  # these are no text of the user's
    return {name: value if name in signed else value.replace(_FILENAME, filename) for name, value in fields.items()}
