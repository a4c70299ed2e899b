"""Staging: an export stands whole or not at all, never over another, and never beside a second writer."""

from __future__ import annotations

import pytest

from sdk.plugins.actions.export.errors import DestinationError
from sdk.plugins.actions.export.staging import open_staging
from sdk.storage import StorageAccessError, UnsafePathError
from sdk.storage.file_system import FileSystemStorage


class Elsewhere:
    """A storage that is not on this machine, as far as anybody can tell; files of one name are refused.

    Args:
        location: Where it is all the same.
        refused: The name.
    """

    def __init__(self, location, refused=None):
        self._disk = FileSystemStorage(location)
        self._refused = refused
        self.exists, self.list, self.delete_tree = self._disk.exists, self._disk.list, self._disk.delete_tree

    def local_path(self, path):
        """Check the path and say nothing."""
        self._disk.local_path(path)

    def write_file(self, local, path):
        """Write, or refuse."""
        if self._refused and path.endswith(self._refused):
            raise StorageAccessError("The bucket did not do it.", path=path)
        self._disk.write_file(local, path)


@pytest.fixture
def disk(tmp_path):
    """A storage root on disk."""
    return FileSystemStorage(tmp_path)


def names(directory):
    """Return the names in a directory, sorted."""
    return sorted(path.name for path in directory.iterdir())


def fill(staging, text="x"):
    """Write one file into a staging."""
    (staging.tree / "labels").mkdir()
    (staging.tree / "labels" / "a.json").write_text(text)
    (staging.work / "names.sqlite").write_text("index")


def test_nothing_stands_until_publish_and_nothing_is_left_after(disk, tmp_path) -> None:
    """One rename makes the export; indexes go with the staging."""
    staging = open_staging(disk, "exports/run", "exp")
    fill(staging)
    before = names(tmp_path / "exports/run")
    output = staging.publish()
    staging.discard()

    assert [".exp.partial"] == before
    assert str(tmp_path / "exports/run/exp") == output
    assert ["exp"] == names(tmp_path / "exports/run")
    assert "x" == (tmp_path / "exports/run/exp/labels/a.json").read_text()


def test_a_name_that_is_taken_is_never_overwritten(disk, tmp_path) -> None:
    """Export guide: ``(1)``, ``(2)`` ...; files, empty directories and dangling links take a name as well."""
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp(1)").write_text("mine")
    (tmp_path / "exp(2)").symlink_to("nowhere")
    staging = open_staging(disk, "", "exp")
    fill(staging)

    assert str(tmp_path / "exp(3)") == staging.publish()
    staging.discard()
    assert ["exp", "exp(1)", "exp(2)", "exp(3)"] == names(tmp_path)


def test_a_discarded_export_leaves_no_trace(disk, tmp_path) -> None:
    """Directories that were made for it go too; those that were there stay."""
    (tmp_path / "exports").mkdir()
    staging = open_staging(disk, "exports/run/today", "exp")
    fill(staging)
    staging.discard()
    staging.discard()

    assert ["exports"] == names(tmp_path)
    assert [] == names(tmp_path / "exports")


def test_two_exports_of_one_name_do_not_share_a_staging(disk) -> None:
    """The second is refused while the first one runs, and may run after it."""
    first = open_staging(disk, "run", "exp")
    with pytest.raises(DestinationError, match=r"Another export is writing to .*\.exp\.partial"):
        open_staging(disk, "run", "exp")
    other = open_staging(disk, "run", "other")
    first.discard()
    open_staging(disk, "run", "exp").discard()
    other.discard()


def test_what_a_killed_run_left_behind_is_not_exported(disk, tmp_path) -> None:
    """Its lock died with it; its files are of nobody knows which scope."""
    leftover = tmp_path / ".exp.partial" / "tree" / "exp"
    leftover.mkdir(parents=True)
    (leftover / "old.json").write_text("old")
    staging = open_staging(disk, "", "exp")
    fill(staging)
    staging.publish()
    staging.discard()

    assert ["labels"] == names(tmp_path / "exp")
    assert ["exp"] == names(tmp_path)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\0b"])
def test_a_name_is_one_directory(disk, name: str) -> None:
    """A name that is a path would be published somewhere else."""
    with pytest.raises(DestinationError, match="is no directory name"):
        open_staging(disk, "run", name)


@pytest.mark.parametrize("path", ["..", "a/../../b", "/etc"])
def test_a_path_stays_in_the_storage(disk, path: str) -> None:
    """The same guard as for bundles."""
    with pytest.raises(UnsafePathError):
        open_staging(disk, path, "exp")


def test_a_place_that_cannot_be_written_is_refused_in_one_sentence(disk, tmp_path) -> None:
    """Here a file stands where a directory is needed; then the name is too long for any directory."""
    (tmp_path / "run").write_text("a file")
    with pytest.raises(DestinationError, match="Nothing can be written to"):
        open_staging(disk, "run/today", "exp")
    with pytest.raises(DestinationError, match="Nothing can be written to"):
        open_staging(disk, "", "n" * 250)

    assert ["run"] == names(tmp_path)


def test_a_storage_elsewhere_gets_the_files_one_by_one(tmp_path) -> None:
    """Object stores have no rename; the staging is a temporary directory then."""
    root = Elsewhere(tmp_path)
    for expected in ("run/exp", "run/exp(1)"):
        staging = open_staging(root, "run", "exp")
        fill(staging)

        assert expected == staging.publish()
        staging.discard()
        assert not staging.tree.exists()
        assert "x" == (tmp_path / expected / "labels/a.json").read_text()


def test_an_upload_that_breaks_off_is_taken_back(tmp_path) -> None:
    """Half an export must not look like one."""
    root = Elsewhere(tmp_path, refused="z.json")
    staging = open_staging(root, "run", "exp")
    fill(staging)
    (staging.tree / "z.json").write_text("z")

    with pytest.raises(StorageAccessError):
        staging.publish()
    staging.discard()
    assert [] == [file for file in tmp_path.rglob("*") if file.is_file()]
