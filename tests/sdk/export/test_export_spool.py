"""Completed rows are kept: what was whole is there again, what was torn or damaged is fetched once more."""

from __future__ import annotations

import errno
import json
import os
from array import array
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export.checkpoint import Checkpoint
from sdk.plugins.actions.export.errors import DestinationError, StagingError
from sdk.plugins.actions.export.identity import ExportIdentity
from sdk.plugins.actions.export.resume import PayloadSpool, gathered, keep_ids, kept_ids
from sdk.plugins.actions.export.spool import Spool

# JSON as an export may hold it: half characters, numbers at the edge, keys that look like the spool's own
texts = st.text(st.characters(exclude_categories=[]), max_size=8) | st.sampled_from(["\ud800", '"}\n', "고양이"])
payloads = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.floats(allow_nan=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts | st.just("key"), inner, max_size=3),
    max_leaves=6,
)
key_sets = st.sets(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=6)


def item(key: int, data: object = None) -> dict:
    """Return an item."""
    return {"id": key, "data": data, "files": {}}


def filled(location: Path, items: list[dict]) -> None:
    """Write a spool as a run does that ends in order."""
    spool = Spool(location)
    for one in items:
        spool.append(one)
    spool.close()


def replayed(location: Path) -> list[dict]:
    """Return what a next run believes."""
    spool = Spool(location)
    found = list(spool.replay())
    spool.close()
    return found


@given(st.dictionaries(st.integers(-(2**63), 2**63 - 1), payloads, max_size=5))
def test_items_come_back_as_they_were(rows) -> None:
    """Also what UTF-8 cannot hold: JSON can."""
    items = [item(key, data) for key, data in rows.items()]
    with TemporaryDirectory() as folder:
        filled(Path(folder) / "rows.jsonl", items)
        found = replayed(Path(folder) / "rows.jsonl")

    assert repr(items) == repr(found)


@given(st.lists(payloads, min_size=1, max_size=4), st.data())
def test_a_file_cut_anywhere_gives_its_whole_lines_and_takes_new_ones(rows, data) -> None:
    """A killed process leaves a torn line; the next one begins where that began."""
    items = [item(-key, payload) for key, payload in enumerate(rows)]
    with TemporaryDirectory() as folder:
        location = Path(folder) / "rows.jsonl"
        filled(location, items)
        content = location.read_bytes()
        ends = [place + 1 for place, byte in enumerate(content) if byte == 10]
        cut = data.draw(st.integers(0, len(content)))
        location.write_bytes(content[:cut])
        whole = items[: sum(end <= cut for end in ends)]
        assert repr(whole) == repr(replayed(location))
        filled(location, [item(99)])

        assert repr([*whole, item(99)]) == repr(replayed(location))


@given(st.lists(payloads, min_size=1, max_size=4), st.data())
def test_a_changed_byte_ends_what_is_believed(rows, data) -> None:
    """Nothing that stands behind the damage is taken either: rows come in one order."""
    items = [item(-key, payload) for key, payload in enumerate(rows)]
    with TemporaryDirectory() as folder:
        location = Path(folder) / "rows.jsonl"
        filled(location, items)
        content = bytearray(location.read_bytes())
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] ^= data.draw(st.integers(1, 255))
        location.write_bytes(content)
        before = content[:place].count(b"\n")

        assert repr(items[:before]) == repr(replayed(location))
        assert before == location.read_bytes().count(b"\n")


@given(st.lists(payloads, min_size=2, max_size=5), st.data())
def test_a_line_that_is_missing_or_in_another_place_ends_what_is_believed(rows, data) -> None:
    """Whole as the lines are: a gap would say of a row that is there that it was deleted."""
    items = [item(-key, payload) for key, payload in enumerate(rows)]
    with TemporaryDirectory() as folder:
        location = Path(folder) / "rows.jsonl"
        filled(location, items)
        lines = location.read_bytes().splitlines(keepends=True)
        order = data.draw(st.lists(st.integers(0, len(lines) - 1), max_size=len(lines) + 1))
        location.write_bytes(b"".join(lines[number] for number in order))
        believed = next((place for place, number in enumerate(order) if place != number), len(order))
        assert repr(items[:believed]) == repr(replayed(location))
        filled(location, [item(99)])

        assert repr([*items[:believed], item(99)]) == repr(replayed(location))


def test_a_disk_that_is_full_in_the_middle_of_a_row_costs_that_row_alone(tmp_path, monkeypatch) -> None:
    """What was written of it is taken back, and the sentence names the row and the place."""
    location = tmp_path / "rows.jsonl"
    spool = Spool(location)
    spool.append(item(2, "x" * 100))
    monkeypatch.setattr(os, "writev", lambda descriptor, pieces: os.write(descriptor, b"".join(pieces)[:50]))
    with pytest.raises(DestinationError, match=r"Row 1 cannot be kept in '.*rows\.jsonl': No space left on device\."):
        spool.append(item(1, "x" * 100))
    monkeypatch.undo()
    assert [2] == [one["id"] for one in replayed(location)]
    spool.append(item(1, "x" * 100))
    spool.close()

    assert [2, 1] == [one["id"] for one in replayed(location)]


