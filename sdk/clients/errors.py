"""Errors of the HTTP clients; the whole tree is drawn in ``sdk.errors``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.errors import SdkError

if TYPE_CHECKING:
    from collections.abc import Mapping


class ClientError(SdkError):
    """A request that did not give what was asked.

    Args:
        message: One sentence for a person, free of secrets.
        status: HTTP status of the answer, ``None`` when there was none.
        detail: Body of the answer: parsed JSON where possible, else text; secrets masked.
        method: HTTP method of the request.
        url: Address of the request, secrets masked.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        detail: object = None,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.detail = detail
        self.method = method
        self.url = url


class ValidationError(ClientError):
    """The backend refuses the request as malformed: 400 or 422."""


class AuthenticationError(ClientError):
    """No token, or one that the backend does not know: 401."""


class AuthorizationError(ClientError):
    """The caller is known and may not do this: 403."""


class NotFoundError(ClientError):
    """Nothing there for this caller: 404."""


class ConflictError(ClientError):
    """The state of the resource forbids this: 409."""


class _RetryableError(ClientError):
    """An answer that may say when to come back.

    Args:
        message: As ``ClientError``.
        retry_after: Seconds until the server wants to be asked again, capped at 60; ``None`` when it does not say.
        status: As ``ClientError``.
        detail: As ``ClientError``.
        method: As ``ClientError``.
        url: As ``ClientError``.
    """

    def __init__(
        self,
        message: str,
        *,
        retry_after: float | None = None,
        status: int | None = None,
        detail: object = None,
        method: str | None = None,
        url: str | None = None,
    ) -> None:
        super().__init__(message, status=status, detail=detail, method=method, url=url)
        self.retry_after = retry_after


class RateLimitError(_RetryableError):
    """Too many requests: 429."""


class ServerError(_RetryableError):
    """The server failed: 5xx, also the 520 to 524 of a content delivery network."""


class ClientTimeoutError(ClientError):
    """No answer within the time-out, after all attempts."""


class ClientConnectionError(ClientError):
    """No whole answer: connection refused or reset, body cut, name not found, TLS refused."""


class IncompleteResponseError(ClientConnectionError):
    """The answer to a POST or PATCH is lost, so the write may or may not have been done; it was sent once.

    Attributes:
        timed_out: Whether it was waited for until the read time-out; else the connection broke.

    Source: contract.md 1.2 and incidents.md 4, the write that arrived four times.
    """

    timed_out = False


class OriginError(ClientError):
    """A ``next`` link or a redirect leads to another origin, to which no credential may go."""


class RedirectError(ClientError):
    """A redirect that is not followed: of a write, without target, or too many."""


class ResponseError(ClientError):
    """The answer breaks the contract: a broken envelope, a page that is no page, a missing field."""


class OpaqueCursorError(ResponseError):
    """``next`` of the first API is a bare token; it has to be a URL or a path (contract.md 1.3)."""


class PaginationLoopError(ResponseError):
    """A ``next`` link comes a second time, so the walk would never end."""


class QueryTooLongError(ClientError):
    """The encoded query is longer than the backend takes; nothing was sent (contract.md 3.2)."""


class FilterError(ClientError, ValueError):
    """A filter that the list does not take, so that it would answer with more rows than asked for; nothing was sent."""


class ConfigurationError(ClientError):
    """Host, token or tenant is missing or cannot be used."""


class StreamError(ClientError):
    """The progress stream is given up: its reconnect budget is spent, or it is no event stream."""


class PayloadError(ClientError):
    """The payload of a row cannot be had.

    Args:
        message: One sentence that names the row.
        row_id: Id of the row.
        status: Status of the last answer, if there was one.
        detail: Code that the storage gave, if it gave one.
        url: Address asked last, signature masked.
    """

    def __init__(
        self,
        message: str,
        *,
        row_id: object = None,
        status: int | None = None,
        detail: object = None,
        url: str | None = None,
    ) -> None:
        super().__init__(message, status=status, detail=detail, method="GET", url=url)
        self.row_id = row_id


class PayloadMismatchError(PayloadError):
    """Size or SHA-256 of the payload differ from what its row declares."""


class PayloadTooLargeError(PayloadError):
    """The payload is larger than the cap."""


class PayloadWrapperError(PayloadError):
    """The wrapper holds neither payload nor URL."""


class OriginalFileError(PayloadError):
    """The original file of a row cannot be had."""


class OriginalUnreachableError(OriginalFileError):
    """Nothing is known about the file: its host does not answer, or asks to come back later."""


STATUS_ERRORS: Mapping[int, type[ClientError]] = {
    400: ValidationError,
    401: AuthenticationError,
    403: AuthorizationError,
    404: NotFoundError,
    409: ConflictError,
    422: ValidationError,
}


def error_for_status(
    status: int,
    message: str,
    *,
    detail: object = None,
    method: str | None = None,
    url: str | None = None,
    retry_after: float | None = None,
) -> ClientError:
    """Return the error that stands for an HTTP status.

    Args:
        status: Status of the answer, 400 or above.
        message: One sentence, secrets masked.
        detail: Body of the answer, secrets masked.
        method: Method of the request.
        url: Address of the request, secrets masked.
        retry_after: Seconds of the answer's ``Retry-After``.
    """
    if status == 429:
        return RateLimitError(message, status=status, detail=detail, method=method, url=url, retry_after=retry_after)
    if status >= 500:
        return ServerError(message, status=status, detail=detail, method=method, url=url, retry_after=retry_after)
    kind = STATUS_ERRORS.get(status, ClientError)
    return kind(message, status=status, detail=detail, method=method, url=url)


TRANSIENT = (ClientTimeoutError, ClientConnectionError, ServerError, RateLimitError)
"""What the same request may not meet again a moment later."""
