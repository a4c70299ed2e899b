"""Publishing: nothing is replaced, and an export counts as published only where it stands, whole, and is the same."""

from __future__ import annotations

import errno
import shutil

import pytest
from export_rig import BUCKET, DELEGATED, DESTINATION, HEADS, IN_PROCESS, Remembering, tree

from sdk.plugins.actions.export import moving
from sdk.plugins.actions.export.checkpoint import Checkpoint
from sdk.plugins.actions.export.destination import DirectoryDestination
from sdk.plugins.actions.export.errors import DestinationError
from sdk.plugins.actions.export.identity import ExportIdentity
from sdk.plugins.actions.export.staging import Staging
from sdk.plugins.actions.export.steps import finalize

PLACE = f"{DESTINATION}/exp"


def interrupted_once_it_stands(rig, monkeypatch, head, **fields):
    """Export, and end just before anything is cleared up."""

    def interrupt(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(finalize, "_clear_up", interrupt)
        with pytest.raises(KeyboardInterrupt):
            rig.export(head, **fields)


def emptied(place):
    """Put another directory where the export was; file systems like to give it the same number."""
    shutil.rmtree(place)
    place.mkdir()


def thinned(place):
    """Remove one file of the export."""
    next((place / "labels").iterdir()).unlink()


def rewritten(place):
    """Change one file of the export, in its length as well."""
    next((place / "labels").iterdir()).write_text("{}")


@pytest.mark.parametrize("change", [emptied, thinned, rewritten])
@pytest.mark.parametrize("head", HEADS)
def test_what_stands_there_is_believed_only_if_it_is_ours_and_whole(rig, monkeypatch, head, change) -> None:
    """Else the same command exports again from what was gathered, beside what it finds and leaves alone."""
    interrupted_once_it_stands(rig, monkeypatch, head)
    whole = tree(rig.root / PLACE)
    change(rig.root / PLACE)
    left = tree(rig.root / PLACE)
    result = rig.export(head)

    assert str(rig.root / f"{PLACE}(1)") == result["output_path"]
    assert (7, 0) == (result["exported_count"], result["failed_count"])
    assert whole == tree(rig.root / f"{PLACE}(1)")
    assert left == tree(rig.root / PLACE)


def test_a_directory_of_the_same_number_is_not_the_export(tmp_path, monkeypatch) -> None:
    """ext4 gives the number of a removed directory to the next one, if not each time."""
    from sdk.plugins.actions.export import destination

    monkeypatch.setattr(destination, "_inode", lambda path: [1, 1])
    made = tmp_path / "staging"
    made.mkdir()
    (made / "a.json").write_text("{}")
    checkpoint = Checkpoint(tmp_path / "checkpoint.json", ExportIdentity(path="", name="exp"))
    place = DirectoryDestination(tmp_path, "exp")
    place.publish(made, checkpoint, {})
    before = place.published(made, checkpoint)
    emptied(tmp_path / "exp")

    assert str(tmp_path / "exp") == before
    assert place.published(made, checkpoint) is None


@pytest.mark.parametrize("discard", [False, True])
def test_objects_that_went_after_the_manifest_came_are_missed(rig, monkeypatch, discard) -> None:
    """A manifest alone is no export; what stood once is not taken back either, since readers may be at it."""
    interrupted_once_it_stands(rig, monkeypatch, IN_PROCESS, storage=BUCKET)
    root = rig.v1.open_storage(BUCKET, "write")
    root.delete_tree(f"{PLACE}/labels")
    left = set(root.list(PLACE))
    result = rig.export(IN_PROCESS, storage=BUCKET, discard=discard)
    beside = set(root.list(f"{PLACE}(1)"))
    still = set(root.list(PLACE))
    root.close()

    assert f"{PLACE}(1)" == result["output_path"]
    assert 14 == len(beside)
    assert left == still
    assert 7 == len(left)


@pytest.mark.parametrize("is_known", [True, False])
@pytest.mark.parametrize("filled", [False, True])
def test_the_move_replaces_nothing(tmp_path, monkeypatch, is_known, filled) -> None:
    """rename(2) replaces an empty directory; two empty exports would swallow one another."""
    if not is_known:
        monkeypatch.setattr(moving, "_rename_exclusively", lambda tree, target: errno.EINVAL)
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        if filled:
            (tmp_path / name / name).write_text(name)
    number = (tmp_path / "first").stat().st_ino
    moving.move(tmp_path / "first", tmp_path / "exp")
    (tmp_path / "link").symlink_to("nowhere")
    for taken in ("exp", "link"):
        with pytest.raises(FileExistsError):
            moving.move(tmp_path / "second", tmp_path / taken)

    assert ["exp", "link", "second"] == sorted(path.name for path in tmp_path.iterdir())
    assert number == (tmp_path / "exp").stat().st_ino
    assert (["second"] if filled else []) == [path.name for path in (tmp_path / "second").iterdir()]


@pytest.mark.parametrize("is_known", [True, False])
def test_a_move_that_fails_leaves_no_claim(tmp_path, monkeypatch, is_known) -> None:
    """Here there is nothing to move."""
    if not is_known:
        monkeypatch.setattr(moving, "_rename_exclusively", lambda tree, target: errno.ENOSYS)
    with pytest.raises(FileNotFoundError):
        moving.move(tmp_path / "none", tmp_path / "exp")

    assert [] == list(tmp_path.iterdir())


def test_a_directory_that_comes_between_the_look_and_the_move_stays(tmp_path, monkeypatch) -> None:
    """The export takes the next name."""
    made = tmp_path / "staging"
    made.mkdir()
    numbers = []
    honest = moving.move

    def raced(source, target):
        if not numbers:
            target.mkdir()
            numbers.append(target.stat().st_ino)
        honest(source, target)

    monkeypatch.setattr(moving, "move", raced)
    checkpoint = Checkpoint(tmp_path / "checkpoint.json", ExportIdentity(path="", name="exp"))
    output = DirectoryDestination(tmp_path, "exp").publish(made, checkpoint, {})

    assert str(tmp_path / "exp(1)") == output
    assert numbers == [(tmp_path / "exp").stat().st_ino]


@pytest.mark.parametrize("point", ["log", "flush", "set_progress"])
def test_whoever_interrupts_the_last_words_of_an_export_makes_no_second_one(rig, monkeypatch, point) -> None:
    """All is told before the staging goes: telling a slow backend takes seconds."""
    words = []

    def interrupt(logger, *args, **options):
        if (rig.root / PLACE).exists() and not words:
            words.append(args)
            raise KeyboardInterrupt
        return honest(logger, *args, **options)

    honest = getattr(Remembering, point)
    with monkeypatch.context() as patch:
        patch.setattr(Remembering, point, interrupt)
        with pytest.raises(KeyboardInterrupt) as interruption:
            rig.export(DELEGATED)
    result = rig.export(DELEGATED)

    assert "all the same; what is left is to clear up." in interruption.value.__notes__[-1]
    assert str(rig.root / PLACE) == result["output_path"]
    assert ["exp"] == sorted(path.name for path in (rig.root / DESTINATION).iterdir())


def test_nothing_is_told_once_the_staging_is_gone(rig, monkeypatch) -> None:
    """Whatever is told can be interrupted."""
    told = []
    honest = Staging.discard

    def discard(staging):
        honest(staging)
        told.append(len(rig.logger.entries))

    monkeypatch.setattr(Staging, "discard", discard)
    rig.export(DELEGATED)

    assert [len(rig.logger.entries)] == told
    assert "EXPORT_COMPLETED" in rig.logger.message_keys()


def test_an_interruption_after_all_was_done_says_so(rig, monkeypatch) -> None:
    """Then the same command would export again, and nothing may promise that it goes on."""
    honest = Staging.discard

    def discard(staging):
        honest(staging)
        raise KeyboardInterrupt

    monkeypatch.setattr(Staging, "discard", discard)
    with pytest.raises(KeyboardInterrupt) as interruption:
        rig.export(IN_PROCESS)

    assert [f"The export stands at {str(rig.root / PLACE)!r} all the same; nothing is left to do."] == (
        interruption.value.__notes__
    )


def test_a_staging_that_cannot_be_removed_is_named(rig, monkeypatch) -> None:
    """The export stands, and the same command tries again."""

    def refuse(checkpoint):
        raise PermissionError(errno.EPERM, "Operation not permitted")

    with monkeypatch.context() as patch:
        patch.setattr(Checkpoint, "remove", refuse)
        with pytest.raises(DestinationError, match=r"exp\.partial' cannot be removed: Operation") as error:
            rig.export(IN_PROCESS)

    assert "what is left is to clear up" in error.value.__notes__[-1]
    assert str(rig.root / PLACE) == rig.export(IN_PROCESS)["output_path"]
