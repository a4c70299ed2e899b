"""An application that fails, and one that breaks its connection, look as they would behind a real server."""

from __future__ import annotations

import logging

import pytest
import requests
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from urllib3.util import Retry
from wsgi_applications import Application, Stream

from fake_backend.transports.in_process import ConnectionRefused, HangUp, InProcess, Mount, NoAnswer, Reset

BEFORE_THE_HEAD = [
    pytest.param(NoAnswer, "ReadTimeoutError", id="no answer"),
    pytest.param(HangUp, "RemoteDisconnected", id="hang up"),
    pytest.param(Reset, "ConnectionResetError", id="reset"),
]
WITHIN_THE_BODY = [
    pytest.param(NoAnswer(), "Read timed out", id="no answer"),
    pytest.param(HangUp(), "Response ended prematurely", id="hang up"),
    pytest.param(Reset(), "Connection reset by peer", id="reset"),
    pytest.param(ConnectionRefused(), "Connection reset by peer", id="refused"),
    pytest.param(RuntimeError("of the application"), "Response ended prematurely", id="error"),
]


def raising(error):
    """Return a handler that raises ``error``."""

    def handler(_):
        raise error

    return handler


def patience(signal) -> float:
    """Return the seconds that a client waits for a byte: few where none will come, many where a machine may be busy."""
    return 0.3 if signal is NoAnswer or isinstance(signal, NoAnswer) else 10


def retrying(session: requests.Session, **options) -> requests.Session:
    """Give a session urllib3's retries, without a wait between them."""
    session.mount("http://", HTTPAdapter(max_retries=Retry(backoff_factor=0, allowed_methods=None, **options)))
    return session


@pytest.mark.parametrize(("signal", "shown"), BEFORE_THE_HEAD)
def test_a_signal_before_the_head_is_what_a_real_client_sees(serve, session, signal, shown) -> None:
    """Time-out, close and reset are told apart by their own exceptions (contract.md 1.2)."""
    url = serve(Application(raising(signal)))

    with pytest.raises(requests.RequestException) as failure:
        session.post(url, data=b"{}", timeout=(5, patience(signal)))

    assert shown in repr(failure.value)
    assert (signal is NoAnswer) == isinstance(failure.value, requests.Timeout)


def test_a_refused_connection_is_one_that_was_never_made(mount, session) -> None:
    """urllib3 counts it as a failure to connect, and so does whoever retries."""
    application = Application(raising(ConnectionRefused))
    retrying(session, connect=2, read=0, total=5)

    with pytest.raises(requests.ConnectionError, match=r"NewConnectionError.*Connection refused"):
        session.get(mount(application))
    assert 3 == len(application.environs)


@pytest.mark.parametrize("length", [None, "10"], ids=["chunked", "with a length"])
@pytest.mark.parametrize(("signal", "shown"), WITHIN_THE_BODY)
def test_a_signal_within_the_body_never_looks_like_its_end(serve, session, signal, shown, length) -> None:
    """A cut is visible as one, with chunks and with a ``Content-Length``; what came before it is there."""
    headers = [("Content-Length", length)] if length else []
    application = Application(lambda _: ("200 OK", headers, Stream([b"data\n"], signal)))
    response = session.get(serve(application), stream=True, timeout=(5, patience(signal)))
    lines = response.iter_lines()
    got = []

    with pytest.raises(requests.RequestException) as failure:
        got.extend(lines)

    shown = "IncompleteRead" if length and shown == "Response ended prematurely" else shown
    assert shown in repr(failure.value)
    assert got in ([b"data"], [])  # a client may lose with a reset what it has not read


@pytest.mark.parametrize("chunks", [[], [b"abc"]])
def test_a_body_shorter_than_its_length_is_a_cut(serve, session, chunks, caplog) -> None:
    """Too few bytes are no body, also where there are none."""
    url = serve(Application(lambda _: ("200 OK", [("Content-Length", "10")], iter(chunks))))

    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="IncompleteRead"):
        session.get(url)
    assert "shorter than its Content-Length" in caplog.text


def test_after_a_cut_the_connection_is_gone_and_the_next_request_works(serve, session) -> None:
    """A client that goes on gets a new connection, even one that did not notice the cut."""
    answers = iter([("200 OK", [("Content-Length", "9")], iter([b"short"])), b"whole"])
    application = Application(lambda _: next(answers))
    url = serve(application)
    with urllib3.PoolManager() as pool:
        cut = pool.request("GET", url, preload_content=False, enforce_content_length=False)
        assert b"short" == cut.read(9)
        assert b"" == cut.read(9)
        cut.release_conn()
        assert b"whole" == pool.request("GET", url).data

    first, second = application.connections
    assert first is not second


def test_an_application_that_raises_has_answered_500_and_is_in_the_log(serve, session, caplog) -> None:
    """An error of the application is neither swallowed nor thrown at the client; queries stay out of the log."""
    url = serve(Application(raising(LookupError("of the application"))))
    with caplog.at_level(logging.ERROR, "fake_backend.transports"):
        response = session.get(f"{url}/storage/key?X-Amz-Signature=secret")

    assert (500, b"Internal Server Error") == (response.status_code, response.content)
    [record] = [record for record in caplog.records if record.name == "fake_backend.transports"]
    assert record.exc_info is not None
    assert LookupError is record.exc_info[0]
    assert "GET /storage/key: the application failed before its head was out" == record.getMessage()
    assert "secret" not in caplog.text


