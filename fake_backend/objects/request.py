"""A request to the storage endpoint, read from WSGI without losing what its signature covers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, unquote_to_bytes, urlsplit

from fake_backend.objects.body import read_all
from fake_backend.objects.errors import InvalidURI

if TYPE_CHECKING:
    from datetime import datetime
    from wsgiref.types import WSGIEnvironment

    from fake_backend.core.clock import Clock

SKEW = "fake_backend.skew"  # environ: seconds by which the storage's clock is ahead, where a fault says so
_PATH_SAFE = "/-._~"  # SigV4 for S3: every other byte is percent-encoded, slashes stand


@dataclass(frozen=True)
class ObjectRequest:
    """A request, in the terms of S3.

    Args:
        method: HTTP method.
        path: Path in SigV4's encoding, as the signature covers it.
        query: Parameters in their order, decoded.
        headers: Lower-case names and their values.
        bucket: Name of the bucket, from the path or the host name; empty for the service itself.
        key: Key of the object; empty for the bucket itself.
        environ: Where the body is read from.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...]
    headers: dict[str, str]
    bucket: str
    key: str
    environ: WSGIEnvironment

    @classmethod
    def read(cls, environ: WSGIEnvironment) -> ObjectRequest:
        """Read a request; the body stays unread.

        Args:
            environ: WSGI environ. ``RAW_URI`` or ``REQUEST_URI`` is preferred to ``PATH_INFO``, which is decoded;
                ``fake_backend.storage_url`` names the host under which bucket names are subdomains.

        Raises:
            InvalidURI: The path is not UTF-8.
        """
        raw_path, raw_query = _target(environ)
        headers = _headers(environ)
        path_bytes = unquote_to_bytes(raw_path.encode("latin-1"))
        try:
            path = path_bytes.decode()
        except UnicodeDecodeError as error:
            raise InvalidURI(elements={"URI": raw_path}, expected="a path in UTF-8") from error
        bucket = _bucket_of_host(headers.get("host", ""), str(environ.get("fake_backend.storage_url", "")))
        key = path.removeprefix("/")
        if not bucket:
            bucket, _, key = key.partition("/")
        return cls(
            method=environ["REQUEST_METHOD"],
            path=quote(path_bytes, safe=_PATH_SAFE),
            query=_parameters(raw_query),
            headers=headers,
            bucket=bucket,
            key=key,
            environ=environ,
        )

    @cached_property
    def parameters(self) -> dict[str, str]:
        """The parameters by name; of a repeated one the first, as S3 takes it."""
        return dict(reversed(self.query))

    @property
    def copy_source(self) -> tuple[str, str]:
        """Bucket and key of the object that is to be copied; empty where none is named."""
        named = unquote(self.headers.get("x-amz-copy-source", "")).removeprefix("/")
        bucket, _, key = named.partition("/")
        return bucket, key

    @property
    def url(self) -> str:
        """Where the request went, without its parameters."""
        return f"{self.environ['wsgi.url_scheme']}://{self.headers.get('host', '')}{self.path}"

    def now(self, clock: Clock) -> datetime:
        """Return the instant by which the request is judged: the world's, unless a fault has the storage's clock off.

        Args:
            clock: The world's time.
        """
        return clock.now() + timedelta(seconds=self.environ.get(SKEW, 0.0))

    @cached_property
    def body(self) -> bytes:
        """The body as it was sent, read when it is first asked for.

        Raises:
            IncompleteBody: It ended before its ``Content-Length``.
        """
        return read_all(self.environ)


def _target(environ: WSGIEnvironment) -> tuple[str, str]:
    """Return path and query as they were sent, still encoded; latin-1 text."""
    target = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if target is None:
        return quote(environ["PATH_INFO"].encode("latin-1"), safe=_PATH_SAFE), environ.get("QUERY_STRING", "")
    if not target.startswith("/") and "://" in target:  # absolute form, RFC 9112 3.2.2
        target = target.partition("://")[2]
        start = min((at for at in (target.find("/"), target.find("?")) if at >= 0), default=len(target))
        target = target[start:]
    path, _, query = target.partition("#")[0].partition("?")
    return path or "/", query


def _parameters(raw_query: str) -> tuple[tuple[str, str], ...]:
    """Return the parameters, decoded; a plus is a blank, as in a form."""
    pairs = (item.partition("=") for item in raw_query.split("&") if item)
    return tuple((_decoded(name), _decoded(value)) for name, _, value in pairs)


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode("utf-8", "replace")


def _headers(environ: WSGIEnvironment) -> dict[str, str]:
    headers = {
        name[5:].replace("_", "-").lower(): _header_text(value)
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = _header_text(environ[name])
    return headers


def _header_text(value: str) -> str:
    """Return a header's text: signers take UTF-8, and clients send that or latin-1."""
    try:
        return value.encode("latin-1").decode().strip()
    except UnicodeDecodeError:
        return value.strip()


def _bucket_of_host(host: str, storage_url: str) -> str:
    """Return the bucket that the host name carries (virtual-hosted style), empty in path style.

    A storage on loopback is ``localhost`` too, below which names lead to this machine (RFC 6761, 6.3): an address has
    no names below it that a client could look up.
    """
    name = (host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host).lower()
    own = urlsplit(storage_url).hostname or ""
    for parent in (own, "localhost") if _is_loopback(own) else (own,):
        if parent and name.endswith(f".{parent}"):
            return name[: -len(parent) - 1]
    return ""


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:  # a name
        return False
