"""The head of a request, judged as RFC 9112 has servers judge it, whatever it asks for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.transports.environ import Request

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2, a token
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_LENGTH = re.compile(r"[0-9]{1,18}")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z._-]+)(:[0-9]{0,5})?")


def absolute_authority(target: str) -> str | None:
    """Return the authority of a target in absolute form, ``None`` for any other form."""
    if target.startswith("/") or "://" not in target:
        return None
    return re.split(r"[/?#]", target.split("://", 1)[1], maxsplit=1)[0]


def malformation(request: Request, headers: Sequence[tuple[str, str]]) -> str | None:
    """Return what is wrong with a request's head, in one sentence; ``None`` where nothing is.

    Args:
        request: What came.
        headers: Its header lines, one each.

    Source: RFC 9112 3.2 (one Host, and a good one), 5.1 (names), 6.3 (one Content-Length, a number, and not beside a
    Transfer-Encoding); RFC 9110 5.5 (no control characters in values).
    """
    if _CONTROL.search(request.target):
        return "The request target has a control character."
    for name, value in headers:
        if not _NAME.fullmatch(name):
            return f"A header has no good name: {_shown(name)}."
        if _CONTROL.search(value):
            return f"The header {name} has a control character."
    return _host(request, headers) or _framing(headers)


def _host(request: Request, headers: Sequence[tuple[str, str]]) -> str | None:
    hosts = [value for name, value in headers if name.lower() == "host"]
    if len(hosts) > 1 or (not hosts and request.protocol != "HTTP/1.0"):
        return f"A request has one Host header, not {len(hosts)}."
    authority = absolute_authority(request.target)  # RFC 9112 3.2.2: it goes before the header
    named = hosts if authority is None else [authority]
    if named and not _HOST.fullmatch(named[0]):
        return f"The request names no host: {_shown(named[0])}."
    return None


def _framing(headers: Sequence[tuple[str, str]]) -> str | None:
    lengths = [value for name, value in headers if name.lower() == "content-length"]
    if len(lengths) > 1 or any(not _LENGTH.fullmatch(length) for length in lengths):
        return f"Content-Length is one number of bytes, not {_shown(', '.join(lengths))}."
    if lengths and any(name.lower() == "transfer-encoding" for name, _ in headers):
        return "A body has a Content-Length or a Transfer-Encoding, not both."
    return None


def _shown(text: str) -> str:
    return ascii(text[:100])