def bad_header(_, start_response):
    start_response("200 OK", [("X-A", "a\r\nX-B: b")])
    return [b""]


def bad_chunk(_, start_response):
    start_response("200 OK", [])
    return iter(["text"])


def no_head(_, _start_response):
    return [b"body"]


def head_twice(_, start_response):
    start_response("200 OK", [])
    start_response("200 OK", [])
    return [b""]


def bad_length(_, start_response):
    start_response("200 OK", [("Content-Length", "many")])
    return [b""]


def fails_after_start(_, start_response):
    start_response("200 OK", [("Content-Length", "3"), ("Content-Encoding", "gzip")])
    raise OSError("of the application")


def second_head(_, start_response):
    start_response("200 OK", [])
    yield b"a"
    try:
        {}["gone"]
    except KeyError as error:
        start_response("500 Late", [], (KeyError, error, error.__traceback__))
    yield b"b"


def second_chunk(_, start_response):
    start_response("200 OK", [("Content-Length", "2")])
    yield b"a"
    yield "b"


@pytest.mark.parametrize("application", [second_head, second_chunk])
def test_an_application_that_breaks_its_contract_too_late_is_cut(serve, session, application, caplog) -> None:
    """When the head is out, nothing but the end of the connection can say that something is wrong."""
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(serve(application))
    assert "failed within its body" in caplog.text


@pytest.mark.parametrize("application", [bad_header, bad_chunk, no_head, head_twice, bad_length, fails_after_start])
def test_an_application_that_breaks_its_contract_has_failed(serve, session, application, caplog) -> None:
    """What PEP 3333 forbids is an error with a traceback, and nothing of it reaches the wire."""
    response = session.get(serve(application))

    assert (500, b"Internal Server Error") == (response.status_code, response.content)
    assert "Traceback" in caplog.text


def test_a_close_that_fails_is_logged_and_spoils_nothing(serve, session, caplog) -> None:
    """The answer is out; what fails behind it concerns nobody but the developer."""

    class Fails(Stream):
        def close(self) -> None:
            raise RuntimeError("of close")

    url = serve(Application(lambda _: Fails([b"a"])))

    assert [b"a", b"a"] == [session.get(url).content for _ in range(2)]
    assert "failed in its close()" in caplog.text


@given(
    statuses=st.lists(st.sampled_from([200, 429, 500, 502, 503, 504]), min_size=8, max_size=8),
    retry_after=st.booleans(),
    total=st.integers(0, 4),
    method=st.sampled_from(["GET", "POST", "PATCH"]),
)
def test_statuses_are_retried_by_the_client_s_own_rules(statuses, retry_after, total, method) -> None:
    """Arrivals are those of contract.md 1.2: forcelist, and 429 where it carries ``Retry-After``.

    At the end of the budget a status of the list is an error, and a 429 is handed over as it is.
    """
    headers = [("Retry-After", "0")] if retry_after else []
    answers = iter(statuses)
    application = Application(lambda _: (f"{next(answers)} Status", headers, b"{}"))
    retried = {502, 503, 504} | ({429} if retry_after else set())
    arrivals = next((place for place, status in enumerate(statuses[:total]) if status not in retried), total) + 1
    ending = statuses[arrivals - 1]

    with InProcess([Mount("retried.fake-backend.invalid", application)]), requests.Session() as session:
        session.trust_env = False
        retrying(session, total=total, status_forcelist=[502, 503, 504])
        try:
            last = session.request(method, "http://retried.fake-backend.invalid").status_code
        except requests.exceptions.RetryError:
            last = None

    assert arrivals == len(application.environs)
    assert (None if ending in {502, 503, 504} else ending) == last


@settings(max_examples=10)
@given(
    signals=st.lists(st.sampled_from([NoAnswer, HangUp, Reset, ConnectionRefused, None]), min_size=4, max_size=4),
    body=st.sampled_from([b"", b"body"]),
)
def test_broken_connections_are_retried_on_new_ones_with_the_body_again(signals, body) -> None:
    """Each arrival after a broken connection has another connection and the same body."""
    fates = iter([*signals, None])

    def handler(_):
        fate = next(fates)
        if fate is not None:
            raise fate
        return b"done"

    application = Application(handler)
    with InProcess([Mount("broken.fake-backend.invalid", application)]), requests.Session() as session:
        session.trust_env = False
        answer = retrying(session, total=4).put("http://broken.fake-backend.invalid", data=body)

    arrivals = signals.index(None) + 1 if None in signals else 5
    assert b"done" == answer.content
    assert [body] * arrivals == application.bodies
    assert arrivals == len(set(application.connections))


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_in_process_reaches_the_one_who_is_interrupted(mount, session, interrupt) -> None:
    """The application runs in the client's thread: Ctrl-C there is not an error of the application."""
    with pytest.raises(interrupt):
        session.get(mount(Application(raising(interrupt))))
