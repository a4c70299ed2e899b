"""The hooks are there while a transport is open, for its hosts alone, and leave nothing behind."""

from __future__ import annotations

import contextlib
import functools
import http.client
import socket
import subprocess
import sys
import threading
import urllib.request

import httpx
import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.poolmanager import ProxyManager
from wsgi_applications import Application, Stream

from fake_backend.transports.in_process import BadHost, HostTaken, InProcess, Mount
from fake_backend.transports.switchboard import Extension, Switchboard

HOOKED = (
    (HTTPConnectionPool, "_new_conn"),
    (HTTPSConnectionPool, "_new_conn"),
    (ProxyManager, "connection_from_host"),
    (socket, "getaddrinfo"),
)


def standing() -> list[object]:
    """Return what stands in the hooked places."""
    return [vars(owner)[name] for owner, name in HOOKED]


def untouched(before: list[object]) -> bool:
    return all(one is other for one, other in zip(before, standing(), strict=True))


@given(st.lists(st.integers(0, 3), max_size=12))
def test_the_hooks_stand_exactly_while_something_is_open(toggles) -> None:
    """In whatever order several are opened and closed, the last to close puts back the very same objects."""
    before = standing()
    transports = [InProcess([Mount(f"hooks-{number}.fake-backend.invalid", Application())]) for number in range(4)]
    is_open = [False] * 4
    try:
        for number in toggles:
            transports[number].close() if is_open[number] else transports[number].open()
            is_open[number] = not is_open[number]
            if any(is_open):
                assert not any(one is other for one, other in zip(before, standing(), strict=True))
            else:
                assert untouched(before)
    finally:
        for transport in transports:
            transport.close()
    assert untouched(before)


def test_an_error_in_the_block_closes_the_transport() -> None:
    """A test that fails leaves no hook behind."""
    before = standing()
    with contextlib.suppress(LookupError), InProcess([Mount("fails.fake-backend.invalid", Application())]):
        raise LookupError

    assert untouched(before)


def test_opening_and_closing_twice_are_nothing_special(session) -> None:
    """Owners may be careless, and a closed transport can be opened again."""
    application = Application()
    transport = InProcess([Mount("twice.fake-backend.invalid", application)])
    for _ in range(2):
        transport.open()
        transport.open()
        assert b"ok" == session.get("http://twice.fake-backend.invalid").content
        transport.close()
        transport.close()

    first, second = application.connections
    assert first is not second
    assert first.closed


def test_a_hook_that_someone_put_over_ours_is_theirs_to_take_away(monkeypatch) -> None:
    """We neither remove nor undo another's patch, and ours under it passes everything on."""
    before = standing()
    transport = InProcess([Mount("under.fake-backend.invalid", Application())]).open()
    ours = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", functools.partial(ours))
    theirs = socket.getaddrinfo
    transport.close()

    assert theirs is socket.getaddrinfo
    assert socket.getaddrinfo("127.0.0.1", 80)
    monkeypatch.setattr(socket, "getaddrinfo", before[-1])
    assert untouched(before)


@pytest.mark.parametrize(
    "client", [httpx.get, urllib.request.urlopen, lambda url: http.client.HTTPConnection(url[7:]).connect()]
)
def test_a_client_that_asks_for_an_address_is_told_of_the_live_transport(mount, client) -> None:
    """A client built on sockets cannot reach us in process, and its error says what would."""
    url = mount(Application())

    with pytest.raises(OSError if client is not httpx.get else httpx.ConnectError) as refused:
        client(url)
    assert f"{url[7:]} has no address" in str(refused.value)
    assert "live transport, backend.serve() or `fake-backend serve`" in str(refused.value)


def test_addresses_of_others_are_looked_up_as_ever(mount) -> None:
    """The hook concerns our hosts under ``.invalid`` alone, in any spelling of theirs."""
    host = mount(Application())[7:]
    with InProcess([Mount("localhost", Application())]):
        assert socket.getaddrinfo("localhost", 80)
        assert socket.getaddrinfo(b"127.0.0.1", 80, type=socket.SOCK_STREAM)
        assert socket.getaddrinfo(None, 80)
    for ours in (host, host.upper(), f"bucket.{host}.", host.encode()):
        with pytest.raises(socket.gaierror, match="has no address"):
            socket.getaddrinfo(ours, 80)


labels = st.sampled_from(["a", "b", "data", "api-1"])
names = st.lists(labels, min_size=1, max_size=4).map(".".join)


@given(hosts=st.sets(names, max_size=5), asked=names, upper=st.booleans(), dot=st.booleans())
def test_the_nearest_host_above_a_name_answers_for_it(hosts, asked, upper, dot) -> None:
    """``<bucket>.<host>`` is the host's, whatever dots the bucket has; a shared ending of letters is not."""
    switchboard = Switchboard()
    switchboard.plug([Extension(Mount(host, Application())) for host in hosts])
    above = [host for host in hosts if asked == host or asked.endswith(f".{host}")]
    expected = max(above, key=len, default=None)

    found = switchboard.find((asked.upper() if upper else asked) + ("." if dot else ""))

    assert expected == (found.mount.host if found is not None else None)


def test_a_host_is_answered_by_one_transport_at_a_time(mount, session) -> None:
    """A second one for the same host is refused as a whole, and the first goes on."""
    url = mount(Application())
    with pytest.raises(HostTaken, match=url[7:]):
        InProcess([Mount("other.fake-backend.invalid", Application()), Mount(url[7:], Application())]).open()

    assert b"ok" == session.get(url).content
    with InProcess([Mount("other.fake-backend.invalid", Application())]):
        assert b"ok" == session.get("http://other.fake-backend.invalid").content


