"""Header values as S3 sends them back: what no header can hold is encoded, or left out.

Source: S3 user guide, "Working with object metadata" (RFC 2047 for what is not ASCII); recorded from AWS on 2026-02-21
in LocalStack's ``test_s3.py``, ``test_post_object_with_unicode_metadata``.
"""

from __future__ import annotations

from base64 import b64encode

_USER_METADATA = "x-amz-meta-"
_PLAIN = frozenset(range(0x21, 0x7F)) - frozenset(b"=?_")  # what RFC 2047's Q leaves as it is, as S3 has it


def presentable(name: str, value: str) -> str:
    """Return a stored value as it can stand in a header.

    Args:
        name: Lower-case name of the header.
        value: What was stored; any text.

    Returns:
        The value itself where it is printable ASCII or has tabs. Else, of a user's own metadata, an encoded word of
        RFC 2047: ``Q``, or ``B`` with control characters in it. Of other headers, a blank for each character that is
        not printable latin-1.
    """
    if all(" " <= character <= "~" or character == "\t" for character in value):
        return value
    if not name.startswith(_USER_METADATA):
        return "".join(character if character.isprintable() and ord(character) <= 0xFF else " " for character in value)
    encoded = value.encode("utf-8", "surrogatepass")
    if any(byte < 0x20 or byte == 0x7F for byte in encoded):
        return f"=?UTF-8?B?{b64encode(encoded).decode('ascii')}?="
    quoted = (chr(byte) if byte in _PLAIN else "_" if byte == 0x20 else f"={byte:02X}" for byte in encoded)
    return f"=?UTF-8?Q?{''.join(quoted)}?="
