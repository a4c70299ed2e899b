"""What requests to the API and downloads have in common: connections, redirects, bodies of any length."""

from __future__ import annotations

import gc
import weakref
from contextlib import suppress

import pytest
from listeners import Listener
from scripted import USER_TOKEN

from fake_backend.transports.in_process import InProcess, Mount
from sdk.clients.backend import BackendClient
from sdk.clients.errors import ClientConnectionError, ClientError, IncompleteResponseError
from sdk.clients.objects import ObjectReader
from sdk.clients.retry import Timeouts
from sdk.clients.session import POOL_SIZE, PlainSession

LENGTHS = (20, 2**40, 2**62, 10**24)  # the last three are more than memory, and more than a size can be
CHUNKED = {"Transfer-Encoding": "chunked"}


class Asker:
    """Gets a path of a host, as a request to the API or as a download.

    Args:
        way: ``api`` or ``download``.
        url: The host.
        clock: What waits.
    """

    def __init__(self, way, url, clock) -> None:
        self._url = url
        self._api = BackendClient(url, user_token=USER_TOKEN, clock=clock) if way == "api" else None
        self._reader = ObjectReader(clock=clock, timeouts=Timeouts(connect=5, read=5))

    def get(self, path):
        """Return what came: text of the API, bytes of a download."""
        if self._api is not None:
            return self._api.get(path)
        answer = self._reader.open(f"{self._url}{path}")
        try:
            return b"".join(self._reader.pieces(answer, decode=True))
        finally:
            answer.close()

    def close(self) -> None:
        """Close both."""
        self._reader.close()
        if self._api is not None:
            self._api.close()


@pytest.fixture(params=["api", "download"])
def asker(request, clock):
    """Make an asker of either way for a host."""
    made = []

    def make(url):
        made.append(Asker(request.param, url, clock))
        return made[-1]

    yield make
    for each in made:
        each.close()


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(
    "framed",
    [
        pytest.param(lambda length: (str(length), {}, b"begun"), id="content-length"),
        pytest.param(lambda length: (f"{length}, {length}", {}, b"begun"), id="content-length-twice"),
        pytest.param(lambda length: ("0", CHUNKED, b"%x\r\nbegun" % length), id="chunk"),
    ],
)
def test_a_body_is_cut_where_it_ends_before_it_said_however_long_it_said(clock, framed, length) -> None:
    """A read is repeated and a write is not; no memory is asked for on the word of a header."""
    claimed, headers, body = framed(length)

    def answer(*_):
        return 200, {"Content-Length": claimed, **headers, "Connection": "close"}, body

    with Listener(answer) as listener, BackendClient(listener.url, user_token=USER_TOKEN, clock=clock) as client:
        with pytest.raises(ClientConnectionError, match="cut"):
            client.get("projects/1")
        assert 4 == len(listener.requests)
        with pytest.raises(IncompleteResponseError):
            client.post("logs", {})
        assert 5 == len(listener.requests)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("body", [b"", b"moved" * 100])
def test_a_redirect_at_home_takes_no_second_connection(asker, status, body) -> None:
    """A body of that length is read faster than a connection is made, to https above all."""
    with Listener(lambda path, _: (status, {"Location": "/new/"}, body) if "old" in path else (200, {}, b"")) as home:
        there = asker(home.url)
        for _ in range(3):
            there.get("/old/")

        assert 6 == len(home.requests)
        assert 1 == len(home.connections)


@pytest.mark.parametrize("path", ["/한글/", "/e\u0301/\U0001f5bc/", "/plain/"])
def test_a_redirect_is_followed_to_a_path_in_utf_8(asker, path) -> None:
    """Servers put file names into ``Location`` as they are; a header's bytes are read as Latin-1 by the library."""
    location = path.encode().decode("latin-1")
    with Listener(lambda at, _: (302, {"Location": location}, b"") if at == "/old/" else (200, {}, b"")) as home:
        asker(home.url).get("/old/")
        asker(home.url).get(path)

        assert [home.requests[2][1]] == [home.requests[1][1]]


@pytest.mark.parametrize(
    "location", ["http://[", "//[::1", "http://[x]/", "http://a:b/", "/\u00e9/../[", "http://a:99999/"]
)
@pytest.mark.parametrize("way", ["direct", "proxy"])
def test_a_redirect_to_what_is_no_url_is_an_error_of_ours(asker, proxied, way, location) -> None:
    """Parsers raise ``ValueError``, which nobody expects of a request, proxy or not."""
    with Listener(lambda at, _: (302, {"Location": location}, b"") if at.endswith("/old/") else (200, {}, b"")) as home:
        if way == "proxy":
            proxied(home.url)
        with suppress(ClientError):
            asker(home.url).get("/old/")

        assert home.requests


@pytest.mark.parametrize("end", ["close", "forget_connections"])
def test_connections_that_go_while_they_are_looked_up_are_not_used_again(clock, monkeypatch, end) -> None:
    """As of another thread: a download may still fail with the old ones, but the next begins with new ones."""
    told = []
    ask = PlainSession.pool_of

    def told_late(session, origin):
        told.append(ask(session, origin))
        if len(told) == 1:
            getattr(reader, end)()
        return told[-1]

    monkeypatch.setattr(PlainSession, "pool_of", told_late)
    with (
        Listener(lambda *_: (200, {}, b"there")) as listener,
        ObjectReader(clock=clock, timeouts=Timeouts(connect=5, read=5)) as reader,
    ):
        with suppress(ClientConnectionError):
            reader.open(f"{listener.url}/a").close()
        answer = reader.open(f"{listener.url}/a")

        assert b"there" == b"".join(reader.pieces(answer, decode=True))
        answer.close()
        assert told[0] is not told[1]


def test_hosts_asked_long_ago_keep_no_connections(clock, monkeypatch) -> None:
    """Originals may lie on any number of hosts, and a process may open a thousand files or so."""
    pools = []
    ask = PlainSession.pool_of

    def remembered(session, origin):
        pool = ask(session, origin)
        pools.append(weakref.ref(pool))
        return pool

    def app(_, start_response):
        start_response("200 OK", [("Content-Length", "0")])
        return []

    monkeypatch.setattr(PlainSession, "pool_of", remembered)
    hosts = [f"host-{number}.fake-backend.invalid" for number in range(4 * POOL_SIZE)]
    with (
        InProcess([Mount(host, app) for host in hosts]),
        ObjectReader(clock=clock, timeouts=Timeouts(connect=5, read=5)) as reader,
    ):
        for host in hosts:
            reader.open(f"http://{host}/").close()
        gc.collect()

        assert len(hosts) == len(pools)
        assert sum(pool() is not None for pool in pools) <= 2 * POOL_SIZE
