"""The gateway's limits, on both transports: status, page, what the journal says, and that one less passes."""

from __future__ import annotations

import socket

import pytest
import requests

from fake_backend import FakeBackend, Settings
from fake_backend.core.errors import BadRequest
from tests.http.small_backend import small_document

QUERY, TARGET = 11_568, 32_768  # bytes; incidents.md 5 and the CDN's documents


@pytest.fixture(scope="module")
def both():
    """Yield a backend with narrow bodies and few headers, and its two base URLs."""
    settings = Settings(gateway_body_bytes=1_000, gateway_headers=20)
    with FakeBackend(seed=small_document(), settings=settings) as backend, backend.serve() as served:
        yield backend, {"in-process": backend.url, "live": served.url}


@pytest.fixture(params=["in-process", "live"])
def ask(both, request):
    """Return how to ask by one transport, as the first tenant's user."""
    backend, urls = both

    def ask(method, path, **options):
        headers = {**backend.tokens["acme"].headers, **options.pop("headers", {})}
        return requests.request(method, urls[request.param] + path, headers=headers, timeout=10, **options)

    return ask


@pytest.mark.parametrize(
    ("length", "status"),
    [(QUERY, 200), (QUERY + 1, 520), (20_000, 520), (TARGET - 12, 520), (TARGET, 414), (80_000, 414)],
)
def test_a_query_that_is_too_long_is_520_and_a_much_longer_one_414(ask, both, length, status) -> None:
    """SYN-7408: 11,555 bytes passed, 11,582 were 520; beyond 32 KB the CDN itself refuses the URL."""
    asked = "ids=" + ("1," * length)[: length - 5] + "1"
    answer = ask("GET", f"/sdk/tasks/?{asked}")
    entry = list(both[0].journal)[-1]

    assert (status, status) == (answer.status_code, entry.status)
    if status != 200:
        assert "text/html" in answer.headers["Content-Type"]
        assert "at most" in entry.notes[0]
        assert entry.notes[0] in answer.text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"X-A": "a" * 30_000}, 200),
        ({"X-A": "a" * 33_000}, 431),
        ({"X-A": "a" * 100_000}, 431),
        ({f"X-{number}": "" for number in range(10)}, 200),
        ({f"X-{number}": "" for number in range(20)}, 431),
    ],
)
def test_headers_that_are_too_large_or_too_many_are_431(ask, headers, status) -> None:
    """RFC 6585 5: one field alone, or all of them together."""
    assert status == ask("GET", "/sdk/tasks/", headers=headers).status_code


@pytest.mark.parametrize("framed", ["length", "chunks"])
@pytest.mark.parametrize(("size", "status"), [(1_000, 200), (1_001, 413), (3_000_000, 413)])
def test_a_body_that_is_too_large_is_413(ask, framed, size, status) -> None:
    """Announced or not, and whether anybody would have read it; the client that still sends hears the answer."""
    body = b'{"ids": [1]' + b" " * (size - 12) + b"}"
    sent = body if framed == "length" else iter([body[:500], body[500:]])
    answer = ask("POST", "/v2/tasks/bulk-fetch/", data=sent, headers={"Content-Type": "application/json"})

    assert status == answer.status_code


def test_a_body_that_is_announced_too_large_is_refused_before_it_comes(both) -> None:
    """Nobody waits for what would be refused anyway."""
    _, urls = both
    host = urls["live"].removeprefix("http://")
    with socket.create_connection(host.split(":"), timeout=10) as sock:
        sock.sendall(
            f"PUT /tasks/1/annotate_task_data/ HTTP/1.1\r\nHost: {host}\r\nContent-Length: 5000\r\n\r\n".encode()
        )
        assert b"413" == sock.recv(65536).split(b" ")[1]


def test_what_is_the_fakes_own_has_no_gateway(both) -> None:
    """A seed document is larger than any request of a client's, and control calls are not the backend's."""
    sent = {"data": b"{}" + b" " * 2_000, "headers": {"Content-Type": "application/json"}}

    assert 200 == requests.post(f"{both[1]['in-process']}/_fake/reset/", timeout=10, **sent).status_code


@pytest.mark.parametrize("name", ["gateway_query_bytes", "gateway_headers", "head_seconds"])
@pytest.mark.parametrize("value", [0, -1, True])
def test_a_limit_that_is_none_is_refused(name, value) -> None:
    """The setting is named."""
    with pytest.raises(BadRequest) as refusal:
        Settings(**{name: value})

    assert (name, value) == (refusal.value.field, refusal.value.received)
