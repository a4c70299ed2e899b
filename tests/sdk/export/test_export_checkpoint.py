"""A checkpoint is believed by the export that wrote it, and refused in words by every other."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from export_rig import BUCKET, DELEGATED, DESTINATION, HEADS, IN_PROCESS, BrokenAction, failure, standing
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export.checkpoint import Checkpoint
from sdk.plugins.actions.export.errors import DestinationError, StagingError
from sdk.plugins.actions.export.identity import ExportIdentity
from sdk.plugins.errors import StepFailed

HERE = ExportIdentity(path="run", name="exp", backend="http://a", tenant="acme", storage=3, target="task")


def interrupted(rig, head, **fields) -> Path:
    """Interrupt an export and return its checkpoint."""
    with pytest.raises(StepFailed, match="broken"):
        rig.export(head, BrokenAction, **fields)
    rig.requests()
    (found,) = [*rig.root.rglob("checkpoint.json"), *rig.home.rglob("checkpoint.json")]
    return found


notes = st.fixed_dictionaries(
    {},
    optional={
        "ids": st.fixed_dictionaries({"count": st.integers(0), "sha256": st.text("0af", min_size=1)}),
        "job": st.fixed_dictionaries({"id": st.text(), "document": st.none() | st.dictionaries(st.text(), st.text())}),
        "refused": st.lists(st.text(), max_size=2),
        "publishing": st.dictionaries(st.text(), st.integers() | st.text()),
    },
)


@given(st.lists(notes, max_size=3))
def test_what_is_noted_is_there_again(changes) -> None:
    """Whatever was noted last."""
    with TemporaryDirectory() as folder:
        location = Path(folder) / "checkpoint.json"
        checkpoint = Checkpoint.open(location, HERE)
        for change in changes:
            checkpoint.note(**change)
        again = Checkpoint.open(location, HERE)

    assert replace(checkpoint, resumed=bool(changes)) == again


@given(notes, st.data())
def test_a_checkpoint_that_is_damaged_is_refused_and_left_alone(change, data) -> None:
    """It may stand for hours of work: dropping it is somebody's decision."""
    with TemporaryDirectory() as folder:
        location = Path(folder) / "checkpoint.json"
        Checkpoint.open(location, HERE).note(**change)
        text = location.read_bytes()
        place = data.draw(st.integers(0, len(text) - 1))
        byte = data.draw(st.sampled_from(b'x9"{ '))
        damaged = text[:place] if data.draw(st.booleans()) else text[:place] + bytes([byte]) + text[place + 1 :]
        location.write_bytes(damaged)
        try:
            same = json.loads(damaged) == json.loads(text)
        except ValueError:
            same = False
        if same:  # a blank for a blank
            Checkpoint.open(location, HERE)
        else:
            with pytest.raises(StagingError, match=r"is damaged|is of format .*this version reads 1"):
                Checkpoint.open(location, HERE)
        assert damaged == location.read_bytes()


def test_a_checkpoint_that_nests_without_end_is_damaged(tmp_path) -> None:
    """No depth of anybody's making ends in an error of Python's."""
    location = tmp_path / "checkpoint.json"
    location.write_text("[" * 100_000, encoding="ascii")

    with pytest.raises(StagingError, match="is damaged"):
        Checkpoint.open(location, HERE)
    assert Checkpoint.left(location, HERE) is None


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("backend", "http://b", 'its backend is "http://a" and not "http://b"'),
        ("tenant", None, 'its tenant is "acme" and not null'),
        ("storage", 4, "its storage is 3 and not 4"),
        ("path", "other", 'its path is "run" and not "other"'),
        ("name", "exp2", 'its name is "exp" and not "exp2"'),
        ("target", "assignment", 'its target is "task" and not "assignment"'),
        ("source", "mine.Handler", 'its source is "" and not "mine.Handler"'),
        ("filter", {"project": 1}, 'its filter is {} and not {"project": 1}'),
        ("save_original_file", False, "its save_original_file is true and not false"),
    ],
)
def test_whatever_changes_the_rows_or_their_place_makes_another_scope(tmp_path, field, value, words) -> None:
    """The sentence says what differs, and three ways out."""
    location = tmp_path / "checkpoint.json"
    Checkpoint.open(location, HERE).note(ids={"count": 1, "sha256": "0"})

    with pytest.raises(StagingError) as refusal:
        Checkpoint.open(location, replace(HERE, **{field: value}))
    assert words in str(refusal.value)
    assert "Run that export again" in str(refusal.value)
    assert "discard=True (--discard)" in str(refusal.value)
    assert "choose another name" in str(refusal.value)


