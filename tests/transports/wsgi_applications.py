"""WSGI applications that remember what happened to them, for the tests of both transports."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Environ = dict[str, Any]


@dataclass
class Application:
    """Answers with what its handler returns, and keeps each request's environ and body.

    The handler takes an environ and returns a body (``bytes`` or an iterable) or a tuple of status,
    headers and body.
    """

    handler: Callable[[Environ], Any] = lambda _: b"ok"
    environs: list[Environ] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Keep the request, and answer as the handler says."""
        self.environs.append(environ)
        self.bodies.append(environ["wsgi.input"].read())
        answer = self.handler(environ)
        status, headers, body = answer if isinstance(answer, tuple) else ("200 OK", [], answer)
        start_response(status, [("Content-Type", "text/plain; charset=utf-8"), *headers])
        return [body] if isinstance(body, bytes) else body

    @property
    def connections(self) -> list[object]:
        """The connection of each request, in order."""
        return [environ["fake_backend.connection"] for environ in self.environs]


class Stream:
    """A body that counts what it gives and knows whether it was closed."""

    def __init__(self, chunks: Iterable[bytes], error: BaseException | None = None) -> None:
        self._chunks = iter(chunks)
        self._error = error
        self.given = 0
        self.closed = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        for chunk in self._chunks:
            self.given += 1
            return chunk
        if self._error is not None:
            raise self._error
        raise StopIteration

    def close(self) -> None:
        """Count the calls; a server makes one."""
        self.closed += 1


def eventually(condition: Callable[[], object], seconds: float = 10) -> bool:
    """Return whether ``condition`` comes true; ``seconds`` bounds a failure, no success waits for it."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.001)
    return True