@given(key_sets, st.data())
def test_gathering_goes_on_below_the_last_row_that_is_kept(keys, data) -> None:
    """Nothing that is kept is fetched; rows that an earlier run found deleted are reported again, not asked for."""
    ids = array("q", sorted(keys, reverse=True))
    gone = data.draw(st.sets(st.sampled_from(list(ids))))
    there = [key for key in ids if key not in gone]
    done = data.draw(st.integers(0, len(there)))
    asked: list[int] = []
    removed: list[int] = []

    def fetch(rest):
        asked.extend(rest)
        for key in rest:
            if key in gone:
                removed.append(key)
            else:
                yield item(key)

    with TemporaryDirectory() as folder:
        location = Path(folder) / "rows.jsonl"
        filled(location, [item(key) for key in there[:done]])
        spool = Spool(location)
        found = list(gathered(ids, spool, fetch, removed))
        spool.close()
        kept = replayed(location)

    assert there == [one["id"] for one in found] == [one["id"] for one in kept]
    assert sorted(gone) == sorted(removed)
    assert [key for key in ids if done == 0 or key < there[done - 1]] == asked


def test_a_row_of_other_ids_is_not_taken(tmp_path) -> None:
    """Nor is what stands behind it, whole as it may be."""
    location = tmp_path / "rows.jsonl"
    filled(location, [item(9), item(7), item(5)])
    spool = Spool(location)
    found = list(gathered(array("q", [9, 8, 5]), spool, lambda rest: (item(key) for key in rest), []))
    spool.close()

    assert [9, 8, 5] == [one["id"] for one in found]
    assert [9, 8, 5] == [one["id"] for one in replayed(location)]


@given(key_sets, st.data())
def test_a_payload_that_did_not_lie_in_the_bundle_is_downloaded_once(keys, data) -> None:
    """The others are no business of the spool's; nor are rows that were deleted while they were under way."""
    rows = sorted(keys, reverse=True)
    linked = data.draw(st.sets(st.sampled_from(rows)))
    gone = data.draw(st.sets(st.sampled_from(rows))) & linked
    stop = data.draw(st.integers(0, len(rows)))
    link = {"mode": "presigned", "presigned_url": "http://x.invalid/"}
    items = [item(key, link if key in linked else "inline") for key in rows]

    def run(folder, length):
        spool = Spool(Path(folder) / "payloads.jsonl")
        payloads = PayloadSpool(spool)
        downloaded, found = [], []
        for one in payloads.fill(iter(items)):
            if len(found) == length:
                break
            complete = one
            if one["data"] == link:
                downloaded.append(one["id"])
                complete = {**one, "data": f"payload {one['id']}"}
            payloads.take(complete, complete=one["id"] not in gone)
            found.append((complete["id"], complete["data"]))
        spool.close()
        return downloaded, found

    with TemporaryDirectory() as folder:
        first, _ = run(folder, stop)
        second, found = run(folder, len(rows))

    assert set(first) & set(second) <= gone
    assert [(key, f"payload {key}" if key in linked else "inline") for key in rows] == found


def staged(tmp_path):
    """Return what of a staging ids need."""
    identity = ExportIdentity(path="run", name="exp")
    return SimpleNamespace(work=tmp_path, checkpoint=Checkpoint.open(tmp_path / "checkpoint.json", identity))


@given(st.lists(st.integers(-(2**63), 2**63 - 1), max_size=5))
def test_ids_are_kept_in_eight_bytes_each(ids) -> None:
    """An empty list is asked for again: nothing would be lost."""
    with TemporaryDirectory() as folder:
        staging = staged(Path(folder))
        keep_ids(staging, array("q", ids))
        assert 8 * len(ids) == (Path(folder) / "ids").stat().st_size
        again = kept_ids(staged(Path(folder)))

    assert (array("q", ids) if ids else None) == again


@pytest.mark.parametrize("damage", [lambda text: text[:-1], lambda text: text[8:], lambda text: b"\1" + text[1:], None])
def test_ids_that_are_not_those_that_were_found_are_refused(tmp_path, damage) -> None:
    """Wrong ids would be a wrong export; they are not silently asked for again either."""
    keep_ids(staged(tmp_path), array("q", [3, 2, 1]))
    location = tmp_path / "ids"
    if damage is None:
        location.unlink()
    else:
        location.write_bytes(damage(location.read_bytes()))

    with pytest.raises(StagingError, match=r"The ids in '.*ids' are not those that were found: pass discard=True"):
        kept_ids(staged(tmp_path))


def test_rows_of_other_ids_go_when_ids_are_found_anew(tmp_path) -> None:
    """They could not be told from rows of these."""
    staging = staged(tmp_path)
    keep_ids(staging, array("q", [3, 2]))
    filled(tmp_path / "rows.jsonl", [item(3)])
    keep_ids(staging, array("q", [3, 2]))
    assert [3] == [one["id"] for one in replayed(tmp_path / "rows.jsonl")]
    keep_ids(staging, array("q", [4, 3]))

    assert not (tmp_path / "rows.jsonl").exists()


def test_ids_that_find_no_room_are_said_to(tmp_path, monkeypatch) -> None:
    """And the checkpoint does not speak of them."""

    def full(path, body):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    staging = staged(tmp_path)
    with pytest.raises(DestinationError, match=r"The ids cannot be kept in '.*ids': No space left on device\."):
        keep_ids(staging, array("q", [1]))

    assert staging.checkpoint.ids is None


def test_a_spool_is_json_a_line(tmp_path) -> None:
    """Somebody who looks at it can read it."""
    location = tmp_path / "rows.jsonl"
    filled(location, [item(7, {"값": 1})])

    assert [{"key": 7, "item": item(7, {"값": 1})}] == [
        {name: value for name, value in json.loads(line).items() if name != "sha256"}
        for line in location.read_text("utf-8").splitlines()
    ]
