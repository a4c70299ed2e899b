"""What a failure of ``requests`` or urllib3 means, in words without secrets.

Their exceptions carry the request's URL, with its signature, in text, attributes and chain. So none of them leaves
this SDK, not even as a cause or context: callers catch one, take what these functions return, leave the ``except``
block, and raise outside of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests
from urllib3 import exceptions as wire

from sdk.clients.errors import ClientConnectionError, ClientError, ClientTimeoutError, IncompleteResponseError
from sdk.clients.retry import RESENDABLE

if TYPE_CHECKING:
    from sdk.clients.redaction import Redactor

_LONGEST_CHAIN = 8


def _cause_of(error: BaseException) -> tuple[str, str]:
    """Return the kind of a failure, and what happened as half a sentence."""
    chain = [error]
    for _ in range(_LONGEST_CHAIN):
        reason = getattr(chain[-1], "reason", None)
        links = [reason, *chain[-1].args]
        wrapped = next((link for link in links if isinstance(link, BaseException)), None)
        if wrapped is None:
            break
        chain.append(wrapped)
    for link in chain:
        if isinstance(link, requests.ReadTimeout | wire.ReadTimeoutError):
            return "timeout", "no answer came within the read time-out"
        if isinstance(link, wire.NewConnectionError | wire.NameResolutionError):
            return "connection", _text_of(chain[-1])
        if isinstance(link, requests.ConnectTimeout | wire.ConnectTimeoutError):
            return "timeout", "no connection came about within the connect time-out"
        if isinstance(link, wire.ProtocolError | requests.exceptions.ChunkedEncodingError):
            return "read", _text_of(chain[-1])
    return "connection", _text_of(chain[-1])


def _text_of(error: BaseException) -> str:
    text = str(error).rpartition(">: ")[2].strip() or str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def client_error(error: Exception, *, method: str, url: str, redactor: Redactor, body: bool = False) -> ClientError:
    """Return the SDK's error for a failed exchange.

    Args:
        error: An exception of ``requests`` or urllib3.
        method: Method of the request.
        url: Address of the request.
        redactor: Masks the words of both.
        body: Whether the head of the answer had already arrived.
    """
    kind, words = _cause_of(error)
    shown = redactor.text(url)
    what = redactor.text(words)
    if method not in RESENDABLE and (body or kind == "read" or (kind == "timeout" and "read" in words)):
        lost = IncompleteResponseError(
            f"The answer to {method} {shown} was lost ({what}); it was sent once and may have been done.",
            method=method,
            url=shown,
        )
        lost.timed_out = kind == "timeout"
        return lost
    if kind == "timeout":
        return ClientTimeoutError(f"{method} {shown}: {what}.", method=method, url=shown)
    if body:
        return ClientConnectionError(f"{method} {shown}: the answer was cut ({what}).", method=method, url=shown)
    return ClientConnectionError(f"{method} {shown}: the connection failed ({what}).", method=method, url=shown)
