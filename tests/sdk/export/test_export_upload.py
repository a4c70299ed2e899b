"""In a bucket the manifest comes last: who waits for it finds all, and an upload goes on where it was cut."""

from __future__ import annotations

import hashlib
import io
import json
from pathlib import Path

import pytest
from export_rig import BUCKET, DELEGATED, DESTINATION, HEADS, IN_PROCESS, BrokenAction, tree
from hypothesis import given, settings
from hypothesis import strategies as st

from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.actions.export.checkpoint import Checkpoint
from sdk.plugins.actions.export.errors import DestinationError
from sdk.plugins.actions.export.identity import ExportIdentity
from sdk.plugins.actions.export.upload import StorageDestination
from sdk.plugins.errors import StepFailed
from sdk.storage import StorageNotFoundError, StorageUnreachableError
from sdk.storage.root import StoredFile
from sdk.storage.s3 import S3Storage

PLACE = f"{DESTINATION}/exp"


def read_all(root):
    """Return all objects of a storage."""
    found = {}
    for name in root.list(""):
        with root.open_binary(name) as source:
            found[name] = source.read()
    return found


class Bucket:
    """A storage that is elsewhere and has no directories; it takes only so many files."""

    def __init__(self):
        self._objects: dict[str, bytes] = {}
        self.sent: list[str] = []
        self.left = -1

    def exists(self, path):
        """Return whether there is an object of this name."""
        return path in self._objects

    def list(self, prefix):
        """Yield names."""
        return (entry.path for entry in self.entries(prefix))

    def entries(self, prefix):
        """Yield objects below a prefix."""
        for path, body in sorted(self._objects.items()):
            if not prefix or path.startswith(f"{prefix}/"):
                yield StoredFile(path, len(body), hashlib.sha256(body).hexdigest())

    def open_binary(self, path):
        """Open an object."""
        if path not in self._objects:
            raise StorageNotFoundError("none", path=path)
        return io.BytesIO(self._objects[path])

    def write_bytes(self, path, body):
        """Write an object, whoever does."""
        self._objects[path] = body

    def write_file(self, local, path):
        """Write, or break off."""
        if self.left == 0:
            raise StorageUnreachableError("cut", path=path)
        self.left -= 1
        self.sent.append(path)
        self._objects[path] = Path(local).read_bytes()
        return hashlib.sha256(self._objects[path]).hexdigest()

    def delete(self, path):
        """Remove one object."""
        return self._objects.pop(path, None) is not None


class Upload:
    """One export's upload to a bucket, run by run.

    Args:
        folder: An empty directory.
        name: The export's name.
    """

    def __init__(self, folder, name="exp"):
        self.bucket = Bucket()
        self._folder = folder
        self._identity = ExportIdentity(path="run", name=name)
        (folder / "work").mkdir()

    def run(self, files, *, left=-1):
        """Publish a tree, up to so many objects; return where it stands, or ``None`` when it is cut."""
        tree_folder = self._folder / f"tree-{id(files)}-{left}"
        for name, body in files.items():
            path = tree_folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
        tree_folder.mkdir(exist_ok=True)
        self.bucket.left = left
        checkpoint = Checkpoint.open(self._folder / "checkpoint.json", self._identity)
        destination = StorageDestination(self.bucket, "run", self._identity.name, self._folder / "work")
        if (done := destination.published(tree_folder, checkpoint)) is not None:
            return done
        try:
            return destination.publish(tree_folder, checkpoint, {})
        except StorageUnreachableError:
            return None

    def objects(self):
        """Return all objects."""
        return read_all(self.bucket)


def manifest_of(files):
    """Return what a manifest says of a tree."""
    return {name: (len(body), hashlib.sha256(body).hexdigest()) for name, body in files.items()}


def said(text):
    """Return what a manifest says."""
    body = json.loads(text)
    assert body.pop("format") == 1
    return {entry["path"]: (entry["size"], entry["sha256"]) for entry in body["files"]}


names = st.sampled_from(["a", "a/b", "labels", "labels/a.json", "labels/b.json", "사진/é.jpg", "x/y/z"])
trees = st.dictionaries(names, st.binary(max_size=3), max_size=5).filter(
    lambda tree: not any(other.startswith(f"{name}/") for name in tree for other in tree)
)


