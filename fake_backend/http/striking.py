"""What a fault does to one request: to the connection, to time, and to the answer.

What it does to the connection is a signal (``fake_backend.core.signals``), which both transports understand. What it
does to time is done on the world's clock: in process a delay longer than the client's read time-out is that time-out.
"""

from __future__ import annotations

import io
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast

from fake_backend.core.signals import ConnectionRefused, HangUp, NoAnswer, Reset
from fake_backend.http.request import AGED
from fake_backend.objects.request import SKEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NoReturn

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fake_backend.faults.rules import Effect, StreamEvent
    from fake_backend.world import World


class Struck:
    """One request that something befalls.

    Args:
        application: What would answer it.
        environ: The request.
        start_response: As PEP 3333 has it.
        effect: What happens.
    """

    def __init__(
        self, application: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse, effect: Effect
    ) -> None:
        self._application = application
        self._environ = environ
        self._start = start_response
        self._effect = effect
        self._world: World = environ["fake_backend.world"]

    def answer(self) -> Iterable[bytes]:
        """Return what is left of the answer.

        Raises:
            Signal: The connection ends, or nothing is ever said on it.
        """
        effect = self._effect
        if effect.refuse:
            raise ConnectionRefused
        self._prepare()
        if effect.no_answer:
            self._carry_out(unless_told=True)
            self._wait(self._patience)
            raise NoAnswer
        if "before" in {effect.drop, effect.reset}:
            self._carry_out()
            self._wait(effect.delay)
            self._break()
        if effect.status is not None:
            self._carry_out()
            self._wait(effect.delay)
            return self._instead(effect.status)
        return self._shaped()

    def _prepare(self) -> None:
        """Tell the resource what it is to do otherwise, and deliver the request a first time where it comes twice."""
        effect, environ = self._effect, self._environ
        if effect.expire_urls:
            environ[AGED] = self._world.settings.presign_seconds + 1.0
        if effect.skew is not None:
            environ[SKEW] = effect.skew
            environ.setdefault(AGED, -effect.skew)
        if effect.twice:
            body = environ["wsgi.input"].read()
            environ["wsgi.input"] = io.BytesIO(body)
            self._run_for_nothing()
            environ["wsgi.input"] = io.BytesIO(body)

    def _carry_out(self, *, unless_told: bool = False) -> None:
        """Have the request carried out, if it is to be, though nobody will see the answer."""
        told = self._effect.processed
        if unless_told if told is None else told:
            self._run_for_nothing()

    def _run_for_nothing(self) -> None:
        _close(self._application(self._environ, lambda *_: lambda _: None))  # a view has run when it returns

    def _wait(self, seconds: float | None) -> None:
        """Let world time pass; a client that waits no longer than that has given up by then."""
        if not seconds:
            return
        clock = self._world.clock
        connection = self._environ.get("fake_backend.connection")
        patience = self._patience
        gone = patience is not None and seconds >= patience
        until = clock.monotonic() + min(seconds, seconds if patience is None else patience)
        forget = connection.on_close(clock.changed) if connection is not None else lambda: None
        try:
            clock.wait_until(
                lambda: connection is not None and connection.closed,
                deadline=until,
                autojump=bool(self._environ.get("fake_backend.autojump")),
            )
        finally:
            forget()
        if gone:
            raise NoAnswer

    @property
    def _patience(self) -> float | None:
        """Seconds that the client waits for bytes, where that is known."""
        return cast("float | None", self._environ.get("fake_backend.read_timeout"))

    def _break(self) -> NoReturn:
        raise HangUp if self._effect.drop is not None else Reset

    def _instead(self, status: int) -> Iterable[bytes]:
        """Answer with the status that the fault names; a body breaks off as it would of any other answer."""
        effect = self._effect
        body, kind = _body(effect.body, status, self._environ["PATH_INFO"])
        body = self._altered(body)
        headers = [("Content-Type", kind), ("Content-Length", str(len(body)))]
        if effect.retry_after is not None:
            headers.append(("Retry-After", str(effect.retry_after)))
        write = self._start(line(status), self._headed(headers))
        if 0 in {effect.drop, effect.reset}:
            write(b"")
        return self._paced(iter([body]))

    def _shaped(self) -> Iterable[bytes]:
        """Have the request answered, and do to the answer what the fault says."""
        effect = self._effect
        told: list[Any] = []

        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
            told[:] = [status, headers, exc_info]
            return lambda _: None

        answer = self._application(self._environ, start)
        self._wait(effect.delay)
        chunks: Iterable[bytes] = answer
        status, headers, _ = told
        if effect.event is not None:
            chunks = _Interrupted(answer, effect.event)
        elif self._environ["REQUEST_METHOD"] == "HEAD":
            headers = [self._shortened(*pair) for pair in headers]
        elif effect.truncate is not None or effect.corrupt:
            body = self._altered(b"".join(answer))
            _close(answer)
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
            chunks = [body]
        write = self._start(status, self._headed(headers))
        if 0 in {effect.drop, effect.reset}:
            write(b"")  # the head goes out though nothing follows it
        if effect.drop is None and effect.reset is None and effect.slow is None:
            return chunks
        return _Closing(self._paced(iter(chunks)), chunks)

    def _headed(self, headers: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """Return headers with those that the fault names in place of their like; names have no case."""
        names = {name.lower() for name in self._effect.headers}
        return [pair for pair in headers if pair[0].lower() not in names] + list(self._effect.headers.items())

    def _shortened(self, name: str, value: str) -> tuple[str, str]:
        """Return a header of an answer to HEAD, which tells the length of a body that is not there to be altered."""
        if name.lower() != "content-length" or self._effect.truncate is None:
            return name, value
        return name, str(min(int(value), self._effect.truncate))

    def _altered(self, body: bytes) -> bytes:
        """Return a whole body, shortened and corrupted as the fault says."""
        body = body[: self._effect.truncate]
        return corrupted(body) if self._effect.corrupt else body

    def _paced(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        """Yield a body as slowly as the fault says, and break it off where it says."""
        effect = self._effect
        place = effect.drop if effect.drop is not None else effect.reset
        left = place if isinstance(place, int) else None
        for chunk in chunks:
            for piece in _pieces(chunk, effect.slow):
                if effect.slow is not None:
                    self._wait_piece(len(piece) / effect.slow)
                if left is not None and len(piece) > left:
                    yield piece[:left]
                    self._break()
                yield piece
                left = None if left is None else left - len(piece)
                if left == 0:
                    self._break()
        if place is not None:
            self._break()

    def _wait_piece(self, seconds: float) -> None:
        clock = self._world.clock
        clock.wait_until(
            lambda: False,
            deadline=clock.monotonic() + seconds,
            autojump=bool(self._environ.get("fake_backend.autojump")),
        )


class _Closing:
    """A body that closes another one when it is closed."""

    def __init__(self, chunks: Iterator[bytes], inner: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._inner = inner

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        _close(self._chunks)
        _close(self._inner)


class _Interrupted:
    """A progress stream that sends an event out of turn and ends."""

    def __init__(self, stream: Iterable[bytes], event: StreamEvent) -> None:
        self._stream = stream
        self._event = event

    def __iter__(self) -> Iterator[bytes]:
        event = self._event
        frames = iter(self._stream)
        for _ in range(event.after):
            try:
                yield next(frames)
            except StopIteration:
                return
        data = json.dumps(dict(event.data), ensure_ascii=False)
        yield f"event: {event.name}\ndata: {data}\n\n".encode()

    def close(self) -> None:
        _close(self._stream)


def corrupted(body: bytes) -> bytes:
    """Return a body that is no JSON any more and as long as before: its last bracket is another character."""
    return body[:-1] + b"\x00" if body else b""


def _pieces(chunk: bytes, rate: int | None) -> Iterator[bytes]:
    if rate is None:
        yield chunk
        return
    for start in range(0, len(chunk), rate):
        yield chunk[start : start + rate]


def _body(told: object, status: int, path: str) -> tuple[bytes, str]:
    """Return body and content type: text as it stands, JSON as JSON, else the form of errors that the API has."""
    if isinstance(told, str):
        kind = "html" if told.lstrip().startswith("<") else "plain"
        return told.encode(), f"text/{kind}; charset=utf-8"
    if told is None:
        sentence = f"{phrase(status)}."
        error = {"code": phrase(status).upper().replace(" ", "_"), "message": sentence, "details": None}
        told = {"error": error, "meta": {}} if path.startswith("/v2/") else {"detail": sentence}
    return json.dumps(told, ensure_ascii=False).encode(), "application/json"


def phrase(status: int) -> str:
    """Return the words of a status."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # a delivery network's own, such as 520
        return "Unknown Error"


def line(status: int) -> str:
    """Return the status line's status."""
    return f"{status} {phrase(status)}"


def _close(answer: object) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()
