"""A relay that reads along: it passes requests and answers on, remembers them, and can be told when something is due.

Connections are relayed one request after the other, as requests, urllib3 and boto3 send them; nothing is pipelined.
"""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BLOCK = 1 << 16
BODILESS = frozenset({204, 304})  # RFC 9112, 6.3
RESET = struct.pack("ii", 1, 0)  # SO_LINGER with no time to linger: close() sends RST (socket(7))
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CHUNKED = re.compile(rb"\r\ntransfer-encoding:\s*chunked", re.IGNORECASE)
_EXPECT = re.compile(rb"\r\nexpect:[^\r]*", re.IGNORECASE)
_LAST_CHUNK = b"0\r\n\r\n"


@dataclass
class Seen:
    """One request, and what became of its answer.

    Args:
        party: ``api`` or ``storage``.
        method: As sent.
        target: Path and query.
        body: Of the request.
        status: Of the answer; 0 while there is none.
        answer: The answer's body, of a POST alone.
        complete: Whether all of the answer was passed on.
    """

    party: str
    method: str
    target: str
    body: bytes
    status: int = 0
    answer: bytes = b""
    complete: bool = False

    @property
    def path(self) -> str:
        """The target without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query as it was sent."""
        return self.target.partition("?")[2]


@dataclass
class Trap:
    """What is due at the n-th request of a kind.

    Args:
        matches: Whether a request is of that kind.
        nth: Which of them, from 1.
        spring: What to do; called once, from a thread of the relay.
        after: Bytes of the answer's body that are passed on before; ``None`` springs before the request is.
        cuts: Whether the connection is reset then.
    """

    matches: Callable[[Seen], bool]
    nth: int
    spring: Callable[[], None]
    after: int | None = None
    cuts: bool = False
    _count: int = field(default=0, init=False)

    def is_due(self, seen: Seen) -> bool:
        """Count a request; return whether it is the one."""
        if not self.matches(seen):
            return False
        self._count += 1
        return self._count == self.nth


class Relay:
    """Listens on loopback in front of one server.

    Args:
        party: Whose server: ``api`` or ``storage``.

    Attributes:
        target: (host, port) of the server; ``None`` resets every connection.
        broken: Whether every connection is reset, those under way at their next block.
        seen: All requests so far, in the order of their arrival.
        trap: What is due when.
    """

    def __init__(self, party: str) -> None:
        self.party = party
        self.target: tuple[str, int] | None = None
        self.broken = False
        self.seen: list[Seen] = []
        self.trap: Trap | None = None
        self._turn = threading.Lock()
        self._open: set[socket.socket] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Base URL to give to clients."""
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def close(self) -> None:
        """Listen no more, and end every connection."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        server = None
        try:
            if self.target is None or self.broken:
                raise ConnectionResetError
            server = socket.create_connection(self.target)
            for one in (client, server):
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._open.add(server)
            while self._pass_on(client, server):
                pass
        except OSError:
            with contextlib.suppress(OSError):
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        finally:
            for one in (client, server):
                if one is not None:
                    self._open.discard(one)
                    one.close()

    def _pass_on(self, client: socket.socket, server: socket.socket) -> bool:
        """Relay one request and its answer; return whether another may follow."""
        head, rest = _head(client)
        if not head:
            return False
        if _EXPECT.search(head):
            client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
            head = _EXPECT.sub(b"", head)
        body = rest + _body(client, head, len(rest), rest)
        method, target, _ = head.split(b"\r\n", 1)[0].decode("latin-1").split(" ", 2)
        seen = Seen(self.party, method, target, body)
        with self._turn:
            self.seen.append(seen)
            trap = self.trap if self.trap is not None and self.trap.is_due(seen) else None
        if trap is not None and trap.after is None:
            trap.spring()
            trap = None
        if self.broken:
            raise ConnectionResetError
        server.sendall(head + body)
        keep = self._answer(client, server, seen, trap)
        seen.complete = True
        return keep

    def _answer(self, client: socket.socket, server: socket.socket, seen: Seen, trap: Trap | None) -> bool:
        head, first = _head(server)
        if not head:
            raise ConnectionResetError
        seen.status = int(head.split(b" ", 2)[1])
        client.sendall(head)
        passed = 0
        for block in _blocks(server, head, first, bodiless=seen.method == "HEAD" or seen.status in BODILESS):
            if self.broken:
                raise ConnectionResetError
            room = len(block) if trap is None else max(0, (trap.after or 0) - passed)
            client.sendall(block[:room])
            if trap is not None and room < len(block):
                trap = _sprung(trap)
            client.sendall(block[room:])
            passed += len(block)
            if seen.method == "POST":
                seen.answer += block
        if trap is not None:  # the answer is shorter than the trap waits for
            _sprung(trap)
        return b"\r\nconnection: close" not in head.lower()


def _sprung(trap: Trap) -> None:
    trap.spring()
    if trap.cuts:
        raise ConnectionResetError


def _blocks(source: socket.socket, head: bytes, first: bytes, *, bodiless: bool) -> Iterator[bytes]:
    """Yield an answer's body as it comes, to its end.

    Raises:
        ConnectionResetError: It was cut.
    """
    length, chunked = _LENGTH.search(head), _CHUNKED.search(head)
    left = 0 if bodiless else int(length[1]) if length else None
    block, tail = first, b""
    while True:
        if block:
            yield block
        tail = (tail + block)[-len(_LAST_CHUNK) :]
        left = None if left is None else left - len(block)
        if left == 0 or (left is None and chunked and tail == _LAST_CHUNK):
            return
        block = source.recv(BLOCK)
        if not block:
            if left is None and not chunked:
                return
            raise ConnectionResetError


def _head(source: socket.socket) -> tuple[bytes, bytes]:
    """Return a message's head with its blank line, and what came behind it; nothing at the connection's end."""
    text = b""
    while b"\r\n\r\n" not in text:
        block = source.recv(BLOCK)
        if not block:
            return b"", b""
        text += block
    head, _, rest = text.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _body(source: socket.socket, head: bytes, got: int, rest: bytes) -> bytes:
    """Return what is missing of a request's body."""
    found = _LENGTH.search(head)
    if found:
        missing, blocks = int(found[1]) - got, []
        while missing > 0:
            block = source.recv(min(BLOCK, missing))
            if not block:
                raise ConnectionResetError
            blocks.append(block)
            missing -= len(block)
        return b"".join(blocks)
    text = rest
    if _CHUNKED.search(head):
        while not text.endswith(_LAST_CHUNK):
            block = source.recv(BLOCK)
            if not block:
                raise ConnectionResetError
            text += block
    return text[len(rest) :]
