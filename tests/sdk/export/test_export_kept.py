"""Files that were fetched whole are fetched once; those that change, break off or cannot be reached have clear ends."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil

import pytest
from export_rig import BUCKET, DELEGATED, HEADS, IN_PROCESS, before, document, failure, rigged, standing, task, tree
from hypothesis import given
from hypothesis import strategies as st

from fake_backend import Settings
from sdk.clients.errors import ClientConnectionError, OriginalFileError, OriginalUnreachableError, ServerError
from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.actions.export.errors import DestinationError, UnreachableError
from sdk.plugins.actions.export.failures import IN_MEMORY, FailureLog, write_failures
from sdk.plugins.actions.export.originals import BundleOriginals, KeptOriginals
from sdk.plugins.actions.export.shelf import Shelf, give
from sdk.plugins.errors import StepFailed
from sdk.storage import StorageUnreachableError
from sdk.storage.file_system import FileSystemStorage


class Source:
    """Gives each URL's own bytes and counts."""

    def __init__(self):
        self.asked = []

    def fetch(self, url, destination, *, row_id=None):
        """Write."""
        self.asked.append((row_id, url))
        return destination.write_bytes(f"{row_id} {url}".encode("utf-8", "replace"))


def test_a_file_is_fetched_once_for_its_row_and_url(tmp_path) -> None:
    """A row may have several files; the next run finds them by what the item says, whatever URL fetched them."""
    wanted = [(5, "http://x/?id=1"), (5, "http://x/?id=2"), (6, "http://x/?id=1"), (None, "http://x/"), ("a", "\udc80")]
    for number in (1, 2):
        source = Source()
        originals = KeptOriginals(source, Shelf(tmp_path / "kept"))
        for place, (row, url) in enumerate(wanted):
            originals.fetch(url, tmp_path / f"{number}-{place}", row_id=row)
        assert (wanted if number == 1 else []) == source.asked

    assert [f"{row} {url}".encode("utf-8", "replace") for row, url in wanted] == [
        (tmp_path / f"2-{place}").read_bytes() for place in range(len(wanted))
    ]


def test_a_kept_file_that_has_changed_is_fetched_again(tmp_path) -> None:
    """A hook may have written into its copy, which is the same file."""
    KeptOriginals(Source(), Shelf(tmp_path / "kept")).fetch("u", tmp_path / "first", row_id=1)
    (tmp_path / "first").write_bytes(b"changed by a hook")
    source = Source()
    KeptOriginals(source, Shelf(tmp_path / "kept")).fetch("u", tmp_path / "second", row_id=1)

    assert [(1, "u")] == source.asked
    assert b"1 u" == (tmp_path / "second").read_bytes()
    assert b"changed by a hook" == (tmp_path / "first").read_bytes()


def test_a_file_that_came_half_is_not_kept(tmp_path) -> None:
    """It comes onto the shelf by one rename, once it is whole."""

    class Cut(Source):
        def fetch(self, url, destination, *, row_id=None):
            destination.write_bytes(b"ha")
            raise OriginalFileError("cut")

    with pytest.raises(OriginalFileError):
        KeptOriginals(Cut(), Shelf(tmp_path / "kept")).fetch("u", tmp_path / "first", row_id=1)
    source = Source()
    KeptOriginals(source, Shelf(tmp_path / "kept")).fetch("u", tmp_path / "second", row_id=1)

    assert [(1, "u")] == source.asked
    assert b"1 u" == (tmp_path / "second").read_bytes()


@pytest.mark.parametrize("code", [errno.EPERM, errno.EMLINK, errno.EXDEV])
def test_where_files_have_one_name_they_are_copied(tmp_path, monkeypatch, code) -> None:
    """Some file systems have no links; a destination that is there is refused either way."""

    def refused(*_, **__):
        raise OSError(code, os.strerror(code))

    (tmp_path / "file").write_bytes(b"bytes")
    (tmp_path / "taken").write_bytes(b"mine")
    with pytest.raises(FileExistsError):
        give(tmp_path / "file", tmp_path / "taken")
    monkeypatch.setattr(os, "link", refused)
    with pytest.raises(FileExistsError):
        give(tmp_path / "file", tmp_path / "taken")

    assert 5 == give(tmp_path / "file", tmp_path / "copy")
    assert (b"bytes", b"mine") == ((tmp_path / "copy").read_bytes(), (tmp_path / "taken").read_bytes())
    assert (tmp_path / "copy").stat().st_ino != (tmp_path / "file").stat().st_ino


