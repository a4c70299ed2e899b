"""Heads and framings that are none, on the wire: 400 with a sentence, nothing done, and the connection let go."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend import FakeBackend
from tests.http.malformed import requests_of_routes
from tests.http.small_backend import small_document
from tests.http.test_malformed_requests import DEEP, snapshot, unchanged

BULK = (
    "POST /v2/tasks/bulk-fetch/ HTTP/1.1\r\nHost: {host}\r\nAuthorization: {token}\r\n"
    "Content-Type: application/json\r\n"
)
GOOD = '{"ids": [1]}'
HEADS = {
    "two hosts": "GET /_fake/journal/ HTTP/1.1\r\nHost: evil.example\r\nHost: {host}\r\n\r\n",
    "no host": "GET /sdk/tasks/ HTTP/1.1\r\n\r\n",
    "a host that is none": "GET /sdk/tasks/ HTTP/1.1\r\nHost: [::1\r\n\r\n",
    "absolute control": "GET http://{host}/_fake/journal/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
    "absolute elsewhere": "GET http://a@b/sdk/tasks/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "NUL": "GET /sdk/tasks/ HTTP/1.1\r\nHost: {host}\r\nX-A: a\0b\r\n\r\n",
    "NUL in the target": "GET /sdk/ta\0sks/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
    "a blank before the colon": "GET /sdk/tasks/ HTTP/1.1\r\nHost : {host}\r\n\r\n",
    "a line without a colon": "GET /sdk/tasks/ HTTP/1.1\r\nHost: {host}\r\nnonsense\r\n\r\n",
    "bare LF": "GET /sdk/tasks/ HTTP/1.1\nHost: {host}\n\n",
    "nonsense": "nonsense\r\n\r\n",
    "lower case": "get /sdk/tasks/ HTTP/1.1\r\nHost: {host}\r\n\r\n",
    **{
        f"length {length!r}": BULK + f"Content-Length: {length}\r\n\r\n" + GOOD
        for length in ("-1", "+12", "1_2", "0x0c", "12, 13", "12,12", "", "9" * 30, "twelve")
    },
    "two lengths": BULK + "Content-Length: 12\r\nContent-Length: 13\r\n\r\n" + GOOD,
    "length and chunks": BULK
    + "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n"
    + GOOD
    + "\r\n0\r\n\r\n",
    "a body that ends early": BULK + "Content-Length: 100\r\n\r\n" + GOOD,
    **{
        f"chunks {chunks[:8]!r}": BULK + "Transfer-Encoding: chunked\r\n\r\n" + chunks
        for chunks in (
            "-5\r\n" + GOOD,
            "0xc\r\n" + GOOD + "\r\n0\r\n\r\n",
            "zz\r\n" + GOOD,
            "c\r\n" + GOOD + "xx0\r\n\r\n",
            "c\r\n" + GOOD + "\r\n",
            "ff\r\n" + GOOD,
            "c\n" + GOOD + "\n0\n\n",
            GOOD,
            "",
        )
    },
}


@pytest.fixture(scope="module")
def served():
    """Yield a backend, its address and a token."""
    with FakeBackend(seed=small_document()) as backend, backend.serve() as running:
        yield backend, running.url.removeprefix("http://"), f"Token {backend.tokens['acme'].user}"


def say(host: str, sent: bytes) -> bytes:
    """Send bytes and no more; return all that comes back."""
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=10) as sock:
        sock.sendall(sent)
        sock.shutdown(socket.SHUT_WR)
        return b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize("name", HEADS)
def test_what_is_no_request_is_a_400_and_does_nothing(served, name) -> None:
    """RFC 9112 3, 5, 6.3, 7.1 and 8: one good Host, one length, whole bodies; one answer, and the connection ends."""
    backend, host, token = served
    before = snapshot(backend)
    heard = say(host, HEADS[name].replace("{host}", host).replace("{token}", token).encode("latin-1"))

    assert heard.startswith(b"HTTP/1.1 400 "), heard
    assert 1 == heard.count(b"HTTP/1.1 ")
    assert heard.partition(b"\r\n\r\n")[2].strip()
    assert unchanged(before, backend)


def test_a_transfer_coding_that_nobody_knows_is_501(served) -> None:
    """As RFC 9112 6.1 asks."""
    _, host, token = served
    asked = BULK + "Transfer-Encoding: snow\r\n\r\n" + GOOD

    assert say(host, asked.replace("{host}", host).replace("{token}", token).encode()).startswith(b"HTTP/1.1 501 ")


@settings(max_examples=1_000 if DEEP else 40, deadline=None)
@given(wrong=requests_of_routes(), broken=st.integers(0, 3), where=st.floats(0, 1), junk=st.binary(max_size=4))
def test_a_request_that_is_broken_anywhere_on_the_wire_is_never_a_500(served, wrong, broken, where, junk) -> None:
    """Cut, with bytes put in, or with a length that lies; what is refused changes no row."""
    backend, host, token = served
    length = max(0, len(wrong.body) + (-1, 0, 0, 1)[broken])
    lines = [f"{wrong.method} {wrong.target} HTTP/1.1", f"Host: {host}", f"Authorization: {token}"]
    lines += [f"{name}: {value}" for name, value in wrong.headers if name != "Expect"]
    lines += [f"Content-Length: {length}", "Connection: close", "", ""]
    sent = "\r\n".join(lines).encode("latin-1", "replace") + wrong.body
    place = int(where * len(sent))
    sent = (sent, sent[:place], sent[:place] + junk + sent[place:], sent)[broken]
    before = snapshot(backend)
    heard = say(host, sent)

    if heard:
        status = int(heard.split(b" ")[1])
        assert status < 500 or status in {501, 505}, (sent, heard)
        assert status < 400 or unchanged(before, backend), (sent, heard)
