"""The part of an object that a ``Range`` header asks for."""

from __future__ import annotations

import re

from fake_backend.core.digits import whole
from fake_backend.objects.errors import InvalidRange

_SINGLE_RANGE = re.compile(r"bytes=(?:(\d+)-(\d*)|-(\d+))", re.ASCII)


def asked_for(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last, or ``None`` for the whole object.

    What S3 cannot read as one range (several ranges, another unit, a last byte before the first) is ignored, and the
    whole object is the answer. Source: RFC 9110, 14.2; answers recorded from AWS on 2026-02-21 in LocalStack's
    ``test_s3_api.snapshot.json``, ``test_get_object_range``.

    Args:
        header: Value of the ``Range`` header, if the request has one.
        size: Bytes of the object.

    Raises:
        InvalidRange: The range starts past the end, or is a suffix of no bytes, or the object is empty.
    """
    found = _SINGLE_RANGE.fullmatch(header.strip()) if header else None
    if not found:
        return None
    first, last, suffix = found.groups()
    if suffix is not None:
        start, stop = max(size - whole(suffix), 0), size
        satisfiable = whole(suffix) > 0 and size > 0
    else:
        if last and whole(last) < whole(first):
            return None
        start, stop = whole(first), min(whole(last) + 1, size) if last else size
        satisfiable = start < size
    if not satisfiable:
        raise InvalidRange(
            received=header,
            expected=f"a range within {size} bytes",
            elements={"RangeRequested": str(header), "ActualObjectSize": str(size)},
        )
    return start, stop
