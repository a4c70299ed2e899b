"""Conditions on a request: which state of an object it is meant for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_backend.objects import instants
from fake_backend.objects.errors import PreconditionFailed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def is_unchanged(headers: Mapping[str, str], etag: str, modified: datetime) -> bool:
    """Return whether the client has the object already, so that 304 will do.

    A condition on the entity tag outweighs one on the date; dates count in seconds; a date that is none is ignored.
    Source: RFC 9110, 13.2.2; S3 API reference, ``GetObject``.

    Args:
        headers: Lower-case names and values.
        etag: The object's entity tag, quoted.
        modified: When it was written; aware.

    Raises:
        PreconditionFailed: ``If-Match`` or ``If-Unmodified-Since`` does not hold.
    """
    written = modified.replace(microsecond=0)
    if "if-match" in headers and not _names(headers["if-match"], etag):
        raise failed("If-Match")
    unmodified_since = instants.read_http(headers.get("if-unmodified-since", ""))
    if "if-match" not in headers and unmodified_since is not None and written > unmodified_since:
        raise failed("If-Unmodified-Since")
    if "if-none-match" in headers:
        return _names(headers["if-none-match"], etag)
    modified_since = instants.read_http(headers.get("if-modified-since", ""))
    return modified_since is not None and written <= modified_since


def failed(condition: str) -> PreconditionFailed:
    """Return the refusal that names a condition."""
    return PreconditionFailed(elements={"Condition": condition})


def _names(header: str, etag: str) -> bool:
    """Return whether a list of entity tags names this one; S3 takes them without quotes too."""
    tags = {item.strip().removeprefix("W/").strip('"') for item in header.split(",")}
    return "*" in tags or etag.strip('"') in tags
