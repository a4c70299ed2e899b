"""What a line of a bundle says without being parsed as a whole: its key, and its payload's text."""

from __future__ import annotations

import json
import re

_SPACE = " \t\r\n"  # what JSON allows between its tokens (RFC 8259, section 2)
# what the backend writes: the id first, and ``pgh_id`` directly after it where that is the key
_LEADING_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*(-?\d{1,18})\s*[,}]')
_LEADING_PGH_ID = re.compile(rb'\s*\{\s*"id"\s*:\s*-?\d{1,18}\s*,\s*"pgh_id"\s*:\s*(-?\d{1,18})\s*[,}]')
_LEADING = {"id": _LEADING_ID, "pgh_id": _LEADING_PGH_ID}
# ... and the payload directly after that
_LEADING_DATA = re.compile(r'\s*\{\s*(?:"(?:id|pgh_id)"\s*:\s*-?\d{1,18}\s*,\s*){1,2}"data"\s*:\s*', re.ASCII)
_DECODER = json.JSONDecoder()


def leading_key(line: bytes, key: str) -> int | None:
    """Return what identifies the row of a line, where it stands as the backend writes it; ``None`` elsewhere.

    Args:
        line: A line of a part.
        key: Field that identifies a row: ``id``, or ``pgh_id`` directly after ``id``.
    """
    found = _LEADING[key].match(line)
    return int(found[1]) if found is not None else None


def payload_text(line: bytes) -> bytes:
    """Return the JSON of the member ``data`` byte for byte as it stands in a line; the last one where it repeats.

    Args:
        line: A JSON object that has the member and has been parsed before.
    """
    text = line.decode("utf-8-sig", "surrogatepass")  # as json.loads reads bytes
    leading = _LEADING_DATA.match(text)
    if leading is not None:
        start = leading.end()
        _, end = _DECODER.raw_decode(text, start)
        if text.find('data"', end) < 0 and text.find("\\", end) < 0:  # it does not come again, however it is spelt
            return text[start:end].encode("utf-8", "surrogatepass")
    return _last_data(text).encode("utf-8", "surrogatepass")


def _last_data(text: str) -> str:
    """Return the JSON of the member ``data``, wherever it stands, and the last one where it repeats."""
    found = ""
    at = _past(text, text.index("{"))
    while text[at] != "}":
        key, end = _DECODER.raw_decode(text, at)
        start = _past(text, text.index(":", end))
        _, end = _DECODER.raw_decode(text, start)
        if key == "data":
            found = text[start:end]
        at = _past(text, end - 1)
        if text[at] == ",":
            at = _past(text, at)
    return found


def _past(text: str, at: int) -> int:
    """Return where the next token begins after the character at a place."""
    at += 1
    while text[at] in _SPACE:
        at += 1
    return at