@settings(max_examples=20)
@given(st.lists(st.tuples(trees, st.integers(0, 6)), max_size=3), trees)
def test_whatever_was_cut_the_bucket_holds_the_last_tree_and_its_manifest(tmp_path_factory, cuts, last) -> None:
    """A hook may write other files in every run; nothing of an earlier one is left, and nothing is sent twice."""
    upload = Upload(tmp_path_factory.mktemp("upload"))
    objects: dict[str, bytes] = {}
    tried: dict[str, bytes] = {}
    for files, left in [*cuts, (last, -1)]:
        upload.bucket.sent.clear()
        before = {name.removeprefix("run/exp/"): body for name, body in objects.items()}
        place = upload.run(files, left=left)
        objects = upload.objects()
        sent = [path.removeprefix("run/exp/") for path in upload.bucket.sent if path.startswith("run/exp/")]
        assert not [name for name in sent if before.get(name) == files[name] == tried.get(name)]
        assert ("run/exp.manifest.json" in objects) == (place is not None)
        if place is not None:
            break
        tried = files

    assert "run/exp" == place
    assert manifest_of(files) == said(objects.pop("run/exp.manifest.json"))
    assert {f"run/exp/{name}": body for name, body in files.items()} == objects
    assert place == upload.run({"other": b""}, left=0)  # an interrupted clear-up: the export stands already


@pytest.mark.parametrize("taken", ["run/exp", "run/exp/a", "run/exp/deep/a", "run/exp.manifest.json"])
def test_what_stands_is_never_overwritten(tmp_path, taken) -> None:
    """Objects, or a manifest alone: the export gets the next name."""
    upload = Upload(tmp_path)
    upload.bucket.write_bytes(taken, b"mine")
    place = upload.run({"a": b"1"})

    assert "run/exp(1)" == place
    assert b"mine" == upload.objects()[taken]
    assert {"run/exp(1)/a", "run/exp(1).manifest.json", taken} == set(upload.objects())


@pytest.mark.parametrize("taken", ["run/exp/b", "run/exp.manifest.json"])
def test_a_place_that_somebody_else_has_come_to_meanwhile_is_left_to_them(tmp_path, taken) -> None:
    """What was sent there is taken back, what was not stays."""
    upload = Upload(tmp_path)
    assert upload.run({"a": b"1", "c": b"2"}, left=1) is None
    upload.bucket.write_bytes(taken, b"mine")
    place = upload.run({"a": b"1", "c": b"2"})

    assert "run/exp(1)" == place
    assert {taken, "run/exp(1)/a", "run/exp(1)/c", "run/exp(1).manifest.json"} == set(upload.objects())


def test_an_object_that_is_gone_again_is_sent_again(tmp_path) -> None:
    """Somebody has tidied up, or it is not what was sent, be it as long as that."""
    upload = Upload(tmp_path)
    files = {"a": b"1", "b": b"22", "c": b"3"}
    assert upload.run(files, left=2) is None
    upload.bucket.delete("run/exp/a")
    upload.bucket.write_bytes("run/exp/b", b"33")
    upload.bucket.sent.clear()
    upload.run(files)

    assert ["run/exp/a", "run/exp/b", "run/exp/c", "run/exp.manifest.json"] == upload.bucket.sent


