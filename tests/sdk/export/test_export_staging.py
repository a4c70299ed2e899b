"""Staging: an export stands whole or not at all, never over another, and never beside a second writer."""

from __future__ import annotations

import pytest
from export_rig import DELEGATED, HEADS, IN_PROCESS, failure
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.errors import NotFoundError, ServerError
from sdk.plugins.actions.export.errors import DestinationError, UnknownProjectError
from sdk.plugins.actions.export.staging import open_staging, staging_name
from sdk.plugins.errors import ParamsError, StepFailed
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
        open_staging(disk, "run", "exp")
    with pytest.raises(DestinationError, match="256 bytes long; up to 255 are possible"):
        open_staging(disk, "", "n" * 256)

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


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=200, max_size=255), st.sampled_from("a한😀"))
def test_the_name_of_a_staging_fits_wherever_the_exports_own_does(name, last) -> None:
    """A name of up to 255 bytes is legal; its staging keeps apart from those of other long names."""
    found = staging_name(name)

    assert len(found.encode()) <= 255
    assert found.startswith(".")
    assert found.endswith(".partial")
    assert (found == staging_name(name + last)) is False


@pytest.mark.parametrize("name", ["n" * 255, "한" * 85])
def test_a_long_name_is_exported_and_refused_only_when_its_number_does_not_fit(disk, tmp_path, name) -> None:
    """``<name>(1)`` has three bytes more; what stands is left alone."""
    staging = open_staging(disk, "", name)
    fill(staging)
    staging.publish()
    staging.discard()
    second = open_staging(disk, "", name)
    fill(second)
    with pytest.raises(DestinationError, match="258 bytes long; up to 255 are possible"):
        second.publish()
    second.discard()

    assert [name] == names(tmp_path)


def test_a_backslash_separates_at_the_destination(disk, tmp_path) -> None:
    """As the backend reads it, whose bundle lies below the same directories; one letter and a colon are a drive."""
    open_staging(disk, "a\\b", "exp").publish()
    open_staging(disk, "1:run", "exp").publish()

    assert (tmp_path / "a" / "b" / "exp").is_dir()
    assert (tmp_path / "1:run" / "exp").is_dir()
    with pytest.raises(UnsafePathError):
        open_staging(disk, "C:\\run", "exp")


@pytest.mark.parametrize("head", HEADS)
def test_either_head_exports_below_directories_that_a_backslash_separates(rig, head) -> None:
    """Nothing of the bundle is left, and no directory has a backslash in its name."""
    assert str(rig.root / "a" / "b" / "exp") == rig.export(head, path="a\\b")["output_path"]
    assert ["a"] == names(rig.root)
    assert ["exp"] == names(rig.root / "a" / "b")


@pytest.mark.parametrize(
    "fields",
    [{"path": text} for text in ("", " ", "\t", "/", ".", "./ ", "\\", "a\ud800")] + [{"name": "a\ud800"}],
    ids=repr,
)
@pytest.mark.parametrize("head", HEADS)
def test_a_place_that_has_no_name_is_refused_before_a_request(rig, head, fields) -> None:
    """The backend refuses a blank path; halves of characters have no bytes."""
    rig.requests()
    with pytest.raises(ParamsError, match=r"names no directory|holds half a character") as refusal:
        rig.export(head, **fields)

    assert str(refusal.value).encode()
    assert [] == rig.requests()


@pytest.mark.parametrize("head", HEADS)
def test_an_export_of_a_project_that_does_not_exist_ends_in_an_error(rig, head) -> None:
    """An empty success would hide a wrong id; the server refuses such a job, this process such a project."""
    with pytest.raises(StepFailed) as error:
        rig.export(head, filter={"project": 999})

    assert (head == IN_PROCESS) == isinstance(failure(error.value), UnknownProjectError)
    assert [] == names(rig.root)


@pytest.mark.parametrize(("head", "kind"), [(IN_PROCESS, ServerError), (DELEGATED, NotFoundError)])
def test_a_project_that_cannot_be_read_is_done_without(rig, monkeypatch, head, kind) -> None:
    """contract.md 2.2, request 8: only its configuration is lost; a job has looked at the project itself."""

    def refuse(project):
        raise kind("no", status=404 if kind is NotFoundError else 503)

    monkeypatch.setattr(rig.v1, "get_project", refuse)

    assert 7 == rig.export(head)["exported_count"]
