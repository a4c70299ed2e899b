"""The live server on the wire: one write for an answer, visible cuts, many streams, a quick end."""

from __future__ import annotations

import contextlib
import http.client
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from wsgi_applications import Application, Stream, eventually

from fake_backend.transports.live import LiveServer
from fake_backend.transports.refusals import CannotListen
from fake_backend.transports.signals import HangUp, NoAnswer, Reset

if TYPE_CHECKING:
    from collections.abc import Iterator

GET = b"GET / HTTP/1.1\r\nHost: fake\r\n\r\n"
STREAMS = 100  # SSE clients that one live job has to carry


@contextlib.contextmanager
def raw(server: LiveServer, request: bytes = GET) -> Iterator[socket.socket]:
    """Send a request over a socket of our own."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as sock:
        sock.sendall(request)
        yield sock


def until_closed(sock: socket.socket) -> bytes:
    """Return all that comes until the server closes."""
    return b"".join(iter(lambda: sock.recv(65536), b""))


def ours() -> set[threading.Thread]:
    return set(threading.enumerate())


def waits_for_its_end(environ) -> Iterator[bytes]:
    """Yield one event, then wait for the end of the connection as a stream without news does."""
    over = threading.Event()
    environ["fake_backend.connection"].on_close(over.set)
    yield b"event: connected\n\n"
    over.wait(60)
    yield b"event: late\n\n"


def test_head_and_first_chunk_are_one_write() -> None:
    """Two writes cost a keep-alive request 40 ms (contract.md 7), so one segment has both."""
    with LiveServer(Application(lambda _: iter([b"first", b"second"])), {}, threads=4) as server, raw(server) as sock:
        first = sock.recv(65536)

    assert first.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\n\r\n5\r\nfirst\r\n" in first


def test_what_is_written_leaves_at_once() -> None:
    """Nagle's algorithm is off on the sockets that clients are served on."""
    delays = []

    def application(_, start_response):
        sockets = [connection.socket for connection in server._listener._open]
        delays.extend(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) for sock in sockets)
        start_response("200 OK", [])
        return []

    with LiveServer(application, {}, threads=4) as server:
        requests.get(server.url)
    assert [1] == delays


@pytest.mark.parametrize(
    ("error", "end"), [(RuntimeError("of the application"), b""), (HangUp(), b""), (None, b"0\r\n\r\n")], ids=repr
)
def test_only_a_whole_body_has_a_closing_chunk(error, end) -> None:
    """A stream that breaks off must not look as if it were over (contract.md 2.3: the client reconnects then)."""
    request = GET.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")
    with (
        LiveServer(Application(lambda _: Stream([b"data"], error)), {}, threads=4) as server,
        raw(server, request) as sock,
    ):
        head, _, body = until_closed(sock).partition(b"\r\n\r\n")

    assert b"4\r\ndata\r\n" + end == body
    assert b"Transfer-Encoding: chunked" in head


def test_a_cut_is_an_incomplete_read_to_http_client() -> None:
    """The standard library's client notices as well."""
    with LiveServer(Application(lambda _: Stream([b"data"], HangUp())), {}, threads=4) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
        connection.request("GET", "/")
        with (
            contextlib.closing(connection),
            connection.getresponse() as response,
            pytest.raises(http.client.IncompleteRead),
        ):
            response.read()


def test_a_reset_is_one() -> None:
    """RST, not FIN: the client's read fails."""

    def handler(_):
        raise Reset

    with (
        LiveServer(Application(handler), {}, threads=4) as server,
        raw(server) as sock,
        pytest.raises(ConnectionResetError),
    ):
        sock.recv(1)


def test_no_answer_holds_the_connection_until_someone_closes() -> None:
    """The client hears nothing until it gives up; a client that waits longer hears the server stop."""

    def handler(_):
        raise NoAnswer

    application = Application(handler)
    with LiveServer(application, {}, threads=4) as server:
        with raw(server) as sock:
            sock.settimeout(0.02)
            with pytest.raises(TimeoutError):
                sock.recv(1)
        assert eventually(lambda: application.connections[0].closed)
        with raw(server) as sock:
            assert eventually(lambda: 2 == len(application.environs))
            server.stop()
            assert b"" == sock.recv(1)


