"""Staging: an export stands whole or not at all, never over another, and never beside a second writer."""

from __future__ import annotations

import os
from contextlib import contextmanager

import pytest
from export_rig import DELEGATED, HEADS, IN_PROCESS, failure
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.errors import NotFoundError, ServerError
from sdk.plugins.actions.export.errors import DestinationError, UnknownProjectError
from sdk.plugins.actions.export.identity import ExportIdentity
from sdk.plugins.actions.export.staging import open_staging, staging_name
from sdk.plugins.errors import ParamsError, StepFailed
from sdk.storage import StorageUnreachableError, UnsafePathError
from sdk.storage.file_system import FileSystemStorage

NOBODY = 65534  # the user that owns nothing


def place(path: str = "", name: str = "exp", **fields) -> ExportIdentity:
    """Return the identity of an export that goes to a place."""
    return ExportIdentity(path=path, name=name, **fields)


class Elsewhere:
    """A storage that is not on this machine, as far as anybody can tell; writing may be cut.

    Args:
        location: Where it is all the same.
    """

    def __init__(self, location):
        self._disk = FileSystemStorage(location)
        self.exists, self.list, self.delete_tree = self._disk.exists, self._disk.list, self._disk.delete_tree
        self.entries, self.open_binary = self._disk.entries, self._disk.open_binary
        self.written: list[str] = []
        self.left = 10**6
        """Files that may still be written."""

    def local_path(self, path):
        """Check the path and say nothing."""
        self._disk.local_path(path)

    def write_file(self, local, path):
        """Write, or refuse."""
        if not self.left:
            raise StorageUnreachableError("The bucket did not do it.", path=path)
        self.left -= 1
        self.written.append(path)
        return self._disk.write_file(local, path)


@pytest.fixture
def disk(tmp_path):
    """A storage root on disk."""
    return FileSystemStorage(tmp_path)


@pytest.fixture
def opened(tmp_path_factory):
    """Open stagings; those for storages elsewhere share a home."""
    home = tmp_path_factory.mktemp("home") / "stagings"

    def open_one(root, path="", name="exp", *, discard=False, **fields):
        return open_staging(root, place(path, name, **fields), home=home, discard=discard)

    open_one.home = home
    return open_one


def names(directory):
    """Return the names in a directory, sorted."""
    return sorted(path.name for path in directory.iterdir())


def fill(staging, text="x"):
    """Write one file into a staging, as if something had been gathered."""
    (staging.tree / "labels").mkdir()
    (staging.tree / "labels" / "a.json").write_text(text)
    (staging.scratch / "names.sqlite").write_text("index")
    staging.checkpoint.note(ids={"count": 1, "sha256": "0"})


def test_nothing_stands_until_publish_and_nothing_is_left_after(disk, tmp_path, opened) -> None:
    """One rename makes the export; indexes go with the staging."""
    staging = opened(disk, "exports/run")
    fill(staging)
    before = names(tmp_path / "exports/run")
    output = staging.publish({})
    staging.discard()

    assert [".exp.partial"] == before
    assert str(tmp_path / "exports/run/exp") == output
    assert ["exp"] == names(tmp_path / "exports/run")
    assert "x" == (tmp_path / "exports/run/exp/labels/a.json").read_text()


def test_a_name_that_is_taken_is_never_overwritten(disk, tmp_path, opened) -> None:
    """Export guide: ``(1)``, ``(2)`` ...; files, empty directories and dangling links take a name as well."""
    (tmp_path / "exp").mkdir()
    (tmp_path / "exp(1)").write_text("mine")
    (tmp_path / "exp(2)").symlink_to("nowhere")
    staging = opened(disk)
    fill(staging)

    assert str(tmp_path / "exp(3)") == staging.publish({})
    staging.discard()
    assert ["exp", "exp(1)", "exp(2)", "exp(3)"] == names(tmp_path)


def test_what_gathered_nothing_leaves_no_trace(disk, tmp_path, opened) -> None:
    """Directories that were made for it go too; those that were there stay."""
    (tmp_path / "exports").mkdir()
    staging = opened(disk, "exports/run/today")
    (staging.tree / "a").write_text("a")
    staging.close()
    staging.close()

    assert ["exports"] == names(tmp_path)
    assert [] == names(tmp_path / "exports")


def test_what_was_gathered_is_kept_and_the_tree_begins_anew(disk, tmp_path, opened) -> None:
    """Names depend on the set of rows, and exporters keep state: the tree of a broken run is worth nothing."""
    first = opened(disk, "run")
    fill(first)
    (first.work / "rows.jsonl").write_text("rows")
    first.close()
    second = opened(disk, "run")
    there = [names(second.tree), names(second.scratch), (second.work / "rows.jsonl").read_text()]
    noted = second.checkpoint.ids
    second.discard()

    assert [[], [], "rows"] == there
    assert {"count": 1, "sha256": "0"} == noted
    assert [] == names(tmp_path)


def test_two_exports_of_one_name_do_not_share_a_staging(disk, opened) -> None:
    """The second is refused while the first one runs, with ``discard`` too, and may run after it."""
    first = opened(disk, "run")
    fill(first)
    for discard in (False, True):
        with pytest.raises(DestinationError, match=r"Another export is writing to .*\.exp\.partial"):
            opened(disk, "run", discard=discard)
    other = opened(disk, "run", "other")
    assert (first.tree / "labels").exists()
    first.discard()
    opened(disk, "run").discard()
    other.discard()


