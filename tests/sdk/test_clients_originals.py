"""Original files arrive whole or not at all, and go on where they were cut (contract.md 3.5)."""

from __future__ import annotations

import itertools
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer, CountingClock, Pieces, Scripted

from fake_backend.transports.in_process import ConnectionRefused, HangUp, InProcess, Mount, NoAnswer, Reset
from sdk.clients.errors import OriginalFileError, OriginalUnreachableError
from sdk.clients.originals import OriginalDownloader

CONTENT = bytes(range(256)) * 40
RANGES = {"Accept-Ranges": "bytes", "ETag": '"v1"'}


class Storage:
    """A storage that cuts its answers where it is told, and counts the bytes that it sends."""

    def __init__(self, cuts, *, ranges=True, etag='"v1"') -> None:
        self.cuts = iter(cuts)
        self.content = CONTENT
        self.etag = etag
        self.ranges = ranges
        self.sent = 0

    def __call__(self, asked):
        start = 0
        found = re.fullmatch(r"bytes=(\d+)-", asked.headers.get("range", ""))
        if found and self.ranges and asked.headers.get("if-range", self.etag) == self.etag:
            start = int(found[1])
        if start >= len(self.content):
            return Answer(416, b"", {"Content-Range": f"bytes */{len(self.content)}"})
        body = self.content[start:]
        headers = {"Content-Length": str(len(body))}
        if self.ranges:
            headers |= {"Accept-Ranges": "bytes", "ETag": self.etag}
        cut = next(self.cuts, None)
        pieces = [body] if cut is None else [body[:cut], HangUp()]
        self.sent += len(pieces[0])
        if not start:
            return Answer(200, Pieces(*pieces), headers)
        headers["Content-Range"] = f"bytes {start}-{len(self.content) - 1}/{len(self.content)}"
        return Answer(206, Pieces(*pieces), headers)


@pytest.fixture
def originals(clock):
    with OriginalDownloader(clock=clock) as made:
        yield made


numbers = itertools.count(1)


@given(cuts=st.lists(st.integers(0, len(CONTENT)), max_size=4), ranges=st.booleans())
def test_wherever_it_is_cut_the_file_is_the_same_and_no_byte_is_asked_for_twice(tmp_path_factory, cuts, ranges) -> None:
    """With ``Accept-Ranges`` a download goes on; without, it starts anew, and is as whole."""
    storage = Storage(cuts, ranges=ranges)
    host = f"cutting-{next(numbers)}.fake-backend.invalid"
    target = tmp_path_factory.mktemp("original") / "파일 1.jpg"
    clock = CountingClock()
    with InProcess([Mount(host, Scripted(storage))]), OriginalDownloader(clock=clock) as originals:
        written = originals.fetch(f"http://{host}/a.jpg", target, row_id=1)

    assert (CONTENT, len(CONTENT)) == (target.read_bytes(), written)
    assert [target.name] == [path.name for path in target.parent.iterdir()]
    if ranges:
        assert len(CONTENT) == storage.sent


@pytest.mark.parametrize(
    "broken",
    [
        pytest.param(Answer(503, {}), id="503"),
        pytest.param(Answer(429, {}), id="429"),
        pytest.param(ConnectionRefused(), id="refused"),
        pytest.param(NoAnswer(), id="no answer"),
        pytest.param(Answer(200, Pieces(b"abc", Reset()), {"Content-Length": "9"}), id="reset"),
        pytest.param(Answer(200, Pieces(b"abc"), {"Content-Length": "9"}), id="short"),
    ],
)
def test_five_attempts_are_made_and_then_nothing_is_left(mount, clock, originals, tmp_path, broken, caplog) -> None:
    """1, 2, 4 and 8 s between them; the error names the row."""
    url, backend = mount(lambda _: broken)

    with pytest.raises(OriginalFileError, match=r"Row 9: .*5 attempts") as failure:
        originals.fetch(f"{url}/a", tmp_path / "a", row_id=9)
    assert 5 == len(backend.asked)
    assert [1, 2, 4, 8] == clock.waits
    assert [] == list(tmp_path.iterdir())
    assert 9 == failure.value.row_id