def test_an_original_that_changes_while_it_is_read_is_read_again(tmp_path, monkeypatch) -> None:
    """Half of one version and half of the next is neither; three times is enough."""
    changes = {"left": 0}
    copy = shutil.copyfileobj

    def while_reading(source, sink, length):
        copy(source, sink, length)
        if changes["left"]:
            changes["left"] -= 1
            location = tmp_path / "p" / "f"
            location.write_bytes(location.read_bytes() + b"!" if changes["left"] % 2 else b"another")
            os.utime(location, ns=(changes["left"], changes["left"]))

    (tmp_path / "p").mkdir()
    (tmp_path / "p" / "f").write_bytes(b"version")
    monkeypatch.setattr("sdk.plugins.actions.export.originals.shutil.copyfileobj", while_reading)
    originals = BundleOriginals(FileSystemStorage(tmp_path), "p", Source())
    changes["left"] = 2
    assert originals.fetch("p/f", tmp_path / "there", row_id=3) == len((tmp_path / "p" / "f").read_bytes())
    assert (tmp_path / "p" / "f").read_bytes() == (tmp_path / "there").read_bytes()
    changes["left"] = 3
    with pytest.raises(OriginalFileError, match="Row 3: its original changed each of the 3 times that it was read"):
        originals.fetch("p/f", tmp_path / "not", row_id=3)

    assert not (tmp_path / "not").exists()
    (tmp_path / "p" / "f").write_bytes(b"")
    assert 0 == originals.fetch("p/f", tmp_path / "empty", row_id=3)


@pytest.mark.parametrize("failure_kind", [ClientConnectionError, ServerError, OriginalUnreachableError])
@pytest.mark.parametrize("head", HEADS)
def test_an_original_whose_host_is_not_there_ends_the_export(rig, head, failure_kind) -> None:
    """A thousand rows without their files would look like an export; the same command gets them when it is back."""

    class Out:
        def __init__(self, source):
            self.source = source

        def fetch(self, url, destination, *, row_id=None):
            if row_id == 4:
                raise failure_kind("no answer")
            return self.source.fetch(url, destination, row_id=row_id)

    def cut(context):
        context.originals = Out(context.originals)

    with pytest.raises(StepFailed, match="The files of row 4 cannot be had for now: no answer") as error:
        rig.export(head, before("convert_data", cut))
    assert isinstance(failure(error.value), UnreachableError)
    assert {} == standing(rig.root)
    result = rig.export(head)

    assert (7, {"json_file_name": 0, "original_file_name": 0}) == (result["exported_count"], result["errors"])


def test_a_bucket_that_is_cut_while_originals_are_read_ends_the_export(rig, monkeypatch) -> None:
    """And parts and originals that were read by then are not read again."""
    monkeypatch.setattr("sdk.storage.s3.S3Storage.open_binary", cut_at("files/4-"))
    with pytest.raises(StepFailed, match="The files of row 4 cannot be had for now") as error:
        rig.export(DELEGATED, storage=BUCKET)
    assert isinstance(failure(error.value), UnreachableError)
    monkeypatch.undo()
    rig.backend.journal.clear()
    result = rig.export(DELEGATED, storage=BUCKET)
    read = [entry.path for entry in rig.backend.journal if entry.party == "storage" and entry.method == "GET"]

    assert 7 == result["exported_count"]
    assert ["1-1.jpg", "2-1.jpg", "3-1.jpg", "4-1.jpg"] == sorted(
        path.rpartition("/")[2] for path in read if "/files/" in path
    )
    assert not [path for path in read if path.endswith(".jsonl")]


def cut_at(part):
    """Return what opens objects but those whose path has a part."""
    from sdk.storage.s3 import S3Storage

    honest = S3Storage.open_binary

    def open_binary(root, path):
        if part in path:
            raise StorageUnreachableError("cut", path=path)
        return honest(root, path)

    return open_binary


def test_urls_of_replayed_items_that_have_run_out_are_asked_for_again() -> None:
    """An interruption may last for days; what was kept needs no URL."""
    with rigged(document(3), settings=Settings(presign_seconds=60)) as rig:

        class Broken(BaseExporter):
            def save_original_file(self, result, base_path, error_file_list):
                if result["id"] == 2:
                    raise ValueError("broken")
                return super().save_original_file(result, base_path, error_file_list)

        with pytest.raises(StepFailed, match="broken"):
            rig.export(IN_PROCESS, type("Action", (ExportAction,), {"entrypoint": Broken}))
        rig.backend.clock.sleep(3600)
        rig.requests()
        result = rig.export(IN_PROCESS)
        lists = [entry for entry in rig.requests() if entry == ("GET", "/sdk/tasks/")]

        assert 6 == len(tree(result["output_path"]))
        assert 2 == len(lists)  # the files of row 1, and a new URL for row 2


