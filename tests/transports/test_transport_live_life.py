"""The life of the live server: its address, a hundred streams at once, a quick end that leaves nothing."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests
from raw_sockets import GET, raw, until_closed
from wsgi_applications import Application, Stream, eventually

from fake_backend.transports.live import LiveServer
from fake_backend.transports.refusals import CannotListen

if TYPE_CHECKING:
    from collections.abc import Iterator

STREAMS = 100  # SSE clients that one live job has to carry


def ours() -> set[threading.Thread]:
    return set(threading.enumerate())


def waits_for_its_end(environ) -> Iterator[bytes]:
    """Yield one event, then wait for the end of the connection as a stream without news does."""
    over = threading.Event()
    environ["fake_backend.connection"].on_close(over.set)
    yield b"event: connected\n\n"
    over.wait(60)
    yield b"event: late\n\n"


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
        socket.create_connection(("127.0.0.1", application.environs[0]["SERVER_PORT"]))
    assert "on_close" in caplog.text
    release.set()
    assert eventually(lambda: ours() <= before)


def test_a_client_that_comes_while_the_server_ends_is_hung_up() -> None:
    """Between the end of the connections and the end of listening nobody slips in to stay."""
    with LiveServer(Application(), {}, threads=4) as server:
        server._listener.hang_up()
        with raw(server) as sock:
            assert b"" == sock.recv(1)


def test_many_clients_at_once_find_room_to_wait() -> None:
    """A hundred connect before the server looks up, and none is turned away or kept waiting for a retry."""
    application = Application()
    server = LiveServer(application, {}, threads=4).bind()
    try:
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(raw(server)) for _ in range(STREAMS)]
            server.start()
            assert all(sock.recv(65536).endswith(b"ok") for sock in sockets)
            for sock in sockets:  # and none of them is the eleventh, whose connection is not kept
                sock.sendall(GET)
            assert all(sock.recv(65536).endswith(b"ok") for sock in sockets)
    finally:
        server.stop()
    assert STREAMS == len(set(application.connections))


def test_what_the_server_has_to_say_goes_to_the_log(caplog, capsys) -> None:
    """Nothing of cheroot's is written to the terminal of whoever runs the tests."""
    with LiveServer(Application(), {}, threads=1) as server:
        server._listener.error_log("of cheroot", logging.ERROR)

    assert ("of cheroot", logging.ERROR) in [(record.getMessage(), record.levelno) for record in caplog.records]
    assert "" == capsys.readouterr().err


def test_a_forgotten_server_keeps_no_process_alive() -> None:
    """Every thread of a server is a daemon."""
    before = ours()
    with LiveServer(Application(), {}, threads=2):
        assert {True} == {thread.daemon for thread in ours() - before}


def test_starting_and_stopping_leave_nothing_behind() -> None:
    """No threads, no sockets (an unclosed one is a warning, and warnings are errors), no statistics of cheroot's."""
    before, statistics = ours(), dict(getattr(logging, "statistics", {}))
    for _ in range(3):
        with LiveServer(Application(), {}, threads=4) as server:
            assert b"ok" == requests.get(server.url).content

    assert eventually(lambda: ours() <= before)
    assert statistics == getattr(logging, "statistics", {})


def test_a_thread_starts_when_all_others_are_busy_and_none_beyond_the_number() -> None:
    """Who asks one thing after the other on one connection needs one thread.

    Of four at once, three are served where there are three threads, and the fourth when one of them is free.
    """
    release, entered = threading.Event(), threading.Semaphore(0)

    def handler(environ):
        if environ["PATH_INFO"] == "/held":
            entered.release()
            release.wait(30)
        return b"done"

    with LiveServer(Application(handler), {}, threads=3) as server, ThreadPoolExecutor(4) as clients:
        workers = server._listener.requests
        with requests.Session() as session:
            for _ in range(20):
                session.get(server.url, timeout=30)
            alone = len(workers._threads)
        answers = [clients.submit(requests.get, f"{server.url}/held", timeout=30) for _ in range(4)]
        assert all(entered.acquire(timeout=30) for _ in range(3))
        assert eventually(lambda: workers.qsize == 1)
        held = len(workers._threads)
        release.set()
        bodies = [answer.result().content for answer in answers]
    assert [1, 3] == [alone, held]
    assert [b"done"] * 4 == bodies


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


def test_clients_that_say_nothing_hold_no_thread() -> None:
    """Silent connections, more than there are threads: whoever has something to ask is answered at once."""
    with (
        LiveServer(Application(lambda _: b"here"), {}, threads=2, head_seconds=600) as server,
        contextlib.ExitStack() as stack,
    ):
        for _ in range(5):
            stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10))
        assert b"here" == requests.get(server.url, timeout=10).content


def test_clients_that_say_half_of_it_hold_a_thread_for_a_while() -> None:
    """A head has so many seconds in all, and a byte now and then buys no more of them."""
    with (
        LiveServer(Application(lambda _: b"here"), {}, threads=3, head_seconds=0.4) as server,
        contextlib.ExitStack() as stack,
    ):
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), timeout=10)) for _ in range(3)]
        for connection in slow:
            connection.sendall(b"GET / HTTP/1.1\r\n")
            dribble = threading.Thread(target=_dribble, args=(connection,), daemon=True)
            dribble.start()
        assert b"here" == requests.get(server.url, timeout=10).content
        for connection in slow:
            assert until_closed(connection).startswith(b"HTTP/1.1 408")


def _dribble(connection: socket.socket) -> None:
    """Send a header, byte by byte, until nobody takes any more."""
    with contextlib.suppress(OSError):
        for _ in range(400):
            connection.sendall(b"x")
            threading.Event().wait(0.05)
