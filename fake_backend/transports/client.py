"""The connections that urllib3's pools hold for our hosts: urllib3's own, with a `Line` for a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, cast

from urllib3.connection import HTTPConnection, port_by_scheme
from urllib3.exceptions import NewConnectionError

if TYPE_CHECKING:
    import socket

    from urllib3.response import HTTPResponse

    from fake_backend.transports.line import Line
    from fake_backend.transports.switchboard import Switchboard


class InProcessConnection(HTTPConnection):
    """A connection to one of our hosts over plain HTTP.

    It overrides three public members of a documented class, and the rest is urllib3's: how a request
    is written, how an answer is read, when a connection is used again.

    Args:
        host: Host asked for.
        port: Port asked for; any will do.
        switchboard: Where the connection is opened, and opened again.
        blocksize: Bytes that urllib3 reads of a request body at a time.
    """

    def __init__(self, host: str, port: int | None, switchboard: Switchboard, *, blocksize: int) -> None:
        super().__init__(host, port, blocksize=blocksize)
        self._switchboard = switchboard

    def connect(self) -> None:
        """Open a line to the application that answers for this host.

        Raises:
            NewConnectionError: Nobody does any more.
        """
        extension = self._switchboard.find(self.host)
        scheme = "https" if self.default_port == port_by_scheme["https"] else "http"
        line = extension and extension.line(scheme=scheme, server=(self.host, self.port))
        if line is None:
            raise NewConnectionError(self, f"the backend that answered for {self.host} in process is closed")
        self.sock = cast("socket.socket", line)  # it has all that http.client asks of one
        self.is_verified = True  # nothing travels, so nothing has to prove who it is

    @property
    def is_connected(self) -> bool:
        """Whether the line can carry another request; urllib3 asks before it uses a connection again."""
        return self.sock is not None and not cast("Line", self.sock).connection.closed

    def getresponse(self) -> HTTPResponse:  # type: ignore[override]  # as urllib3's own
        """Return the response.

        Raises:
            NewConnectionError: The application refused the connection (`ConnectionRefused`).
        """
        try:
            return super().getresponse()
        except ConnectionRefusedError as error:
            raise NewConnectionError(self, f"Failed to establish a new connection: {error}") from error


class InProcessHTTPSConnection(InProcessConnection):
    """A connection to one of our hosts over what the client takes for TLS; no certificate is asked for."""

    default_port: ClassVar[int] = port_by_scheme["https"]  # type: ignore[misc]  # as urllib3's own
