"""The journal's place on the way of a request: before everything else, and again when the body is out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from fake_backend.core.signals import Signal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fake_backend.core.journal import Entry
    from fake_backend.world import World

ENTRY = "fake_backend.entry"


class Journalled:
    """A WSGI application whose requests are entered in their world's journal.

    Args:
        application: What answers.
        party: Which endpoint it is.
    """

    def __init__(self, application: WSGIApplication, party: Literal["api", "storage"]) -> None:
        self._application = application
        self._party = party

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Enter the request, answer it, and enter what became of it."""
        world: World = environ["fake_backend.world"]
        entry = world.journal.open(
            self._party,
            environ["REQUEST_METHOD"],
            environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace"),
            environ.get("QUERY_STRING", ""),
            at=world.clock.now(),
            transport=environ.get("fake_backend.transport", "live"),
            received=_declared(environ.get("CONTENT_LENGTH")),
        )
        environ[ENTRY] = entry

        def begun(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            entry.status = int(status.split(" ", 1)[0])
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        try:
            body = self._application(environ, begun)
        except Signal:
            entry.outcome = "cut"
            raise
        return _Counted(body, entry)


class CarriedOut:
    """A WSGI application that enters in the journal which requests it has carried out, whoever sees its answers.

    Args:
        application: What answers.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, and enter the status."""
        entry: Entry | None = environ.get(ENTRY)

        def begun(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            if entry is not None:
                entry.carried += (int(status.split(" ", 1)[0]),)
            return start_response(status, headers, exc_info) if exc_info else start_response(status, headers)

        return self._application(environ, begun)


def _declared(length: str | None) -> int:
    return int(length) if length and length.isascii() and length.isdigit() else 0


class _Counted:
    """A response body that counts itself; it is ``cut`` unless it was read to its end."""

    def __init__(self, body: Iterable[bytes], entry: Entry) -> None:
        self._body = body
        self._entry = entry

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._body:
            self._entry.sent += len(chunk)
            yield chunk
        self._entry.outcome = "complete"

    def close(self) -> None:
        if self._entry.outcome == "open":
            self._entry.outcome = "cut"
        close = getattr(self._body, "close", None)
        if close is not None:
            close()
