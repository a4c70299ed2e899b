"""What a client sees of an answer is what the application gave, by either transport."""

from __future__ import annotations

import gc
import gzip
import threading
from typing import TYPE_CHECKING

import pytest
import requests
import urllib3
from hypothesis import given
from hypothesis import strategies as st
from wsgi_applications import Application, Stream, eventually

from fake_backend.transports.in_process import InProcess, Mount
from fake_backend.transports.live import LiveServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", params=["in-process", "live"])
def answering(request: pytest.FixtureRequest) -> Iterator[tuple[Application, str]]:
    """One application for all the examples of a property, and its URL."""
    application = Application()
    if request.param == "live":
        with LiveServer(application, {}, threads=4) as server:
            yield application, server.url
    else:
        with InProcess([Mount("answering.fake-backend.invalid", application)]):
            yield application, "http://answering.fake-backend.invalid"


@pytest.fixture(scope="module")
def pool() -> Iterator[urllib3.PoolManager]:
    """Pools of urllib3, kept open between examples as a client keeps them."""
    with urllib3.PoolManager(retries=False) as pool:
        yield pool


@given(
    status=st.sampled_from(["200 OK", "201 Created", "203 Fine Too", "404 Not Found", "418 I'm a teapot", "503 Sorry"]),
    chunks=st.lists(st.binary(max_size=400), max_size=6),
    form=st.sampled_from(["list", "generator", "generator of known length"]),
    values=st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=9), max_size=3),
)
def test_status_headers_and_body_arrive_as_given(answering, pool, status, chunks, form, values) -> None:
    """Whatever an application yields, and however it is framed, the client has the same bytes of it."""
    application, url = answering
    whole = b"".join(chunks)
    headers = [("X-Value", value) for value in values]
    if form == "generator of known length":
        headers.append(("Content-Length", str(len(whole))))
    application.handler = lambda _: (status, headers, list(chunks) if form == "list" else iter(chunks))

    response = pool.request("GET", f"{url}/")

    assert (int(status[:3]), status[4:]) == (response.status, response.reason)
    assert whole == response.data
    assert values == response.headers.getlist("X-Value")
    assert (form == "generator") == (response.headers.get("Transfer-Encoding") == "chunked")
    assert (None if form == "generator" else str(len(whole))) == response.headers.get("Content-Length")


@given(
    answers=st.lists(st.sampled_from(["HEAD", "204 No Content", "304 Not Modified", "200 OK"]), min_size=2, max_size=6)
)
def test_an_answer_without_a_body_has_none_and_leaves_the_connection_usable(answering, pool, answers) -> None:
    """HEAD, 204 and 304 have no body, whatever the application yields (RFC 9110 6.4.1)."""
    application, url = answering
    del application.environs[:]
    seen = []
    for answer in answers:
        head = answer == "HEAD"
        application.handler = lambda _, status=answer: ("200 OK" if status == "HEAD" else status, [], iter([b"body"]))
        seen.append(pool.request("HEAD" if head else "GET", f"{url}/").data)

    assert [b"body" if answer == "200 OK" else b"" for answer in answers] == seen
    assert 1 == len(set(application.connections))


def test_head_keeps_the_length_that_the_application_names(serve, session) -> None:
    """S3 answers HEAD with the length of the object."""
    application = Application(lambda _: ("200 OK", [("Content-Length", "12345")], b""))

    assert "12345" == session.head(serve(application)).headers["Content-Length"]


def test_a_stream_is_readable_event_by_event(serve, session) -> None:
    """The second event does not exist before the client has read the first."""
    go = threading.Event()

    def events(_):
        yield b"event: connected\ndata: {}\n\n"
        assert go.wait(10)
        yield b"event: heartbeat\ndata: {}\n\n"

    lines = session.get(serve(Application(events)), stream=True).iter_lines()
    first = [next(lines) for _ in range(3)]
    go.set()

    assert [b"event: connected", b"data: {}", b""] == first
    assert [b"event: heartbeat", b"data: {}", b""] == list(lines)


def test_the_application_runs_no_further_than_the_client_reads(mount, session) -> None:
    """In process nothing is produced ahead of its reader, so a stream of any length costs nothing."""
    stream = Stream(b"%d\n" % number for number in range(10**9))
    with session.get(mount(Application(lambda _: stream)), stream=True) as response:
        lines = response.iter_lines()
        assert [b"0", b"1", b"2"] == [next(lines) for _ in range(3)]
        assert 3 == stream.given


def test_a_head_can_go_out_before_the_first_chunk(serve, session) -> None:
    """``write(b"")`` sends the head at once, for an application whose first event is long in coming."""
    go = threading.Event()

    def application(_, start_response):
        start_response("200 OK", [("X-Head", "1")])(b"")

        def late():
            assert go.wait(10)
            yield b"late"

        return late()

    response = session.get(serve(application), stream=True)
    assert "1" == response.headers["X-Head"]
    go.set()
    assert b"late" == response.content


