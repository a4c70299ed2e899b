"""Origins: where credentials may go, and nowhere else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urljoin, urlsplit

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from sdk.clients.errors import ConfigurationError, OpaqueCursorError, OriginError
from sdk.clients.redaction import redact_urls

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_PORTS = {"http": 80, "https": 443}
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")  # what two URL parsers may read in two ways
_ABSOLUTE = re.compile(r"(?i)[a-z][a-z0-9+.-]*:")


@dataclass(frozen=True)
class Origin:
    """Scheme, host and port of a URL (RFC 6454, section 4).

    Args:
        scheme: ``http`` or ``https``.
        host: Lower-case host, IPv6 in brackets.
        port: Explicit or default port.
    """

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}"

    @staticmethod
    def of(url: str) -> Origin:
        """Read the origin of an absolute URL, as both URL parsers on the way of a request see it.

        Raises:
            ValueError: It is no absolute http(s) URL, or it is one that parsers read differently: user info, a
                backslash, white space or a control character in it.
        """
        return _origin_of(url)


@lru_cache(maxsize=256)  # a walk resolves the same few addresses hundreds of times
def _origin_of(url: str) -> Origin:
    split, parsed_host, parsed_port = _parse_twice(url)
    scheme = split.scheme.lower()
    if scheme not in DEFAULT_PORTS or not split.hostname:
        raise ValueError("not an absolute http or https URL")
    if "@" in split.netloc:
        raise ValueError("user info in the URL")
    host = split.hostname.lower()
    host = f"[{host}]" if ":" in host else host
    port = split.port or DEFAULT_PORTS[scheme]
    if (host, port) != (parsed_host, parsed_port or DEFAULT_PORTS[scheme]):
        raise ValueError("a host that cannot be read in one way only")
    return Origin(scheme, host, port)


def _parse_twice(url: str) -> tuple[SplitResult, str, int | None]:
    """Return what the standard library's parser and urllib3's make of a URL."""
    if _UNSAFE.search(url):
        raise ValueError("white space, a control character or a backslash in the URL")
    try:
        other = parse_url(url)
    except LocationParseError:
        other = None
    if other is None:
        raise ValueError("a URL that cannot be parsed")
    return urlsplit(url), (other.host or "").lower(), other.port


def base_of(base_url: str) -> tuple[str, Origin]:
    """Return a base URL without trailing slash, and its origin.

    Args:
        base_url: Address of the backend, with or without a path.

    Raises:
        ConfigurationError: It is no usable http(s) URL, or has a query or fragment.
    """
    url = base_url.strip().rstrip("/")
    reason = None
    origin = None
    try:
        origin = Origin.of(url)
        if urlsplit(url).query or urlsplit(url).fragment:
            reason = "a query or fragment in it"
    except ValueError as error:
        reason = str(error)
    if origin is None or reason is not None:
        raise ConfigurationError(
            f"The backend's address {redact_urls(base_url)!r} cannot be used: {reason}. "
            "Give scheme, host and port, for example http://127.0.0.1:8000."
        )
    return url, origin


def resolve(
    base_url: str,
    origin: Origin,
    reference: str,
    *,
    current: str | None = None,
    what: str,
    redact: Callable[[str], str] = redact_urls,
) -> str:
    """Turn a path, a link or a redirect's target into an absolute URL of the backend's own origin.

    Args:
        base_url: Base URL without trailing slash.
        origin: Its origin.
        reference: Absolute URL, ``/path`` or ``?query``.
        current: URL that the reference stands in; the base URL when absent.
        what: What the reference is, for the sentence of a refusal: ``"next link"``, ``"redirect"``, ``"path"``.
        redact: Masks secrets in that sentence.

    Raises:
        OriginError: It leads to another origin; both are named.
        OpaqueCursorError: A ``next`` link that is neither URL nor path.
    """
    url = reference
    reason = None
    target = None
    try:
        url = _absolute(base_url, reference, current, what)
        target = Origin.of(url)
    except ValueError as error:
        reason = str(error)
    if target == origin:
        return url
    shown = redact(url)
    if target is None:
        if what == "next link" and not url:
            raise OpaqueCursorError(
                f"The page's next link is {redact(reference)[:80]!r}, an opaque token: "
                "a URL or a path that repeats every parameter is needed to go on."
            )
        raise OriginError(f"The {what} {shown!r} cannot be trusted with credentials of {origin}: {reason}.", url=shown)
    raise OriginError(
        f"The {what} leads to {target}, while credentials belong to {origin} only; it was not requested.", url=shown
    )


def _absolute(base_url: str, reference: str, current: str | None, what: str) -> str:
    """Return the absolute URL that a reference stands for; ``""`` for an opaque token in place of a link.

    Raises:
        ValueError: It cannot be read in one way only. ``urljoin`` would repair it silently.
    """
    if _UNSAFE.search(reference):
        raise ValueError("white space, a control character or a backslash in the URL")
    if _ABSOLUTE.match(reference):
        return reference
    if reference.startswith("//"):
        return f"{urlsplit(base_url).scheme}:{reference}"
    if reference.startswith("/") and what != "redirect":
        return f"{base_url}{reference}"
    if current is not None and (what == "redirect" or reference.startswith("?")):
        return urljoin(current, reference)
    return "" if what == "next link" else f"{base_url}/{reference}"
