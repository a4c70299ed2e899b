"""Progress streams: bytes to events at any cut, and reconnects that keep to their budget (contract.md 2.3)."""

from __future__ import annotations

import itertools
import random

import httpx
import httpx_sse
import pytest
import sseclient
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer, Pieces

from fake_backend.transports.in_process import ConnectionRefused, HangUp, NoAnswer, Reset
from sdk.clients.errors import AuthenticationError, AuthorizationError, NotFoundError, StreamError
from sdk.clients.sse import LONGEST_LINE, EventParser, ProgressEvent, ServerEvent, events_of

words = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=("Cs",)), max_size=8)
lines = st.sampled_from(["\n", "\r\n", "\r"])
blocks = st.lists(
    st.one_of(
        st.tuples(st.just("event"), words.filter(bool)),
        st.tuples(st.just("data"), words),
        st.tuples(st.sampled_from(["", "id", "retry", "other"]), words),
    ),
    min_size=1,
    max_size=4,
)
TEXT = {"Content-Type": "text/event-stream; charset=utf-8"}


def frame(event, data="{}"):
    return f"event: {event}\ndata: {data}\n\n".encode()


CONNECTED = frame("connected")
HEARTBEAT = frame("heartbeat")
DONE = frame("async_job.completed", '{"status": "COMPLETED"}')


def progress(done, total=9):
    return frame("async_job.progress", f'{{"event": "x", "processed_count": {done}, "total_count": {total}}}')


def stream(*pieces, headers=TEXT):
    return Answer(200, Pieces(*pieces), headers)


@st.composite
def streams(draw):
    """Draw the bytes of a stream with any line ends, and where to cut them."""
    text = "".join(
        "".join(f"{name}:{draw(st.sampled_from(['', ' ']))}{value}{draw(lines)}" for name, value in block) + draw(lines)
        for block in draw(st.lists(blocks, max_size=4))
    )
    body = draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + text.encode()
    cuts = sorted(draw(st.lists(st.integers(0, len(body)), max_size=6)))
    return body, [body[a:b] for a, b in itertools.pairwise([0, *cuts, len(body)])]


@given(streams())
def test_cuts_change_nothing(drawn) -> None:
    """A piece may end inside a line end, a character or the byte order mark."""
    body, pieces = drawn

    assert list(events_of([body])) == list(events_of(pieces)) == list(events_of(bytes([byte]) for byte in body))


@given(st.lists(st.tuples(words.filter(bool), st.lists(words, min_size=1, max_size=3)), max_size=4), lines)
def test_two_foreign_clients_read_the_same_events(events, end) -> None:
    """httpx-sse and sseclient-py are the judges; both take a stream of named events with data."""
    body = "".join(
        f"event: {name}{end}" + "".join(f"data: {line}{end}" for line in data) + end for name, data in events
    ).encode()
    ours = [(event.name, event.data) for event in events_of([body])]
    response = httpx.Response(200, headers=TEXT, content=body)
    theirs = [(event.event, event.data) for event in httpx_sse.EventSource(response).iter_sse()]

    assert ours == theirs
    if end == "\n":
        others = [(event.event, event.data) for event in sseclient.SSEClient(iter([body])).events()]
        assert ours == others


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b": ping\n\n", []),
        (b"data\n\n", [ServerEvent("message", "")]),
        (b"data: a\ndata:  b\n\n", [ServerEvent("message", "a\n b")]),
        (b"event: heartbeat\n\n", [ServerEvent("heartbeat", "")]),
        (b"id: 1\nretry: 5\ndata: x\n\n", [ServerEvent("message", "x")]),
        (b"event: a\ndata: lost at the end\n", []),
        ("data: 한글\n\n".encode(), [ServerEvent("message", "한글")]),
        (b"data: \xff\n\n", [ServerEvent("message", "\ufffd")]),
    ],
)
def test_fields_mean_what_the_standard_says(body, expected) -> None:
    """WHATWG HTML 9.2.6; a heartbeat needs no data; an event that the end cuts off is none."""
    assert expected == list(events_of([body]))


def test_a_line_without_end_is_given_up() -> None:
    """Memory is not the server's to fill."""
    parser = EventParser()

    with pytest.raises(ValueError, match="no end"):
        list(parser.feed(b"data: " + b"x" * LONGEST_LINE))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ('{"processed_count": 3, "total_count": 9, "percent": 33, "status": "PROCESSING"}', (3, 9, 33.0, True)),
        ('{"processed_count": 3}', (3, None, None, False)),
        ('{"processed_count": true, "total_count": "9"}', (None, None, None, False)),
        ("no json", (None, None, None, False)),
        ("[1]", (None, None, None, False)),
        ("", (None, None, None, False)),
    ],
)
def test_progress_is_told_by_both_counts_or_not_at_all(data, expected) -> None:
    """contract.md 2.3: both are needed, and what is no object is no data."""
    event = ProgressEvent.of(ServerEvent("async_job.progress", data))

    assert expected == (event.processed, event.total, event.percent, event.is_progress)


@pytest.mark.parametrize(("last", "message"), [(DONE, None), (frame("error", '{"message": "hub lost"}'), "hub lost")])
def test_a_stream_ends_with_its_terminal_event(v2, clock, last, message) -> None:
    """``error`` ends the stream and says nothing of the job; what comes behind it is not read."""
    client, backend = v2([stream(CONNECTED, progress(1), HEARTBEAT, last, progress(2))])
    events = list(client.async_jobs.stream_progress("j"))

    names = ["connected", "async_job.progress", "heartbeat"]
    assert names == [event.event for event in events[:-1]]
    assert (True, message) == (events[-1].is_terminal, events[-1].message)
    assert "event" not in events[1].data
    assert ("/v2/async_jobs/j/progress/", "text/event-stream") == (
        backend.asked[0].path,
        backend.asked[0].headers["accept"],
    )
    assert [] == clock.waits