class Own(ExportAction):
    """Exports rows of a source of its own, with the originals of the backend's tasks."""

    def get_handler(self):
        """Return the source."""
        from sdk.plugins.actions.export import TaskExportTargetHandler

        class Handler(TaskExportTargetHandler):
            def get_export_item(self, results):
                yield from super().get_export_item(results)

        return Handler()


def test_rows_of_a_source_of_ones_own_are_asked_for_again_and_their_originals_are_not(rig) -> None:
    """Who knows what such a source gives next; a file of the same row and URL is the same file."""

    class Broken(BaseExporter):
        def save_as_json(self, result, base_path, error_file_list):
            if result["id"] == 4:
                raise ValueError("broken")
            return super().save_as_json(result, base_path, error_file_list)

    with pytest.raises(StepFailed, match="broken"):
        rig.export(IN_PROCESS, type("Action", (Own,), {"entrypoint": Broken}))
    rig.backend.journal.clear()
    result = rig.export(IN_PROCESS, Own)
    media = [entry.path for entry in rig.backend.journal if "data-units" in entry.path]

    assert 14 == len(tree(result["output_path"]))
    assert [3, 2, 1] == [int(path.split("/")[3]) for path in media]


def test_names_that_differ_in_case_alone_are_two_files_where_case_counts() -> None:
    """The backend tells them apart, and so does the oracle; see the index of names for file systems that do not."""
    seed = document(2)
    for number, name in ((0, "Photo.JPG"), (1, "photo.jpg")):
        seed["data_units"][number]["files"]["image_1"]["file_name_original"] = name
    with rigged(seed) as rig:
        found = {head: set(tree(rig.export(head)["output_path"])) for head in HEADS}

    expected = {"labels/Photo.json", "labels/photo.json", "origin_files/Photo.JPG", "origin_files/photo.jpg"}
    assert dict.fromkeys(HEADS, expected) == found


@pytest.mark.parametrize("head", HEADS)
def test_one_row_of_thirty_megabytes_is_a_row_like_any_other(head) -> None:
    """incidents.md 3, SYN-7490: rows of 28 MB have been seen."""
    payload = {"text": "글" * (10 * 2**20)}  # three bytes a character
    with rigged(document(1) | {"tasks": [task(1, data=payload)]}) as rig:
        (label,) = [body for name, body in tree(rig.export(head)["output_path"]).items() if name.startswith("labels/")]

    assert len(label) == 30 * 2**20 + len('{"text":""}')
    assert label.startswith('{"text":"글'.encode())


any_text = st.text(st.characters(exclude_categories=[]), max_size=3)


@given(st.lists(st.lists(any_text, min_size=2, max_size=2), max_size=6), st.integers(0, 4))
def test_failures_beyond_a_thousand_lie_on_disk(tmp_path_factory, entries, room) -> None:
    """Hooks append to them as to a list; half a character does not keep the list from being written."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sdk.plugins.actions.export.failures.IN_MEMORY", room)
        log = FailureLog(tmp_path_factory.mktemp("failures") / "log")
        for entry in entries[:3]:
            log.append(entry)
        log.extend(entries[3:4])
        log += entries[4:]

        assert (len(entries), entries) == (len(log), list(log))
        assert bool(entries) == bool(log)
        assert entries == [log[place] for place in range(len(log))]
        assert not entries or entries[-1] == log[-1]
        with pytest.raises(IndexError):
            _ = log[len(entries)]
        sink = io.BytesIO()
        write_failures(sink, (("a", log), ("b", [])))

    compact = json.dumps({"a": entries, "b": []}, ensure_ascii=False, separators=(",", ":"))
    assert compact.encode("utf-8", "backslashreplace") == sink.getvalue()
    assert len(entries) == len(json.loads(sink.getvalue())["a"])
    assert IN_MEMORY == 1000


def test_a_failure_that_finds_no_room_ends_the_export(tmp_path, monkeypatch) -> None:
    """Losing it would make a failed row look like a good one."""
    monkeypatch.setattr("sdk.plugins.actions.export.failures.IN_MEMORY", 0)
    with pytest.raises(DestinationError, match="The list of failures cannot be written"):
        FailureLog(tmp_path / "no" / "directory").append(["a", "b"])
