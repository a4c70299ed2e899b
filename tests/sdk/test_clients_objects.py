"""Plain downloads: which way they take, over which connections, and where they are led."""

from __future__ import annotations

import pytest
from listeners import Listener
from scripted import Answer, Pieces

from sdk.clients.errors import ClientConnectionError
from sdk.clients.objects import PIECE, ObjectReader
from sdk.clients.retry import Timeouts


@pytest.fixture
def reader(clock):
    """A reader whose connections are closed at the end."""
    with ObjectReader(clock=clock, timeouts=Timeouts(connect=5, read=5)) as made:
        yield made


def body_of(reader, url) -> bytes:
    """Return what a URL holds."""
    answer = reader.open(url)
    try:
        return b"".join(reader.pieces(answer, decode=True))
    finally:
        answer.close()


def test_a_proxy_of_the_environment_is_asked_and_nobody_else(reader, proxied) -> None:
    """A proxy gets the whole address (RFC 9112, 3.2.2); what stands at that address is not connected to."""
    with Listener(lambda *_: (200, {}, b"by proxy")) as proxy:
        proxied(proxy.url)

        assert b"by proxy" == body_of(reader, "http://198.51.100.7:8080/a/b?c=d")
        assert [("GET", "http://198.51.100.7:8080/a/b?c=d")] == [request[:2] for request in proxy.requests]


@pytest.mark.parametrize("url", ["{}/a%2Fb/%7Ec?X=%2B&y=1%202", "{}", "{}?q"])
def test_the_address_goes_out_as_it_was_signed(reader, url) -> None:
    """No escape is undone or done again: the signature is over the very bytes."""
    with Listener(lambda *_: (200, {}, b"")) as listener:
        body_of(reader, url.format(listener.url))
        target = url.format("")

        assert [target if target.startswith("/") else f"/{target}"] == [path for _, path, _ in listener.requests]


def test_downloads_share_connections_until_they_are_forgotten(reader) -> None:
    """One after the other, they take one connection; a broken one is left behind for good (incidents.md 2)."""
    with Listener(lambda *_: (200, {}, b"x" * 5000)) as listener:
        for _ in range(5):
            body_of(reader, f"{listener.url}/a")
        assert 1 == len(listener.connections)
        reader.forget_connections()
        body_of(reader, f"{listener.url}/a")
        assert 2 == len(listener.connections)


def test_redirects_are_followed_but_not_for_ever(reader) -> None:
    """Relative and absolute targets are followed; a circle ends in an error."""
    answers = {"/a": "/b?x=1", "/b?x=1": "{url}/c", "/circle": "/circle"}

    def answer(path, _):
        target = answers.get(path)
        return (302, {"Location": target.format(url=listener.url)}, b"moved") if target else (200, {}, path.encode())

    with Listener(answer) as listener:
        assert b"/c" == body_of(reader, f"{listener.url}/a")
        with pytest.raises(ClientConnectionError, match="redirects"):
            reader.open(f"{listener.url}/circle")


def test_an_answer_tells_status_reason_and_headers_without_case(reader) -> None:
    """What callers judge an answer by is there whichever way the download took."""
    with Listener(lambda *_: (404, {"Retry-After": "7"}, b"none")) as listener:
        answer = reader.open(f"{listener.url}/none")
        refusal = reader.refusal(answer, "not given")
        answer.close()

    assert (404, "Not Found", "7") == (answer.status_code, answer.reason, answer.headers.get("retry-after"))
    assert "404 Not Found" in str(refusal)


def test_each_address_is_admitted_before_it_is_asked(clock) -> None:
    """A redirect leads wherever it likes; who is asked is decided anew each time."""
    seen = []

    def admit(url, came_from):
        seen.append((url, came_from))
        if url.endswith("/inner"):
            raise ClientConnectionError("not there")

    with (
        Listener(lambda path, _: (302, {"Location": "/next" if path == "/first" else "/inner"}, b"x")) as listener,
        ObjectReader(clock=clock, timeouts=Timeouts(connect=5, read=5), admit=admit) as reader,
    ):
        with pytest.raises(ClientConnectionError, match="not there"):
            reader.open(f"{listener.url}/first")

        base = listener.url
        assert [(f"{base}/first", None), (f"{base}/next", f"{base}/first"), (f"{base}/inner", f"{base}/next")] == seen
        assert ["/first", "/next"] == [path for _, path, _ in listener.requests]


def test_a_redirects_body_is_not_read_to_its_end(mount, reader) -> None:
    """It says nothing, and need not end."""
    given = []

    def pieces():
        for number in range(1000):
            given.append(number)
            yield b"x" * PIECE

    def answer(asked):
        if asked.path == "/end":
            return Answer(200, b"end")
        return Answer(302, Endless(pieces()), {"Location": "/end"})

    class Endless(Pieces):
        def __init__(self, source):
            self._source = source

        def __iter__(self):
            return self._source

    url, _ = mount(answer)

    assert b"end" == body_of(reader, f"{url}/start")
    assert len(given) < 10