@pytest.mark.parametrize("status", [400, 403, 404, 410])
def test_a_refusal_is_final(mount, clock, originals, tmp_path, status) -> None:
    """The item has failed; a file that was there before stays."""
    url, backend = mount(lambda _: Answer(status, {}))
    (tmp_path / "a").write_bytes(b"before")

    with pytest.raises(OriginalFileError, match=f"{status}"):
        originals.fetch(f"{url}/a", tmp_path / "a")
    assert 1 == len(backend.asked)
    assert [] == clock.waits
    assert b"before" == (tmp_path / "a").read_bytes()


def test_no_attempt_begins_more_than_a_minute_after_the_first_failure(mount, clock, originals, tmp_path) -> None:
    """contract.md 3.5, recovery cap."""
    url, backend = mount(lambda _: Answer(503, {}, {"Retry-After": "40"}))

    with pytest.raises(OriginalFileError):
        originals.fetch(f"{url}/a", tmp_path / "a")
    assert [40] == clock.waits
    assert 2 == len(backend.asked)


def test_a_file_that_changes_between_two_attempts_is_fetched_anew(mount, originals, tmp_path) -> None:
    """``If-Range``: half of one version and half of another is no file."""
    storage = Storage([100])

    def script(asked):
        answer = storage(asked)
        storage.content, storage.etag = CONTENT[::-1], '"v2"'
        return answer

    url, _ = mount(script)

    assert len(CONTENT) == originals.fetch(f"{url}/a", tmp_path / "a")
    assert CONTENT[::-1] == (tmp_path / "a").read_bytes()


MONDAY, TUESDAY = "Mon, 05 Jan 2026 09:00:00 GMT", "Tue, 06 Jan 2026 09:00:00 GMT"


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ({"ETag": '"v1"'}, {"ETag": '"v2"'}, False),
        ({"Last-Modified": MONDAY}, {"Last-Modified": TUESDAY}, False),
        ({"Last-Modified": MONDAY, "Content-Length": "6"}, {"Last-Modified": MONDAY, "total": "7"}, False),
        ({"Last-Modified": MONDAY, "ETag": 'W/"v1"'}, {"Last-Modified": MONDAY}, True),
        ({"ETag": '"v1"'}, {}, True),
    ],
)
def test_two_versions_are_never_one_file_though_the_storage_heeds_no_condition(
    mount, originals, tmp_path, first, second, same
) -> None:
    """It answers the range of a file that has been replaced: all that both answers say has to agree."""
    total = second.pop("total", "6")
    cut = Answer(200, Pieces(b"abc", HangUp()), {"Accept-Ranges": "bytes", "Content-Length": "6", **first})
    rest = Answer(206, b"DEF", {"Content-Range": f"bytes 3-5/{total}", **second})
    url, backend = mount([cut, rest, Answer(200, b"ABCDEF")])

    originals.fetch(f"{url}/a", tmp_path / "a")
    assert (b"abcDEF" if same else b"ABCDEF") == (tmp_path / "a").read_bytes()
    assert (2 if same else 3) == len(backend.asked)


def test_a_file_of_which_nothing_is_said_is_not_gone_on_with(mount, originals, tmp_path) -> None:
    """Nobody could tell whether the next bytes are of the same version."""
    first = Answer(200, Pieces(b"abc", HangUp()), {"Accept-Ranges": "bytes", "Content-Length": "6"})
    url, backend = mount([first, Answer(200, b"abcdef")])

    originals.fetch(f"{url}/a", tmp_path / "a")
    assert [None, None] == [asked.headers.get("range") for asked in backend.asked]


