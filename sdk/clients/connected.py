"""What both clients of the backend are: a connection to one origin that closes and hides its secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from sdk.clients.redaction import Redactor
    from sdk.clients.transport import Transport


class ConnectedClient:
    """A client with a transport of its own; the clients of the two APIs add what they ask for.

    Args:
        transport: Carries every request of the client.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self._transport.origin}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def base_url(self) -> str:
        """Address of the backend, without trailing slash."""
        return self._transport.base_url

    @property
    def tenant(self) -> str | None:
        """Code of the tenant that is asked about; ``None`` leaves it to the token."""
        return self._transport.tenant

    @property
    def redactor(self) -> Redactor:
        """Masks this client's tokens."""
        return self._transport.redactor

    def redact(self, text: str) -> str:
        """Return a text with tokens and signatures masked."""
        return self._transport.redactor.text(text)

    def close(self) -> None:
        """Close all connections."""
        self._transport.close()
