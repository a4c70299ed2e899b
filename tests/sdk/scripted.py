"""A backend whose every answer a test writes itself, and a clock that only counts."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

USER_TOKEN = "user-token-6f1c"
ACCESS_TOKEN = "access-token-93ab"
START = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)


class CountingClock:
    """Time that passes by sleeping on it, at once."""

    def __init__(self) -> None:
        self.sleeps: list[float] = []
        self._elapsed = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Return the instant."""
        return START + timedelta(seconds=self._elapsed)

    def time(self) -> float:
        """Return seconds since the epoch."""
        return self.now().timestamp()

    def monotonic(self) -> float:
        """Return seconds slept."""
        return self._elapsed

    def sleep(self, seconds: float) -> None:
        """Count ``seconds``."""
        with self._lock:
            self.sleeps.append(seconds)
            self._elapsed += seconds

    @property
    def waits(self) -> list[float]:
        """Sleeps that are more than none."""
        return [seconds for seconds in self.sleeps if seconds]


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: Mapping[str, str]
    body: bytes
    url: str

    @property
    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Answer:
    """What to answer; ``body`` may be JSON, bytes, or pieces, among them a signal to raise."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Scripted:
    """A WSGI application that answers by a function, or by a list one after the other.

    Args:
        script: Takes the request and returns an ``Answer``, JSON, or an exception to raise; or a list of such.
    """

    def __init__(self, script: Callable[[Asked], Any] | Iterable[Any]) -> None:
        self.asked: list[Asked] = []
        self._script = script if callable(script) else None
        self._answers = None if callable(script) else iter(script)
        self._lock = threading.Lock()

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        query = environ.get("QUERY_STRING", "")
        path = environ["PATH_INFO"].encode("latin-1").decode()
        asked = Asked(
            method=environ["REQUEST_METHOD"],
            path=path,
            query=parse_qs(query, keep_blank_values=True),
            headers={
                name.removeprefix("HTTP_").replace("_", "-").lower(): value
                for name, value in environ.items()
                if name.startswith("HTTP_") or name == "CONTENT_TYPE"
            },
            body=environ["wsgi.input"].read(length) if length else b"",
            url=f"{path}?{query}" if query else path,
        )
        with self._lock:
            self.asked.append(asked)
            answer = next(self._answers) if self._answers else None
        if self._script:
            answer = self._script(asked)
        if isinstance(answer, BaseException) or (isinstance(answer, type) and issubclass(answer, BaseException)):
            raise answer
        if not isinstance(answer, Answer):
            answer = Answer(body=answer)
        pieces, headers = self._encoded(answer)
        start_response(f"{answer.status} Scripted", list(headers.items()))
        return pieces

    @staticmethod
    def _encoded(answer: Answer) -> tuple[Iterable[bytes], dict[str, str]]:
        headers = dict(answer.headers)
        if answer.body is None and answer.status in {204, 304}:
            return [], headers
        if isinstance(answer.body, Pieces):
            return iter(answer.body), headers
        if isinstance(answer.body, bytes):
            body = answer.body
        else:
            body = json.dumps(answer.body).encode()
            headers.setdefault("Content-Type", "application/json")
        headers.setdefault("Content-Length", str(len(body)))
        return [body], headers


class Pieces:
    """A body in pieces; an exception among them is raised at its turn."""

    def __init__(self, *pieces: bytes | BaseException) -> None:
        self._pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            if isinstance(piece, BaseException):
                raise piece
            yield piece


def chain_of(error: BaseException) -> list[BaseException]:
    """Return an error with all its causes and contexts."""
    found: list[BaseException] = []
    waiting: list[BaseException | None] = [error]
    while waiting:
        current = waiting.pop()
        if current is not None and current not in found:
            found.append(current)
            waiting += [current.__cause__, current.__context__]
    return found


def words_of(error: BaseException) -> str:
    """Return all that an error and its chain could show: text, repr, arguments and attributes."""
    return "\n".join(f"{link!s} {link!r} {link.args!r} {vars(link)!r}" for link in chain_of(error))
