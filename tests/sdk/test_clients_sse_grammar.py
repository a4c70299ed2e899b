"""The SDK's parser against a reader that shares nothing with it: the standard's algorithm over a whole text."""

from __future__ import annotations

import itertools
import re

import httpx
import httpx_sse
import sseclient
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.sse import events_of

# What a stream may hold that a parser can trip over: every line end, also mixed, fields without colon or of unknown
# name, a blank before the value or two, NUL in an id, byte order marks, text that is no UTF-8, lines that never end.
TOKENS = st.sampled_from(
    [b"\r", b"\n", b"\r\n", b"\n\n", b":", b" ", b"data", b"event", b"id", b"retry", b"other", b"data:", b"data: ",
     b"event: a", b"id: 1\0", b"retry: 5", b"retry: x", b": ping", b"\xef\xbb\xbf", "길".encode(), b"\xff", b"x", b"\0",
     b"DATA: x", b" data: x", b"\xe2\x80\xa8", b"\x0b", b"\x85"]
)  # fmt: skip
BODIES = st.lists(TOKENS, max_size=24).map(b"".join)


def reference(body):
    """Return (name, data, whether there was any) of each event, by WHATWG HTML 9.2.6, step by step."""
    text = body.decode("utf-8", "replace").removeprefix("\ufeff")
    lines = re.split("\r\n|\n|\r", text)[:-1]  # the end of the file discards a line that has none
    found, name, data = [], "", ""
    for line in lines:
        if line == "":
            if name or data:
                found.append((name or "message", data.removesuffix("\n"), bool(data)))
            name = data = ""
        elif line[0] != ":":
            field, _, value = line.partition(":")
            value = value[1:] if value[:1] == " " else value
            if field == "event":
                name = value
            elif field == "data":
                data += value + "\n"
    return found


def told(pieces):
    return [(event.name, event.data) for event in events_of(pieces)]


@given(BODIES, st.lists(st.integers(0, 120), max_size=8))
def test_any_bytes_in_any_pieces_are_read_as_the_standard_says(body, places) -> None:
    """But for one liberty: an event with a name and no data is handed on, since a heartbeat needs none."""
    cuts = sorted(min(place, len(body)) for place in places)
    pieces = [body[a:b] for a, b in itertools.pairwise([0, *cuts, len(body)])]

    assert [(name, data) for name, data, _ in reference(body)] == told(pieces)
    assert told([body]) == told(bytes([byte]) for byte in body)


words = st.text(
    st.characters(exclude_characters="\r\n\0\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\ufeff", exclude_categories=("Cs",)),
    max_size=6,
)
frames = st.lists(
    st.tuples(
        st.lists(
            st.one_of(words.map(lambda text: f":{text}"), words.map(lambda text: f"retry: {len(text)}")), max_size=2
        ),
        words.filter(str.strip),
        st.lists(words, min_size=1, max_size=3),
    ),
    max_size=4,
)


@given(frames, st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_strangers_read_comments_retries_and_several_data_lines_alike(drawn, end, whole) -> None:
    """httpx-sse and sseclient-py, with the last event's blank line there or not."""
    body = "".join(
        "".join(f"{line}{end}" for line in [*before, f"event: {name}", *(f"data: {line}" for line in data), ""])
        for before, name, data in drawn
    )
    if drawn and not whole:
        body = body.removesuffix(end)
    sent = body.encode()
    response = httpx.Response(200, headers={"Content-Type": "text/event-stream"}, content=sent)
    by_httpx = [(event.event, event.data) for event in httpx_sse.EventSource(response).iter_sse()]
    expected = [(name, "\n".join(data)) for _, name, data in (drawn if whole else drawn[:-1])]

    assert expected == told([sent])
    assert expected == by_httpx
    if whole:  # sseclient-py hands on an event that the end cut off
        by_sseclient = [(event.event, event.data) for event in sseclient.SSEClient(iter([sent])).events()]
        assert [event for event in expected if event[1]] == [event for event in by_sseclient if event[1]]