CUTS = [
    pytest.param(stream(CONNECTED), id="end"),
    pytest.param(stream(CONNECTED, HangUp()), id="cut"),
    pytest.param(stream(CONNECTED[:9], Reset()), id="reset"),
    pytest.param(stream(CONNECTED, NoAnswer()), id="silence"),
    pytest.param(ConnectionRefused(), id="refused"),
    pytest.param(NoAnswer(), id="no answer"),
    pytest.param(Answer(429, {}), id="429"),
    pytest.param(Answer(500, {}), id="500"),
    pytest.param(Answer(502, {}), id="502"),
    pytest.param(Answer(503, {}), id="503"),
]


@pytest.mark.parametrize("cut", CUTS)
def test_six_connections_in_a_row_without_a_sign_of_life_are_the_end(v2, clock, cut) -> None:
    """Five reconnects, each arriving once, after half of 5, 10, 20, 40 and 60 s and up to half by lot."""
    client, backend = v2(lambda _: cut, rng=random.Random(4))

    with pytest.raises(StreamError, match="5 reconnects"):
        list(client.async_jobs.stream_progress("j"))

    assert 6 == len(backend.asked)
    assert 5 == len(clock.waits)
    assert all(whole / 2 <= wait <= whole for whole, wait in zip([5, 10, 20, 40, 60], clock.waits, strict=True))


def test_jitter_comes_from_the_generator_that_is_given(v2, clock) -> None:
    """Seeded equally, two runs wait equally; by default the job's id is the seed."""
    waits = []
    for job, rng in (("a", random.Random(1)), ("b", random.Random(1)), ("c", None), ("c", None), ("d", None)):
        client, _ = v2(lambda _: stream(CONNECTED), rng=rng)
        clock.sleeps.clear()
        with pytest.raises(StreamError):
            list(client.async_jobs.stream_progress(job))
        waits.append(clock.waits)

    assert waits[0] == waits[1]
    assert waits[2] == waits[3]
    assert waits[3] != waits[4]


@pytest.mark.parametrize("sign", [progress(1), HEARTBEAT])
def test_a_sign_of_life_makes_the_budget_whole(v2, clock, sign) -> None:
    """A long job survives any number of cuts, as long as it moves or beats (incidents.md 2, SYN-7304)."""
    cuts = [stream(CONNECTED)] * 4 + [stream(CONNECTED, sign, HangUp())]
    client, backend = v2([*cuts, *cuts, *cuts, stream(CONNECTED, DONE)])
    events = list(client.async_jobs.stream_progress("j"))

    assert events[-1].is_terminal
    assert 16 == len(backend.asked)
    assert all(wait <= 5 for wait in clock.waits[4::5])
    assert all(wait > 5 for wait in clock.waits[3::5])


def test_connected_alone_is_no_sign_of_life(v2) -> None:
    """Otherwise a server that accepts and drops would be asked for ever."""
    client, backend = v2(lambda _: stream(CONNECTED, HangUp()))

    with pytest.raises(StreamError):
        list(client.async_jobs.stream_progress("j", budget=2))
    assert 3 == len(backend.asked)


@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_what_is_waited(v2, clock, status) -> None:
    """The stream's own loop handles it, once each time, capped at a minute (contract.md 2.3, interaction)."""
    refusals = [Answer(status, {}, {"Retry-After": "7"}), Answer(status, {}, {"Retry-After": "999"})]
    client, backend = v2([*refusals, stream(DONE)])
    list(client.async_jobs.stream_progress("j"))

    assert [7, 60] == clock.waits
    assert 3 == len(backend.asked)


@pytest.mark.parametrize(
    ("status", "error"), [(401, AuthenticationError), (403, AuthorizationError), (404, NotFoundError)]
)
def test_a_refusal_that_time_does_not_mend_is_raised_at_once(v2, clock, status, error) -> None:
    """Reconnecting cannot make a job exist."""
    client, backend = v2(lambda _: Answer(status, {"detail": "x"}))

    with pytest.raises(error):
        list(client.async_jobs.stream_progress("j"))
    assert 1 == len(backend.asked)
    assert [] == clock.waits


def test_a_missing_content_type_is_read_and_a_wrong_one_is_not(v2) -> None:
    """The reference client dies of the first (incidents.md 6); the second is no stream."""
    client, _ = v2([stream(DONE, headers={}), Answer(200, {"id": "j"})])

    assert ["async_job.completed"] == [event.event for event in client.async_jobs.stream_progress("j")]
    with pytest.raises(StreamError, match="application/json"):
        list(client.async_jobs.stream_progress("j"))


def test_events_are_handed_on_as_they_come(v2) -> None:
    """Not when the stream ends: a progress bar that moves once is none."""
    given = []

    def pieces():
        for number in range(3):
            given.append(number)
            yield progress(number)
        yield DONE

    class Watched(Pieces):
        def __iter__(self):
            return pieces()

    client, _ = v2([Answer(200, Watched(), TEXT)])
    events = client.async_jobs.stream_progress("j")

    assert 0 == next(events).processed
    assert [0] == given
    assert [1, 2, None] == [event.processed for event in events]


def test_a_consumer_that_leaves_closes_the_connection(v2) -> None:
    """A stream that nobody reads must not stay open."""
    closed = []

    class Watched(Pieces):
        def __iter__(self):
            try:
                yield progress(1)
                yield progress(2)
            finally:
                closed.append(True)

    client, _ = v2([Answer(200, Watched(), TEXT)])
    events = client.async_jobs.stream_progress("j")
    next(events)
    events.close()

    assert [True] == closed