def test_an_old_client_is_answered_and_let_go() -> None:
    """HTTP/1.0 knows no chunks: the end of the connection is the end of the body."""
    request = b"GET / HTTP/1.0\r\n\r\n"
    with LiveServer(Application(lambda _: iter([b"a", b"b"])), {}, threads=4) as server, raw(server, request) as sock:
        head, _, body = until_closed(sock).partition(b"\r\n\r\n")

    assert b"ab" == body
    assert b"chunked" not in head
    assert b"Connection: close" in head


def test_requests_in_one_packet_are_answered_in_order() -> None:
    """A client may send its next request before it has read an answer (RFC 9112 9.3.2)."""
    two = b"GET /1 HTTP/1.1\r\nHost: fake\r\n\r\nGET /2 HTTP/1.1\r\nHost: fake\r\nConnection: close\r\n\r\n"
    with (
        LiveServer(Application(lambda environ: environ["RAW_URI"].encode()), {}, threads=4) as server,
        raw(server, two) as sock,
    ):
        answers = until_closed(sock)

    assert [b"/1", b"/2"] == [part.partition(b"\r\n\r\n")[2] for part in answers.split(b"HTTP/1.1 200 OK")[1:]]


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"//a//b?c", "//a//b?c"),
        (b"http://fake.invalid/a%2Fb?c", "/a%2Fb?c"),
        (b"/%ED%95%9C%EA%B8%80", "/%ED%95%9C%EA%B8%80"),
    ],
)
def test_every_target_that_a_client_may_send_is_taken(target, expected) -> None:
    """Absolute form (RFC 9112 3.2.2) and keys that begin with a slash are nothing to refuse."""
    application = Application()
    request = b"GET " + target + b" HTTP/1.1\r\nHost: fake\r\n\r\n"
    with LiveServer(application, {}, threads=2) as server, raw(server, request) as sock:
        assert sock.recv(65536).startswith(b"HTTP/1.1 200 OK")

    assert [expected] == [environ["RAW_URI"] for environ in application.environs]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n", b"413"),
        (b"POST / HTTP/1.1\r\nContent-Length: 5000000000\r\n\r\n", b"413"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
    ids=["long target", "long header", "huge body", "nonsense"],
)
def test_a_request_beyond_the_limits_never_reaches_the_application(request_, status) -> None:
    """64 KiB of head and 1 GiB of body are room for every call of the contract, and an end to mistakes."""
    application = Application()
    with LiveServer(application, {}, threads=4) as server, raw(server, request_) as sock:
        assert status == sock.recv(65536).split(b" ")[1]
    assert [] == application.environs


def test_a_hundred_streams_are_whole_while_side_requests_answer() -> None:
    """Streams wait for the last of them to begin, so that all are open at once beside a plain request."""
    all_open = threading.Barrier(STREAMS + 1)
    go = threading.Event()

    def handler(environ):
        if environ["PATH_INFO"] != "/progress":
            return b"beside"

        def events():
            yield b"event: connected\n\n"
            all_open.wait(30)
            go.wait(30)
            for number in range(10):
                yield f"data: {number}\n\n".encode()

        return events()

    def follow(_) -> list[bytes]:
        with requests.get(f"{server.url}/progress", stream=True, timeout=30) as response:
            return [line for line in response.iter_lines() if line]

    with LiveServer(Application(handler), {}) as server, ThreadPoolExecutor(STREAMS) as clients:
        streams = [clients.submit(follow, number) for number in range(STREAMS)]
        all_open.wait(30)
        beside = [requests.get(server.url, timeout=1).content for _ in range(5)]
        go.set()
        seen = [stream.result() for stream in streams]

    assert [b"beside"] * 5 == beside
    assert [[b"event: connected", *(b"data: %d" % number for number in range(10))]] * STREAMS == seen


@pytest.mark.parametrize("kind", ["waits", "yields"])
def test_stopping_ends_a_hundred_open_streams(kind) -> None:
    """Streams that wait are woken by ``on_close``, streams that yield find the socket shut; nothing is left over."""
    before = ours()
    endless = [Stream(b"x" * 1000 for _ in range(10**9)) for _ in range(STREAMS)]
    bodies = iter(endless)
    application = Application(waits_for_its_end if kind == "waits" else lambda _: next(bodies))
    server = LiveServer(application, {}).start()
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(raw(server)) for _ in range(STREAMS)]
        for sock in sockets:
            assert sock.recv(10)
        server.stop(grace=30)

        assert all(connection.closed for connection in application.connections)
        assert eventually(lambda: ours() <= before)
        if kind == "yields":
            assert [1] * STREAMS == [stream.closed for stream in endless]
        for sock in sockets:
            with contextlib.suppress(ConnectionResetError):  # where the client had not read all
                assert b"0\r\n\r\n" not in until_closed(sock)[-5:]


