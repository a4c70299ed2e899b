"""One request that changes nothing, asked again where the transport does not: after 429, 5xx, and a lost answer.

A POST that only reads is one too: a session of a storage, the feasibility of a deployment, the end of a job that may
have ended already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.pagination import with_page_retries
from sdk.clients.retry import PagePolicy

if TYPE_CHECKING:
    from sdk.clients.query import Params
    from sdk.clients.transport import Transport


def read(transport: Transport, method: str, path: str, *, params: Params | None = None, json: object = None) -> Any:
    """Send a request that may be repeated, and return its decoded body.

    Args:
        transport: The backend.
        method: ``GET``, or ``POST`` where nothing is changed by it, or nothing more by a second one.
        path: As ``Transport.request``.
        params: Query parameters.
        json: Body of a POST.

    Raises:
        ClientError: The last attempt's error.
    """
    return with_page_retries(
        transport,
        PagePolicy.single_read(),
        lambda: transport.request(method, path, params=params, json=json),
        repeatable=True,
    )
