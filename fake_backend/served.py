"""A backend on a network address, and the two applications that every transport serves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from fake_backend import http, objects
from fake_backend.http import CarriedOut, Faulty, Gateway, Journalled

if TYPE_CHECKING:
    from types import TracebackType

    from fake_backend.backend import FakeBackend
    from fake_backend.http import ControlPolicy
    from fake_backend.transports.live import LiveServer

API = Journalled(Gateway(Faulty(CarriedOut(http.application), "api"), limited=True), "api")
STORAGE = Journalled(Gateway(Faulty(CarriedOut(objects.application), "storage"), limited=False), "storage")


class ServedBackend:
    """A backend on a network address; made by ``FakeBackend.serve``."""

    def __init__(
        self,
        backend: FakeBackend,
        host: str,
        port: int,
        storage_port: int,
        *,
        public_storage_url: str | None,
        autojump: bool,
        control: ControlPolicy,
        head_seconds: float,
    ) -> None:
        # cheroot takes time to import, and a backend that is not served does not need it
        from fake_backend.transports.live import LiveServer  # noqa: PLC0415

        self._backend = backend
        environ: dict[str, object] = {}
        self._servers: list[LiveServer] = []
        try:
            for application, number in ((STORAGE, storage_port), (API, port)):
                server = LiveServer(application, environ, host, number, head_seconds=head_seconds)
                self._servers.append(server)
                server.bind()
            told = public_storage_url or self.storage_url
            environ.update(backend._environ(self.url, told, autojump=autojump, control=control))  # noqa: SLF001
            for server in self._servers:
                server.start()
        except BaseException:
            self.close()
            raise

    def __repr__(self) -> str:
        return f"<ServedBackend {self.url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    @property
    def url(self) -> str:
        """Base URL of the API."""
        return self._servers[1].url

    @property
    def storage_url(self) -> str:
        """Base URL of objects here; what clients are told may be another (``public_storage_url``)."""
        return self._servers[0].url

    def close(self) -> None:
        """Stop listening; open streams end."""
        for server in self._servers:
            server.stop()
        self._backend._forget(self)  # noqa: SLF001