@pytest.mark.parametrize("host", ["", "http://api", "api:80", "api/", "API", "a..b", "-a", "값"])
def test_what_is_no_host_name_is_refused_with_the_value(host) -> None:
    """A mount that nobody could reach is a mistake, shown where it is made."""
    with pytest.raises(BadHost) as refused:
        Mount(host, Application())
    assert repr(host) in str(refused.value)


def test_the_state_is_shown_and_secrets_are_not() -> None:
    """A repr says whether it is open and for what; an environ may carry tokens."""
    transport = InProcess([Mount("shown.fake-backend.invalid", Application(), {"token": "secret"})])
    assert "<InProcess closed: shown.fake-backend.invalid>" == repr(transport)
    with transport:
        assert "<InProcess open: shown.fake-backend.invalid>" == repr(transport)
    assert "secret" not in repr(transport) + repr(Mount("a", Application(), {"token": "secret"}))


def test_proxies_of_the_environment_are_for_others(mount, monkeypatch) -> None:
    """With every proxy variable set to a port where nobody listens, we are reached and others are not."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://user:word@127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    application = Application()
    url = mount(application)

    with requests.Session() as session:
        for ours in (url, url.replace("http:", "https:"), url.replace("//", "//bucket.")):
            assert b"ok" == session.get(f"{ours}/a?b").content
        for other in ("http://other.example/", "https://other.example/"):
            with pytest.raises(requests.exceptions.ProxyError):
                session.get(other)

    assert ["/a?b"] * 3 == [environ["RAW_URI"] for environ in application.environs]
    assert not any("PROXY" in key for environ in application.environs for key in environ)


def test_our_hosts_have_pools_without_a_proxy(mount) -> None:
    """A manager of a proxy gives our hosts a pool that never heard of it, and others theirs."""
    host = mount(Application())[7:]
    with urllib3.ProxyManager("http://127.0.0.1:9") as manager:
        for scheme in ("http", "https"):
            ours = manager.connection_from_host(host, scheme=scheme)
            assert (host, None) == (ours.host, ours.proxy)
            assert manager.connection_from_host("other.example", scheme=scheme).proxy is not None


def test_a_line_that_comes_too_late_is_not_opened() -> None:
    """A connection that is made while the transport closes is either hung up with the others or not made."""
    extension = Extension(Mount("late.fake-backend.invalid", Application()))
    early = extension.line(scheme="http", server=("late.fake-backend.invalid", 80))
    extension.close()

    assert early.connection.closed
    assert extension.line(scheme="http", server=("late.fake-backend.invalid", 80)) is None


def test_a_pool_from_before_the_transport_was_opened_finds_it(session) -> None:
    """What matters is what is open when a connection is made, not when its pool was."""
    url = "http://later.fake-backend.invalid"
    with urllib3.HTTPConnectionPool("later.fake-backend.invalid") as pool:
        with InProcess([Mount("later.fake-backend.invalid", Application())]):
            assert b"ok" == pool.request("GET", "/").data
            assert b"ok" == session.get(url).content
        with (
            InProcess([Mount("elsewhere.fake-backend.invalid", Application())]),
            pytest.raises(requests.ConnectionError, match=r"later\.fake-backend\.invalid in process is closed"),
        ):
            session.get(url)
        with InProcess([Mount("later.fake-backend.invalid", Application())]):
            assert b"ok" == pool.request("GET", "/").data


def test_closing_cuts_what_is_being_read(session) -> None:
    """A stream that is open at the end is cut, its application is told, and its body closed."""
    stream = Stream(b"%d\n" % number for number in range(10**9))
    told = threading.Event()

    def handler(environ):
        environ["fake_backend.connection"].on_close(told.set)
        return stream

    with InProcess([Mount("cut.fake-backend.invalid", Application(handler))]):
        lines = session.get("http://cut.fake-backend.invalid", stream=True).iter_lines()
        assert b"0" == next(lines)

    assert told.is_set()
    assert 1 == stream.closed
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        list(lines)


def test_closing_wakes_a_reader_whose_application_waits() -> None:
    """A stream that waits for its next event learns of the end by ``on_close``, from another thread."""
    waiting = threading.Event()
    ended = []

    def events(environ):
        woken = threading.Event()
        environ["fake_backend.connection"].on_close(woken.set)
        yield b"event: connected\n\n"
        waiting.set()
        assert woken.wait(10)
        yield b"too late\n\n"

    def read() -> None:
        response = requests.get("http://wakes.fake-backend.invalid", stream=True)
        with response, pytest.raises(requests.exceptions.ChunkedEncodingError):
            ended.extend(response.iter_lines())

    transport = InProcess([Mount("wakes.fake-backend.invalid", Application(events))]).open()
    reader = threading.Thread(target=read)
    reader.start()
    assert waiting.wait(10)
    transport.close()
    reader.join(10)

    assert not reader.is_alive()
    assert b"too late" not in ended


def test_the_transport_needs_neither_framework_nor_cloud() -> None:
    """Importing it stays cheap: no Flask, no botocore, no cheroot, none of our own packages but the errors."""
    program = """
import importlib.util, sys, types
package = types.ModuleType("fake_backend")
package.__path__ = list(importlib.util.find_spec("fake_backend").submodule_search_locations)
sys.modules["fake_backend"] = package
import fake_backend.transports.in_process
heavy = {"flask", "werkzeug", "botocore", "boto3", "cheroot", "requests", "sqlalchemy"}
print(sorted(heavy & sys.modules.keys()))
print(sorted({name.split(".")[1] for name in sys.modules if name.startswith("fake_backend.")}))
"""
    shown = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout

    assert ["[]", "['core', 'transports']"] == shown.splitlines()
