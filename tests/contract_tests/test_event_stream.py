"""The strict reader of event streams agrees with the standard's own examples, and refuses what the standard ignores."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract_tests.clauses.event_stream import Event, GrammarError, Stream, read


@pytest.mark.parametrize(
    ("stream", "events"),
    [
        (b"data: YHOO\ndata: +2\ndata: 10\n\n", [Event("message", "YHOO\n+2\n10")]),
        (b": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
         [Event("message", "first event"), Event("message", "second event"), Event("message", " third event")]),
        (b"data\n\ndata\ndata\n\ndata:", [Event("message", ""), Event("message", "\n")]),
        (b"data:test\n\ndata: test\n\n", [Event("message", "test"), Event("message", "test")]),
        ("\ufeffevent: 한\r\ndata: a\rdata: b\n\n".encode(), [Event("한", "a\nb")]),
        (b"event: nothing\n\ndata: x\n\n", [Event("message", "x")]),
    ],
)  # fmt: skip
def test_the_examples_of_the_standard_read_as_it_says(stream: bytes, events: list[Event]) -> None:
    """WHATWG HTML 9.2.6, the four examples at its end, then line ends, a byte order mark, and an event without data."""
    assert events == list(read(stream).events)


@pytest.mark.parametrize("stream", [b"\xff", b"colour: red\n\n", b"retry: soon\n\n", b"id: a\0b\n\n", b" data: x\n\n"])
def test_what_no_server_should_send_is_refused(stream: bytes) -> None:
    """A browser would silently drop these; a test must not."""
    with pytest.raises(GrammarError):
        read(stream)


words = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), min_size=1, max_size=6)
frames = st.builds(Event, words, st.lists(words, min_size=1, max_size=3).map("\n".join))


@given(st.lists(frames, max_size=4), st.sampled_from(["\n", "\r\n", "\r"]), st.text("data: x", max_size=8))
def test_what_is_written_is_read_and_a_cut_frame_is_kept_apart(events: list[Event], end: str, cut: str) -> None:
    """Whole frames are events, whatever the line ends; what follows the last blank line is none."""
    whole = "".join(
        f"event: {event.type}{end}" + "".join(f"data: {line}{end}" for line in event.data.split("\n")) + end
        for event in events
    )

    expected = Stream(tuple(events), (), f"data: {cut}")

    assert expected == read((whole + expected.rest).encode())