def test_a_log_that_cannot_be_written_is_a_place_that_cannot_be_used(tmp_path) -> None:
    """In a sentence, and nothing is sent."""
    upload = Upload(tmp_path)
    (tmp_path / "work" / "uploads.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(DestinationError, match="The upload cannot be noted in"):
        upload.run({"a": b"1"})

    assert {} == upload.objects()


def in_bucket(rig):
    """Return what is in the rig's bucket."""
    root = rig.v1.open_storage(BUCKET, "write")
    try:
        return read_all(root)
    finally:
        root.close()


@pytest.mark.parametrize("head", HEADS)
def test_a_bucket_that_is_cut_half_way_goes_on(rig, monkeypatch, head) -> None:
    """No manifest stands; the same command sends the rest, and its tree is that of a directory."""
    expected = tree(rig.export(head)["output_path"])
    honest, sent = S3Storage.write_file, []

    def cut(root, local, path):
        if len(sent) == 5:
            raise StorageUnreachableError("cut", path=path)
        sent.append(path)
        return honest(root, local, path)

    monkeypatch.setattr(S3Storage, "write_file", cut)
    with pytest.raises(StepFailed, match="cut"):
        rig.export(head, storage=BUCKET)
    assert f"{PLACE}.manifest.json" not in in_bucket(rig)
    monkeypatch.undo()
    rig.backend.journal.clear()
    result = rig.export(head, storage=BUCKET)
    put = [entry.path for entry in rig.backend.journal if entry.method == "PUT"]

    assert PLACE == result["output_path"]
    assert not {f"/storage-{BUCKET}/{path}" for path in sent} & set(put)
    found = in_bucket(rig)
    assert manifest_of(expected) == said(found.pop(f"{PLACE}.manifest.json"))
    assert {f"{PLACE}/{name}": body for name, body in expected.items()} == found
    assert not rig.home.exists()


def test_a_name_that_becomes_a_directory_keeps_what_lies_in_it(rig, monkeypatch) -> None:
    """An exporter may be changed between two runs: what is not wanted any more goes alone.

    Another's object below such a name is theirs, whether the upload goes on or is taken back.
    """

    def cut(root, local, path, honest=S3Storage.write_file):
        if path.endswith("manifest.json"):
            raise StorageUnreachableError("cut", path=path)
        return honest(root, local, path)

    def writing(name):
        class Writing(BaseExporter):
            def additional_file_saving(self, unique_export_path):
                path = Path(unique_export_path) / name
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(b"said")

        return type("Action", (ExportAction,), {"entrypoint": Writing})

    with monkeypatch.context() as patch:
        patch.setattr(S3Storage, "write_file", cut)
        with pytest.raises(StepFailed, match="cut"):
            rig.export(IN_PROCESS, writing("meta"), storage=BUCKET)
    rig.export(IN_PROCESS, writing("meta/a"), storage=BUCKET)
    found = in_bucket(rig)

    assert b"said" == found[f"{PLACE}/meta/a"]
    assert f"{PLACE}/meta" not in found
    assert {name.removeprefix(f"{PLACE}/") for name in found} - {f"{PLACE}.manifest.json"} == set(
        said(found[f"{PLACE}.manifest.json"])
    )


def test_discard_takes_back_what_was_sent(rig, monkeypatch) -> None:
    """Of this export, and nothing else."""

    def cut(root, local, path, honest=S3Storage.write_file):
        if path.endswith("manifest.json"):
            raise StorageUnreachableError("cut", path=path)
        return honest(root, local, path)

    with monkeypatch.context() as patch:
        patch.setattr(S3Storage, "write_file", cut)
        with pytest.raises(StepFailed, match="cut"):
            rig.export(IN_PROCESS, storage=BUCKET)
    assert 14 == len(in_bucket(rig))
    result = rig.export(IN_PROCESS, storage=BUCKET, discard=True, filter={"project": 1, "id": 1})

    assert PLACE == result["output_path"]
    assert {f"{PLACE}/labels/사진 1.json", f"{PLACE}/origin_files/사진 1.jpg", f"{PLACE}.manifest.json"} == set(
        in_bucket(rig)
    )


@pytest.mark.parametrize("point", ["publish", "clear"])
@pytest.mark.parametrize("storage", [3, BUCKET])
def test_a_run_that_ends_once_the_export_stands_is_only_cleared_up_after(rig, monkeypatch, storage, point) -> None:
    """The same command says what the interrupted one came to; it asks for no row and makes no second export."""
    from sdk.plugins.actions.export.staging import Staging
    from sdk.plugins.actions.export.steps import finalize

    def killed(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if point == "clear":
            patch.setattr(Staging, "discard", killed)
        else:
            patch.setattr(finalize, "_clear_up", killed)
        with pytest.raises(KeyboardInterrupt) as interruption:
            rig.export(DELEGATED, storage=storage)
    assert "The export stands at" in interruption.value.__notes__[0]
    rig.requests()
    calls = []
    hooked = type("Hooked", (BaseExporter,), {"convert_data": lambda self, data: calls.append(data)})
    result = rig.export(DELEGATED, type("Action", (ExportAction,), {"entrypoint": hooked}), storage=storage)
    again = rig.export(DELEGATED, storage=storage)

    assert [] == calls
    assert PLACE == str(result["output_path"])[-len(PLACE) :]
    assert f"{PLACE}(1)" == str(again["output_path"])[-len(f"{PLACE}(1)") :]
    assert (7, 0, 7, "delegated") == tuple(
        result[key] for key in ("exported_count", "failed_count", "total_count", "head")
    )
    assert [] == list(rig.root.rglob(".async_jobs"))
    assert not rig.home.exists()


def test_a_staging_for_elsewhere_is_found_again_and_belongs_to_its_place(rig) -> None:
    """One directory for each export, below the one that the environment names."""
    for name in ("exp", "other"):
        with pytest.raises(StepFailed, match="broken"):
            rig.export(IN_PROCESS, BrokenAction, storage=BUCKET, name=name)
    assert 2 == len(list(rig.home.iterdir()))
    assert {0o700} == {rig.home.stat().st_mode & 0o777}
    for name in ("exp", "other"):
        assert 7 == rig.export(IN_PROCESS, storage=BUCKET, name=name)["exported_count"]
        assert "EXPORT_RESUMED" in rig.logger.message_keys()

    assert [] == list(rig.home.iterdir())
