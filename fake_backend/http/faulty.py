"""The fault plan's place on the way of a request: after the journal, before everything else, and round the answer.

What a fault does to a connection is a signal (``fake_backend.core.signals``), which both transports understand. What it
does to time is done on the world's clock: in process a delay longer than the client's read time-out is that time-out.
"""

from __future__ import annotations

import io
import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Literal, cast

from werkzeug.datastructures import EnvironHeaders

from fake_backend.core.errors import Refusal
from fake_backend.core.signals import ConnectionRefused, HangUp, NoAnswer, Reset
from fake_backend.faults import words
from fake_backend.faults.arrival import Arrival, JobFacts, target_of
from fake_backend.http.control.policy import ControlPolicy
from fake_backend.http.journalled import ENTRY
from fake_backend.http.request import AGED
from fake_backend.objects.request import SKEW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import NoReturn

    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

    from fake_backend.faults.rules import Effect, StreamEvent
    from fake_backend.world import World

CONTROL = "/_fake/"
ASKED = f"HTTP_{words.HEADER.upper().replace('-', '_')}"
CLIENT_HEADERS = ("HTTP_SYNAPSE_ACCESS_TOKEN", "HTTP_AUTHORIZATION", "HTTP_USER_AGENT", "REMOTE_ADDR")


class Faulty:
    """A WSGI application whose world may strike its requests.

    Args:
        application: What answers.
        party: Which endpoint it is.
    """

    def __init__(self, application: WSGIApplication, party: Literal["api", "storage"]) -> None:
        self._application = application
        self._party = party

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, unless a fault has it otherwise."""
        world: World = environ["fake_backend.world"]
        asked = environ.get(ASKED)
        if (asked is None and not world.faults) or environ["PATH_INFO"].startswith(CONTROL):
            return self._application(environ, start_response)
        try:
            one_off = words.asked(asked) if asked is not None and _may_ask(environ) else None
        except Refusal as refusal:
            return _refused(refusal, start_response)
        strike = world.faults.strike(_arrival(environ, self._party, world), one_off)
        if strike is None:
            return self._application(environ, start_response)
        entry = environ.get(ENTRY)
        if entry is not None:
            entry.faults = (*strike.rules, *(["one-off"] if one_off is not None else []))
        return _Struck(self._application, environ, start_response, strike.effect).answer()


class _Struck:
    """One request that something befalls."""

    def __init__(
        self, application: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse, effect: Effect
    ) -> None:
        self._application = application
        self._environ = environ
        self._start = start_response
        self._effect = effect
        self._world: World = environ["fake_backend.world"]

    def answer(self) -> Iterable[bytes]:
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
        headers = {"Content-Type": kind, "Content-Length": str(len(body))}
        if effect.retry_after is not None:
            headers["Retry-After"] = str(effect.retry_after)
        write = self._start(_line(status), list({**headers, **effect.headers}.items()))
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
        elif effect.truncate is not None or effect.corrupt:
            body = b"".join(answer)
            _close(answer)
            body = body[: effect.truncate] if effect.truncate is not None else body
            body = corrupted(body) if effect.corrupt else body
            headers = [pair for pair in headers if pair[0].lower() != "content-length"]
            headers.append(("Content-Length", str(len(body))))
            chunks = [body]
        if effect.headers:
            names = {name.lower() for name in effect.headers}
            headers = [pair for pair in headers if pair[0].lower() not in names] + list(effect.headers.items())
        write = self._start(status, headers)
        if 0 in {effect.drop, effect.reset}:
            write(b"")  # the head goes out though nothing follows it
        if effect.drop is None and effect.reset is None and effect.slow is None:
            return chunks
        return _Closing(self._paced(iter(chunks)), chunks)

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
    return body[:-1] + b"\x00" if body else b"\x00"


def _pieces(chunk: bytes, rate: int | None) -> Iterator[bytes]:
    if rate is None:
        yield chunk
        return
    for start in range(0, len(chunk), rate):
        yield chunk[start : start + rate]


def _body(told: object, status: int, path: str) -> tuple[bytes, str]:
    """Return body and content type: text as it stands, JSON as JSON, else the form of errors that the API has."""
    if isinstance(told, str):
        return told.encode(), "text/html; charset=utf-8" if told.lstrip().startswith(
            "<"
        ) else "text/plain; charset=utf-8"
    if told is None:
        words_of = _phrase(status)
        error = {"code": words_of.upper().replace(" ", "_"), "message": f"{words_of}.", "details": None}
        told = {"error": error, "meta": {}} if path.startswith("/v2/") else {"detail": f"{words_of}."}
    return json.dumps(told, ensure_ascii=False).encode(), "application/json"


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:  # a delivery network's own, such as 520
        return "Unknown Error"


def _line(status: int) -> str:
    return f"{status} {_phrase(status)}"


def _refused(refusal: Refusal, start_response: StartResponse) -> Iterable[bytes]:
    body = json.dumps({"detail": str(refusal), "code": refusal.code}, ensure_ascii=False).encode()
    start_response(_line(refusal.status), [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
    return [body]


def _may_ask(environ: WSGIEnvironment) -> bool:
    """Return whether a request may ask for faults: whoever may control the fake may, and of nobody else it is heard."""
    policy = cast("ControlPolicy", environ.get("fake_backend.control", ControlPolicy()))
    try:
        policy.admit(environ.get("HTTP_HOST", ""), EnvironHeaders(environ))
    except Refusal:
        return False
    return True


def _arrival(environ: WSGIEnvironment, party: Literal["api", "storage"], world: World) -> Arrival:
    path = environ.get("PATH_INFO", "/").encode("latin-1").decode("utf-8", "replace")
    headers = {
        key.removeprefix("HTTP_").replace("_", "-").lower(): str(value)
        for key, value in environ.items()
        if key.startswith("HTTP_") or key in {"CONTENT_TYPE", "CONTENT_LENGTH"}
    }
    return Arrival(
        target=target_of(party, path),
        method=environ["REQUEST_METHOD"],
        path=path,
        query=environ.get("QUERY_STRING", ""),
        headers=headers,
        connection=environ.get("fake_backend.connection"),
        client="\n".join(str(environ.get(name, "")) for name in CLIENT_HEADERS),
        job=lambda: _job(path, world),
        body=lambda: _read(environ),
    )


def _job(path: str, world: World) -> JobFacts | None:
    """Return the job that a path is about: one that is there, or the one that an enqueue would make."""
    if path == "/v2/plugin_exports/":
        return world.exports.next_facts()
    parts = path.split("/")
    return world.exports.facts(parts[3]) if parts[1:3] == ["v2", "async_jobs"] and len(parts) > 3 else None


def _read(environ: WSGIEnvironment) -> bytes:
    """Return the body, and leave it there to be read again."""
    body: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _close(answer: object) -> None:
    close = getattr(answer, "close", None)
    if close is not None:
        close()