def test_a_checkpoint_that_finds_no_room_leaves_the_one_before(tmp_path, monkeypatch) -> None:
    """It is replaced as a whole or not at all."""
    location = tmp_path / "checkpoint.json"
    checkpoint = Checkpoint.open(location, HERE)
    checkpoint.note(ids={"count": 1, "sha256": "0"})
    before = location.read_bytes()

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(DestinationError, match="cannot be written: No space left on device"):
        checkpoint.note(ids={"count": 2, "sha256": "0"})
    assert before == location.read_bytes()
    assert {"count": 1, "sha256": "0"} == checkpoint.ids


@pytest.mark.parametrize("head", HEADS)
def test_nothing_is_said_to_be_kept_where_nothing_was_written(rig, head, monkeypatch) -> None:
    """The disk was full from the beginning: there is nothing for the same command to go on from."""

    def full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(StepFailed, match="No space left on device") as error:
        rig.export(head)

    assert [] == getattr(error.value, "__notes__", [])
    assert "EXPORT_KEPT" not in rig.logger.message_keys()


@pytest.mark.parametrize("storage", [3, BUCKET])
@pytest.mark.parametrize("head", HEADS)
def test_another_scope_is_refused_before_anything_is_asked_for(rig, head, storage) -> None:
    """But for the storage, which says where a staging would be; what is there is left alone, and its export goes on."""
    checkpoint = interrupted(rig, head, storage=storage)
    before = checkpoint.read_bytes()
    for fields in ({"filter": {"project": 1, "id__gte": 3}}, {"save_original_file": False}):
        with pytest.raises(
            StepFailed, match=r"holds an unfinished export of another scope: its (filter|save_orig)"
        ) as e:
            rig.export(head, storage=storage, **fields)

        assert isinstance(failure(e.value), StagingError)
        assert [("POST", f"/storages/{storage}/session/")] == rig.requests()
        assert before == checkpoint.read_bytes()
    assert 7 == rig.export(head, storage=storage)["exported_count"]
    assert not checkpoint.exists()


@pytest.mark.parametrize("head", HEADS)
def test_what_only_changes_the_way_is_no_other_scope(rig, head) -> None:
    """Page sizes, the exporter, the description and the spelling of the path."""
    interrupted(rig, head)
    result = rig.export(head, path=f"./{DESTINATION}//", export_page_size=2, description="again", extra_params={"a": 1})

    assert 7 == result["exported_count"]
    assert "EXPORT_RESUMED" in rig.logger.message_keys()


@pytest.mark.parametrize("head", HEADS)
def test_discard_begins_again(rig, head) -> None:
    """Of whatever scope the staging is; a job that nobody goes on with leaves nothing either."""
    interrupted(rig, head)
    result = rig.export(head, discard=True, filter={"project": 1, "id__lte": 2})

    assert 2 == result["exported_count"]
    assert "EXPORT_RESUMED" not in rig.logger.message_keys()
    assert ["exp"] == [path.name for path in (rig.root / DESTINATION).iterdir()]
    assert 7 == rig.export(head, discard=True)["exported_count"]


@pytest.mark.parametrize("damage", [b"", b"{", b'{"format": 2}', b"[]"])
def test_discard_removes_what_cannot_be_read(rig, damage) -> None:
    """It was refused before."""
    checkpoint = interrupted(rig, IN_PROCESS)
    checkpoint.write_bytes(damage)
    with pytest.raises(StepFailed, match=r"--discard"):
        rig.export(IN_PROCESS)

    assert 7 == rig.export(IN_PROCESS, discard=True)["exported_count"]


@pytest.mark.parametrize("head", HEADS)
def test_a_failure_before_anything_was_gathered_leaves_nothing(rig, head) -> None:
    """A staging that holds nothing would only be in the way of the next scope."""
    with pytest.raises(StepFailed) as error:
        rig.export(head, filter={"project": 999})

    assert [] == getattr(error.value, "__notes__", [])
    assert [] == list(rig.root.iterdir())


def test_a_job_that_failed_leaves_a_staging_that_belongs_to_no_scope(rig, monkeypatch) -> None:
    """The place stays, as after any interruption; it holds nothing, so an export of another filter may take it."""

    def broken(*_):
        raise OSError("disk full")

    lines = rig.backend._world.exports._lines
    monkeypatch.setattr(lines, "of", broken)
    with pytest.raises(StepFailed, match="ended as FAILED"):
        rig.export(DELEGATED)
    monkeypatch.undo()

    assert {} == standing(rig.root)
    assert 1 == len(list(rig.root.rglob("*.partial")))
    assert 1 == rig.export(DELEGATED, filter={"project": 1, "id": 1})["exported_count"]
    assert not list(rig.root.rglob("*.partial"))
