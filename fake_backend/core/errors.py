"""What the backend refuses, and how it says so.

Refusal                      base: status, code, message, received, expected, field
├── BadRequest          400  the request cannot be understood
│   ├── BulkSizeExceeded     more log entries than a call takes
│   ├── IdsLimitExceeded     more ids than a bulk call takes
│   ├── InvalidTransition    a job cannot go from its status to that one
│   └── UnsafePath           a path or name that would leave its storage
├── Unauthenticated     401  no token, or one that is unknown, expired or revoked
├── Forbidden           403  an agent without rights; a control call from elsewhere
├── NotFound            404  nothing there for this caller
│   ├── InvalidCursor        the cursor names no place in this list
│   └── InvalidPage          the page number names no page of this list
├── MethodNotAllowed    405  the path exists, the method does not
├── Conflict            409  the resource is past the state that the call needs
├── UnsupportedMedia    415  a body of another type than the call takes
├── TooManyRequests     429  a limit of this caller is reached; ``retry_after`` seconds, where that is told
└── Unavailable         503  a limit of this server is reached; ``retry_after`` seconds, where that is told
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Sequence

WHOLE = "non_field_errors"  # the field of what is wrong with a body as a whole, as Django REST framework names it


@dataclass(eq=False)  # not frozen: contextlib assigns ``__traceback__``
class Refusal(Exception):  # noqa: N818 (a refusal is an answer, not a fault)
    """A request that the backend declines; raised below, worded for a person.

    Args:
        message: One sentence that says what was wrong.
        received: The offending value, as the caller sent it.
        expected: What would have been accepted.
        field: Name of the offending field or query key, where there is one.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "refused"

    message: str
    received: object = None
    expected: str | None = None
    field: str | None = None

    def __str__(self) -> str:
        """Return the sentence with the value received and what would do."""
        parts = [self.message]
        if self.received is not None:
            parts.append(f"received {_short(self.received)}")
        if self.expected:
            parts.append(f"expected {self.expected}")
        return "; ".join(parts)


@dataclass(eq=False)
class BadRequest(Refusal):
    """The request cannot be understood; ``others`` are what else is wrong with it."""

    code = "VALIDATION_ERROR"

    others: Sequence[BadRequest] = ()

    @classmethod
    def of(cls, refusals: Sequence[BadRequest]) -> BadRequest:
        """Return one refusal for several values, worded as the first of them; there is at least one."""
        first, *others = refusals
        return cls(first.message, first.received, first.expected, first.field, others)


class IdsLimitExceeded(BadRequest):
    """More ids than a bulk call takes (contract.md 3.1)."""

    code = "ids_limit_exceeded"


class BulkSizeExceeded(BadRequest):
    """More log entries than one call takes (OpenAPI ``job_log_bulk_create``)."""

    code = "BULK_SIZE_EXCEEDED"


class InvalidTransition(BadRequest):
    """A job cannot go where the call wants it (OpenAPI ``job_partial_update``)."""

    code = "INVALID_TRANSITION"


class UnsafePath(BadRequest):
    """A path or name that would leave the storage it is meant for."""

    code = "unsafe_path"


class Unauthenticated(Refusal):
    """No token, or one that the backend does not know."""

    status = 401
    code = "not_authenticated"


class Forbidden(Refusal):
    """A call that this caller may not make."""

    status = 403
    code = "permission_denied"


class NotFound(Refusal):
    """Nothing there for this caller: absent, another tenant's, another owner's."""

    status = 404
    code = "not_found"


class InvalidCursor(NotFound):
    """The cursor names no place in this list."""

    code = "invalid_cursor"


class InvalidPage(NotFound):
    """The page number names no page of this list."""

    code = "invalid_page"


class MethodNotAllowed(Refusal):
    """The path exists, the method does not."""

    status = 405
    code = "method_not_allowed"


class Conflict(Refusal):
    """The resource is past the state that the call needs."""

    status = 409
    code = "conflict"


class UnsupportedMedia(Refusal):
    """A body of another type than the call takes."""

    status = 415
    code = "unsupported_media_type"


@dataclass(eq=False)
class TooManyRequests(Refusal):
    """A limit of this caller is reached; come back after ``retry_after`` seconds, if it says so."""

    status = 429
    code = "rate_limited"

    retry_after: int | None = None


@dataclass(eq=False)
class Unavailable(Refusal):
    """A limit of this server is reached; come back after ``retry_after`` seconds, if it says so."""

    status = 503
    code = "unavailable"

    retry_after: int | None = 1


def _short(value: object, limit: int = 200) -> str:
    """Return ``value`` as a person reads it, cut where it would drown the sentence."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