@pytest.mark.parametrize(
    ("unreachable", "answer"),
    [(True, 503), (True, 429), (True, HangUp), (False, 500), (False, 404), (False, 403)],
)
def test_a_host_that_is_not_there_is_told_from_a_file_that_is_not(
    mount, originals, tmp_path, unreachable, answer
) -> None:
    """The one is asked again some day, the other is a fact about the row."""
    url, _ = mount(lambda _: Answer(answer) if isinstance(answer, int) else answer())

    with pytest.raises(OriginalFileError) as failure:
        originals.fetch(f"{url}/a", tmp_path / "a")
    assert unreachable == isinstance(failure.value, OriginalUnreachableError)


@pytest.mark.parametrize(("total", "attempts"), [("300", 2), ("301", 3), ("*", 3)])
def test_a_range_that_cannot_be_satisfied_is_the_end_only_if_the_size_says_so(
    mount, originals, tmp_path, total, attempts
) -> None:
    """416 behind the last byte means whole; otherwise the file starts anew (contract.md 3.5)."""
    first = Answer(200, Pieces(b"x" * 300, HangUp()), {**RANGES})
    refused = Answer(416, b"", {"Content-Range": f"bytes */{total}"})
    url, backend = mount([first, refused, Answer(200, b"y" * 301)])

    originals.fetch(f"{url}/a", tmp_path / "a")
    assert attempts == len(backend.asked)
    assert (b"x" * 300 if attempts == 2 else b"y" * 301) == (tmp_path / "a").read_bytes()


def test_a_range_other_than_the_one_asked_for_is_not_appended(mount, originals, tmp_path) -> None:
    """A 206 that begins elsewhere would make a file of the right size and the wrong bytes."""
    first = Answer(200, Pieces(b"abc", HangUp()), {**RANGES, "Content-Length": "6"})
    wrong = Answer(206, b"abcdef", {**RANGES, "Content-Range": "bytes 0-5/6"})
    url, backend = mount([first, wrong, Answer(200, b"abcdef", RANGES)])

    originals.fetch(f"{url}/a", tmp_path / "a")
    assert b"abcdef" == (tmp_path / "a").read_bytes()
    assert ["bytes=3-", None] == [asked.headers.get("range") for asked in backend.asked[1:]]


def test_stored_bytes_are_written_as_they_are_stored(mount, originals, tmp_path) -> None:
    """A ``Content-Encoding`` is not undone: the delegated path copies the same bytes out of the storage."""
    url, backend = mount(lambda _: Answer(200, b"not gzip at all", {"Content-Encoding": "gzip"}))

    originals.fetch(f"{url}/a", tmp_path / "a")
    assert b"not gzip at all" == (tmp_path / "a").read_bytes()
    assert "identity" == backend.asked[0].headers["accept-encoding"]


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [("/media/한글 a.jpg", "/media/한글 a.jpg"), ("media/a.jpg", "/media/a.jpg"), ("?x=1", "/")],
)
def test_a_url_without_scheme_is_one_of_the_api_host(mount, clock, tmp_path, given_url, expected) -> None:
    """contract.md 3.5; the directory of the destination comes into being."""
    url, backend = mount(lambda _: Answer(200, b"x"))
    with OriginalDownloader(clock=clock, base_url=url) as originals:
        assert 1 == originals.fetch(given_url, tmp_path / "deep" / "a")

    assert expected == backend.asked[0].path


@pytest.mark.parametrize("url", ["", "file:///etc/passwd", "ftp://host/a", "data:,x", "http://[bad/a", "//[bad/a"])
def test_what_is_no_address_of_a_file_is_refused(clock, tmp_path, url) -> None:
    """The local disk is no backend."""
    with OriginalDownloader(clock=clock, base_url="http://api.invalid") as originals, pytest.raises(OriginalFileError):
        originals.fetch(url, tmp_path / "a", row_id=3)
    assert [] == list(tmp_path.iterdir())


def test_a_disk_that_does_not_take_the_file_is_no_failure_of_the_storage(mount, originals, tmp_path) -> None:
    """It is not repeated, and it is not an item's error: every other item would meet it too."""
    url, backend = mount(lambda _: Answer(200, b"x"))
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(OSError, match="file"):
        originals.fetch(f"{url}/a", tmp_path / "file" / "a")
    assert [] == backend.asked