def test_stopping_does_not_wait_for_an_application_that_does_not_listen(caplog) -> None:
    """A thread inside an application cannot be ended from outside: it is named in the log and left to end."""
    before = ours()
    release = threading.Event()

    def handler(_):
        release.wait(60)
        return b"late"

    application = Application(handler)
    server = LiveServer(application, {}, threads=4).start()
    with raw(server) as sock:
        assert eventually(lambda: application.environs)
        server.stop(grace=0.01)
        assert b"" == sock.recv(1)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(server.port) or application.environs[0]["SERVER_PORT"]))
    assert "on_close" in caplog.text
    release.set()
    assert eventually(lambda: ours() <= before)


def test_starting_and_stopping_leave_nothing_behind() -> None:
    """No threads, no sockets (an unclosed one is a warning, and warnings are errors), no statistics of cheroot's."""
    before, statistics = ours(), dict(getattr(logging, "statistics", {}))
    for _ in range(3):
        with LiveServer(Application(), {}, threads=4) as server:
            assert b"ok" == requests.get(server.url).content

    assert eventually(lambda: ours() <= before)
    assert statistics == getattr(logging, "statistics", {})


def test_a_server_can_be_bound_before_it_serves() -> None:
    """Two servers can tell each other's address to their applications; a client that is early waits."""
    environ: dict[str, object] = {}
    application = Application(lambda environ: environ["fake_backend.api_url"].encode())
    server = LiveServer(application, environ, threads=2).bind()
    try:
        with raw(server) as early:
            environ["fake_backend.api_url"] = server.url
            server.start()
            assert early.recv(65536).endswith(server.url.encode())
    finally:
        server.stop()


def test_a_server_that_is_only_bound_can_be_stopped() -> None:
    """Who fails between the two steps leaves nothing behind either."""
    before = ours()
    LiveServer(Application(), {}, threads=2).bind().stop()

    assert eventually(lambda: ours() <= before)


def test_the_state_is_shown() -> None:
    """A repr says where it listens, and whether it does."""
    server = LiveServer(Application(), {}, threads=2)
    assert "<LiveServer http://127.0.0.1:0 closed>" == repr(server)
    with server:
        assert f"<LiveServer http://127.0.0.1:{server.port} open>" == repr(server)
        assert 0 != server.port
        assert server.start() is server
    server.stop()
    assert "<LiveServer http://127.0.0.1:0 closed>" == repr(server)


def test_a_busy_port_is_refused_in_one_sentence() -> None:
    """The sentence names the address, the reason and a way out."""
    with LiveServer(Application(), {}, threads=2) as server:
        address = server.url.removeprefix("http://")
        with pytest.raises(CannotListen) as refused:
            LiveServer(Application(), {}, port=server.port).start()

    assert (
        f"cannot listen on {address}: address already in use; choose another --host or --port, or port 0 for any"
    ) == str(refused.value)


@pytest.mark.parametrize(
    ("host", "port", "reason"),
    [
        ("no-such-host", 0, "name or service not known"),
        ("a" * 64, 0, "label too long"),
        ("192.0.2.1", 0, "cannot assign requested address"),
        ("127.0.0.1", 70_000, "no such port"),
        ("127.0.0.1", -1, "no such port"),
        ("", 0, "no host is named"),
    ],
)
def test_an_address_that_cannot_be_had_is_refused_in_one_sentence(host, port, reason, monkeypatch) -> None:
    """Names, addresses and ports that nobody can listen on end in words, not in a traceback of the server."""
    look_up = socket.getaddrinfo

    def without_a_name_service(name, *args, **options):
        if name == "no-such-host":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(name, *args, **options)

    monkeypatch.setattr(socket, "getaddrinfo", without_a_name_service)
    with pytest.raises(CannotListen, match=f"^cannot listen on {host}:{port}: .*{reason}; choose"):
        LiveServer(Application(), {}, host=host, port=port).start()
