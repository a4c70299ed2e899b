"""The live server on the wire: one write for an answer, visible cuts, every request that HTTP allows."""

from __future__ import annotations

import contextlib
import http.client
import socket

import pytest
import requests
from raw_sockets import GET, raw, until_closed
from wsgi_applications import Application, Stream, eventually

from fake_backend.core.signals import HangUp, NoAnswer, Reset
from fake_backend.transports.live import LiveServer


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
            assert eventually(lambda: 1 == len(application.connections))
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
        (b"GET /" + b"a" * 270_000 + b" HTTP/1.1\r\n\r\n", b"414"),
        (b"GET / HTTP/1.1\r\nX-A: " + b"a" * 270_000 + b"\r\n\r\n", b"431"),
        (b"POST / HTTP/1.1\r\nContent-Length: 5000000000\r\n\r\n", b"413"),
        (b"nonsense\r\n\r\n", b"400"),
    ],
    ids=["long target", "long header", "huge body", "nonsense"],
)
def test_a_request_beyond_the_limits_never_reaches_the_application(request_, status) -> None:
    """256 KiB of head and 1 GiB of body are room for whatever an application has to judge, and an end to mistakes."""
    application = Application()
    with LiveServer(application, {}, threads=4) as server, raw(server, request_) as sock:
        assert status == sock.recv(65536).split(b" ")[1]
    assert [] == application.environs


def test_a_connection_that_is_kept_keeps_no_thread() -> None:
    """One thread serves many idle clients, also behind a chunked body and the empty line that ends it."""
    with LiveServer(Application(), {}, threads=1) as server, requests.Session() as session:
        session.post(server.url, data=iter([b"a", b"b"]))
        with raw(server) as sock:
            assert sock.recv(65536).endswith(b"ok")