def test_what_is_written_comes_before_what_is_returned(serve, session) -> None:
    """The ``write`` callable of PEP 3333 works, in a list's ``Content-Length`` too."""

    def application(environ, start_response):
        write = start_response("200 OK", [])
        write(b"a")
        write(b"b")
        return [b"c"] if environ["PATH_INFO"] == "/list" else iter([b"c"])

    url = serve(application)
    assert [b"abc", b"abc"] == [session.get(f"{url}/list").content, session.get(f"{url}/iterator").content]


def test_cookies_and_repeated_headers_arrive_each(serve, session) -> None:
    """Two ``Set-Cookie`` lines are two cookies in the session's jar."""
    application = Application(lambda _: ("200 OK", [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")], b""))
    session.get(serve(application))

    assert {"a": "1", "b": "2"} == session.cookies.get_dict()


def test_a_compressed_answer_is_decompressed_by_the_client_alone(serve, session) -> None:
    """The transport leaves encodings to the two ends."""
    packed = gzip.compress(b"unpacked")
    url = serve(Application(lambda _: ("200 OK", [("Content-Encoding", "gzip")], packed)))

    assert b"unpacked" == session.get(url).content
    assert packed == session.get(url, stream=True).raw.read(decode_content=False)


def test_a_session_uses_one_connection_again_and_another_session_another(serve, session) -> None:
    """Keep-alive is the client's own pool: a fault that is tied to a connection meets just that one."""
    application = Application()
    url = serve(application)
    for _ in range(3):
        session.get(url)
    with requests.Session() as other:
        other.trust_env = False
        other.get(url)

    one, *same, another = application.connections
    assert [one, one] == same
    assert one is not another


@pytest.mark.parametrize("who", ["application", "client"])
def test_a_connection_that_either_side_closes_is_not_used_again(serve, session, who) -> None:
    """``Connection: close`` of either side ends the connection, after an answer that is whole."""
    application = Application(
        lambda _: ("200 OK", [("Connection", "close")] if who == "application" else [], iter([b"a"]))
    )
    url = serve(application)
    headers = {"Connection": "close"} if who == "client" else {}
    answers = [session.get(url, headers=headers) for _ in range(2)]

    assert [(b"a", "close")] * 2 == [(answer.content, answer.headers["Connection"]) for answer in answers]
    first, second = application.connections
    assert first is not second
    assert eventually(lambda: first.closed and second.closed)


def test_the_iterable_is_closed_once_whatever_becomes_of_it(serve, session) -> None:
    """PEP 3333: ``close()`` is called when a body is read, when it is abandoned, and when it fails."""
    read, abandoned, failed, unread = (
        Stream([b"a", b"b"]),
        Stream(b"x" * 65536 for _ in range(10**9)),
        Stream([b"a"], RuntimeError("of the application")),
        Stream([b"a"]),
    )
    streams = iter([read, abandoned, failed, unread])
    url = serve(Application(lambda _: next(streams)))

    assert b"ab" == session.get(url).content
    session.get(url, stream=True).close()
    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        session.get(url)
    session.head(url)

    assert eventually(lambda: [1, 1, 1, 1] == [s.closed for s in (read, abandoned, failed, unread)])


def test_a_response_that_is_dropped_closes_its_iterable(mount) -> None:
    """A client that forgets to close gets by: the end of the response object is the end of the stream."""
    stream = Stream([b"a", b"b"])
    pool = urllib3.PoolManager()
    response = pool.request("GET", mount(Application(lambda _: stream)), preload_content=False)
    assert b"a" == next(response.stream())
    del response
    gc.collect()

    assert 1 == stream.closed


def test_code_behind_the_last_byte_still_runs(serve, session) -> None:
    """A client that has all of a body reads no further, but the application's generator comes to its end."""
    ended = threading.Event()

    def body(_):
        yield b"all"
        ended.set()

    url = serve(Application(lambda environ: ("200 OK", [("Content-Length", "3")], body(environ))))

    assert b"all" == session.get(url).content
    assert ended.wait(10)


def test_what_exceeds_the_length_is_not_sent(serve, session, caplog) -> None:
    """A body longer than its ``Content-Length`` would be the head of the next answer."""
    application = Application(lambda _: ("200 OK", [("Content-Length", "2")], iter([b"abc", b"def"])))
    url = serve(application)

    assert [b"ab", b"ab"] == [session.get(url).content for _ in range(2)]
    assert "longer than its Content-Length" in caplog.text
    assert 1 == len(set(application.connections))


def test_start_response_may_be_called_again_with_an_error(serve, session) -> None:
    """PEP 3333: as long as the head is not out, ``exc_info`` replaces it."""

    def application(_, start_response):
        start_response("200 OK", [("X-A", "1")])
        try:
            {}["gone"]
        except KeyError as error:
            start_response("404 Not Found", [], (KeyError, error, error.__traceback__))
        return [b"gone"]

    response = session.get(serve(application))
    assert (404, b"gone", None) == (response.status_code, response.content, response.headers.get("X-A"))