def test_what_is_of_nobody_knows_which_scope_is_not_exported(disk, tmp_path, opened) -> None:
    """A staging without a checkpoint has promised nothing."""
    leftover = tmp_path / ".exp.partial" / "tree" / "exp"
    leftover.mkdir(parents=True)
    (leftover / "old.json").write_text("old")
    (tmp_path / ".exp.partial" / "work").mkdir()
    (tmp_path / ".exp.partial" / "work" / "rows.jsonl").write_text("old")
    staging = opened(disk)
    fill(staging)
    assert [] == names(staging.work)
    staging.publish({})
    staging.discard()

    assert ["labels"] == names(tmp_path / "exp")
    assert ["exp"] == names(tmp_path)


@pytest.mark.parametrize("discard", [False, True])
@pytest.mark.parametrize(
    "link", ["", "work", "tree", "scratch", "lock", "checkpoint.json", "checkpoint.new", "work/originals", "work/parts"]
)
def test_a_staging_that_leads_elsewhere_is_refused_and_nothing_is_touched(
    disk, tmp_path, tmp_path_factory, opened, link, discard
) -> None:
    """A link may lead out of the storage: what lies there is neither written to nor removed."""
    victim = tmp_path_factory.mktemp("victim")
    (victim / "work").mkdir()
    (victim / "work" / "precious").write_text("x")
    place = tmp_path / ".exp.partial" / link if link else tmp_path / ".exp.partial"
    place.parent.mkdir(parents=True, exist_ok=True)
    place.symlink_to(victim)
    there = sorted(tmp_path.rglob("*"))
    with pytest.raises(DestinationError, match="is a symbolic link, and the staging of an export has none"):
        opened(disk, discard=discard)

    assert ["work"] == names(victim)
    assert ["precious"] == names(victim / "work")
    assert there == sorted(tmp_path.rglob("*"))


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/a", "a\0b"])
def test_a_name_is_one_directory(disk, tmp_path, opened, name: str) -> None:
    """A name that is a path would be published somewhere else."""
    with pytest.raises(DestinationError, match="is no directory name"):
        opened(disk, "run", name)

    assert [] == names(tmp_path)


@pytest.mark.parametrize(
    ("path", "name"),
    [("run", ".x.partial"), ("run", ".async_jobs"), (".x.partial/a", "exp"), ("a\\.async_jobs", "exp")],
)
def test_a_name_of_what_exports_keep_while_they_are_made_is_refused(disk, tmp_path, opened, path, name) -> None:
    """The export ``.x.partial`` would stand where the export ``x`` is written, and go with it."""
    with pytest.raises(DestinationError, match=r"The name '\.(x\.partial|async_jobs)' is reserved .*; choose another"):
        opened(disk, path, name)

    assert [] == names(tmp_path)


@pytest.mark.parametrize("path", ["..", "a/../../b", "/etc"])
def test_a_path_stays_in_the_storage(disk, opened, path: str) -> None:
    """The same guard as for bundles."""
    with pytest.raises(UnsafePathError):
        opened(disk, path)


def test_a_place_that_cannot_be_written_is_refused_in_one_sentence(disk, tmp_path, opened) -> None:
    """Here a file stands where a directory is needed; then the name is too long for any directory."""
    (tmp_path / "run").write_text("a file")
    with pytest.raises(DestinationError, match="Nothing can be written to"):
        opened(disk, "run/today")
    with pytest.raises(DestinationError, match="Nothing can be written to"):
        opened(disk, "run")
    with pytest.raises(DestinationError, match="256 bytes long; up to 255 are possible"):
        opened(disk, "", "n" * 256)

    assert ["run"] == names(tmp_path)


@contextmanager
def nobody_special():
    """Let root, who may write anywhere, be somebody else for a while."""
    was = os.geteuid()
    if was == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(was)


def test_a_directory_of_somebody_else_is_refused(disk, tmp_path, opened) -> None:
    """In the system's words."""
    (tmp_path / "run").mkdir(mode=0o500)
    with nobody_special(), pytest.raises(DestinationError, match=r"Nothing can be written to .*: Permission denied\."):
        opened(disk, "run")


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=200, max_size=255), st.sampled_from("a한😀"))
def test_the_name_of_a_staging_fits_wherever_the_exports_own_does(name, last) -> None:
    """A name of up to 255 bytes is legal; its staging keeps apart from those of other long names."""
    found = staging_name(name)

    assert len(found.encode()) <= 255
    assert found.startswith(".")
    assert found.endswith(".partial")
    assert (found == staging_name(name + last)) is False


@pytest.mark.parametrize("name", ["n" * 255, "한" * 85])
def test_a_long_name_whose_number_does_not_fit_is_refused_before_anything_is_gathered(
    disk, tmp_path, opened, name
) -> None:
    """``<name>(1)`` has three bytes more: to find that out at the end would cost the whole export."""
    staging = opened(disk, "", name)
    fill(staging)
    staging.publish({})
    staging.discard()
    with pytest.raises(DestinationError, match="258 bytes long; up to 255 are possible"):
        opened(disk, "", name)

    assert [name] == names(tmp_path)


def test_a_backslash_separates_at_the_destination(disk, tmp_path, opened) -> None:
    """As the backend reads it, whose bundle lies below the same directories; one letter and a colon are a drive."""
    opened(disk, "a\\b").publish({})
    opened(disk, "1:run").publish({})

    assert (tmp_path / "a" / "b" / "exp").is_dir()
    assert (tmp_path / "1:run" / "exp").is_dir()
    with pytest.raises(UnsafePathError):
        opened(disk, "C:\\run")


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
