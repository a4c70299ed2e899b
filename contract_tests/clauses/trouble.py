"""Trouble on the way, for the requests of this process: urllib3's own connections, with somebody in between.

There is one place where requests of all clients pass: a connection of urllib3. What is decided there looks to pools,
retries and time-outs as if it had happened on the wire.
"""

from __future__ import annotations

import io
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from urllib3 import HTTPResponse
from urllib3.connection import HTTPConnection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from contract_tests.oracle import Trouble


@dataclass(frozen=True)
class Sent:
    """A request on its way.

    Args:
        host: Where to.
        method: As sent.
        target: Path and query.
        body: As sent.
    """

    host: str
    method: str
    target: str
    body: bytes

    @property
    def path(self) -> str:
        """Its path."""
        return self.target.partition("?")[0]


@dataclass(frozen=True)
class Verdict:
    """What becomes of a request.

    Args:
        kind: The status of the answer, ``silence``, ``reset``, or ``cut``.
        is_carried_out: Whether the backend gets it all the same, and its own answer is lost.
    """

    kind: int | str
    is_carried_out: bool = False


@contextmanager
def interposed(decide: Callable[[Sent], Verdict | Sent | None]) -> Iterator[None]:
    """Let every request of this process be decided on, until the block is left.

    Args:
        decide: Called with each; ``None`` lets it pass, and another target is asked in its place. It may be called from
            several threads.
    """
    plain_request, plain_response = HTTPConnection.request, HTTPConnection.getresponse
    verdicts: dict[int, tuple[Sent, Verdict]] = {}

    def request(self: HTTPConnection, method: str, url: str, body: Any = None, *more: Any, **options: Any) -> None:
        sent = Sent(self.host, method, url, body if isinstance(body, bytes) else b"")
        verdict = decide(sent)
        if isinstance(verdict, Sent):
            url, verdict = verdict.target, None
        if verdict is not None:
            verdicts[id(self)] = sent, verdict
        if verdict is None or verdict.is_carried_out:
            plain_request(self, method, url, body, *more, **options)

    def getresponse(self: HTTPConnection) -> HTTPResponse:
        if id(self) not in verdicts:
            return plain_response(self)
        sent, verdict = verdicts.pop(id(self))
        if verdict.is_carried_out:
            plain_response(self).read()
            self.close()
        if verdict.kind == "silence":
            raise TimeoutError("nobody answers")
        if verdict.kind == "reset":
            raise ConnectionResetError("reset by somebody in between")
        return _answer(sent, verdict)

    HTTPConnection.request = request  # type: ignore[method-assign]
    HTTPConnection.getresponse = getresponse  # type: ignore[method-assign]
    try:
        yield
    finally:
        HTTPConnection.request = plain_request  # type: ignore[method-assign]
        HTTPConnection.getresponse = plain_response  # type: ignore[method-assign]


def _answer(sent: Sent, verdict: Verdict) -> HTTPResponse:
    text = b'{"objects": [' if verdict.kind == "cut" else b"<html>somebody in between</html>"
    return HTTPResponse(
        body=io.BytesIO(text),
        headers={"Content-Type": "text/html", "Content-Length": str(len(text) + 100 * (verdict.kind == "cut"))},
        status=200 if verdict.kind == "cut" else int(verdict.kind),
        preload_content=False,
        enforce_content_length=True,
        request_method=sent.method,
        request_url=sent.target,
    )


class Troubles:
    """Decides on the requests of one run by the trouble of its tasks.

    Args:
        by_task: Task to its trouble. The files of task 7 are called ``7.json`` and ``7.png``.
    """

    def __init__(self, by_task: Mapping[int, Trouble]) -> None:
        self._by_task = by_task
        self._met: Counter[tuple[int, str]] = Counter()

    def __call__(self, sent: Sent) -> Verdict | None:
        """Return what becomes of a request."""
        for number, trouble in self._by_task.items():
            if self._is_met(sent, number, trouble):
                return self._verdict(number, trouble)
            if trouble.phase == "look-up" and self._met[number, "look-up"] and _reads(sent, number, expand=False):
                return Verdict(500)
        return None

    def _is_met(self, sent: Sent, number: int, trouble: Trouble) -> bool:
        match trouble.phase:
            case "task":
                return _reads(sent, number, expand=True)
            case "file":
                return sent.method == "GET" and sent.path.endswith(f"/{number}.json")
            case "inference":
                return sent.path.endswith("/run/") and f"/{number}.png".encode() in sent.body
            case _:
                return (sent.method, sent.path) == ("PUT", f"/tasks/{number}/annotate_task_data/")

    def _verdict(self, number: int, trouble: Trouble) -> Verdict | None:
        self._met[number, trouble.phase] += 1
        if self._met[number, trouble.phase] > trouble.times:
            return None
        return Verdict(trouble.kind, is_carried_out=trouble.phase in {"answer", "look-up"})


def _reads(sent: Sent, number: int, *, expand: bool) -> bool:
    return (sent.method, sent.path) == ("GET", f"/tasks/{number}/") and ("expand=" in sent.target) is expand
