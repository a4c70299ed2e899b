"""No value from outside leads a writer out of its root: refused or contained, with the same files outside as before."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import boto3
import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import ValidationError

from fake_backend import FakeBackend
from sdk.plugins.actions.export.names import generated_name, label_name, leaf
from sdk.plugins.actions.export.params import ExportParams
from sdk.storage import UnsafePathError
from sdk.storage.errors import StorageError
from sdk.storage.file_system import FileSystemStorage
from tests.access.paths import PATHS
from tests.http.small_backend import small_document

PROJECT = Path(__file__).resolve().parents[2]
CLIMBING = ["..", ".", "", "...", ".. ", "..\0", "%2e%2e", "%2E%2E%2F", "..%2f", "..%5c", "C:", "c:..", "a\0b"]
ODD = ["\uff0e\uff0e", "n" * 300, "한글", "a.", "~", "-", "$HOME", "\\\\host\\share", "con", ".async_jobs"]
SEGMENTS = st.sampled_from([*CLIMBING, *ODD, "a", "out", "out-file", "circle"])
HOSTILE = st.lists(st.tuples(SEGMENTS, st.sampled_from(["/", "\\", "//"])), min_size=1, max_size=5).map(
    lambda pairs: "".join(segment + separator for segment, separator in pairs)
)
NAMED = st.builds(
    lambda start, hostile, last: f"{start}{hostile}{last}", st.sampled_from(["", "/", "/tmp/"]), HOSTILE, SEGMENTS
)


class Yard:
    """A root with links out of it, and what lies outside."""

    def __init__(self, at):
        self.at = at
        self.root = at / "root"
        outside = at / "outside"
        outside.mkdir()
        self.root.mkdir()
        (outside / "kept").write_text("kept")
        (self.root / "out").symlink_to(outside)
        (self.root / "out-file").symlink_to(outside / "kept")
        (self.root / "circle").symlink_to(self.root / "circle")

    def outside(self):
        """Return every file and directory outside of the root with what it holds."""
        return {
            str(path): path.read_bytes() if path.is_file() else None
            for path in self.at.rglob("*")
            if self.root not in path.parents
        }


@pytest.fixture(scope="module")
def yard(tmp_path_factory):
    """Yield a root that every case of a search writes below."""
    return Yard(tmp_path_factory.mktemp("yard"))


@pytest.fixture(scope="module")
def backend(yard):
    """Yield a backend whose storage 3 is the root."""
    document = small_document(1)
    document["storages"][0]["configuration"] = {"location": str(yard.root)}
    with FakeBackend(seed=document) as opened:
        yield opened


@given(path=NAMED, name=NAMED)
def test_an_export_writes_below_its_storage_or_nowhere(yard, backend, path, name) -> None:
    """400 by field, or a bundle below the root; the name of an original is no part of any path."""
    before = yard.outside()
    document = small_document(1)
    document["data_units"][0]["files"]["image_1"]["file_name_original"] = name.replace("\0", "") or "a"
    backend.seed({key: document[key] for key in document if key not in {"storages", "tokens", "jobs"}})
    headers = backend.tokens["acme"].headers
    body = {"storage_id": 3, "path": path, "targets": ["task"], "project_id": 1, "include_original_files": True}
    answer = requests.post(f"{backend.url}/v2/plugin_exports/", json=body, headers=headers)
    if answer.status_code == 400:
        error = answer.json()["error"]
        assert "path" == error["details"][0]["field"]
        assert error["expected"]
    else:
        assert 202 == answer.status_code, answer.text
        assert ".." not in path.replace("\\", "/").split("/")
        job_url = f"{backend.url}/v2/async_jobs/{answer.json()['data']['job_id']}/"
        requests.get(f"{job_url}progress/", headers=headers).close()
        backend.clock.advance(60)
        job = requests.get(job_url, headers=headers).json()["data"]
        assert job["status"] in {"COMPLETED", "FAILED"}  # FAILED: a name that this file system does not take
        if job["status"] == "COMPLETED":
            made = yard.root / job["data"]["manifest"]["prefix"]
            assert made.is_dir()
            assert made.resolve().is_relative_to(yard.root)
    assert before == yard.outside()


@given(path=NAMED, row=st.integers(1, 9))
def test_the_sdk_writes_below_its_root_or_nowhere(yard, path, row) -> None:
    """A storage refuses or contains, whatever it is asked for; names of files are one segment; so is an export's."""
    before = yard.outside()
    storage = FileSystemStorage(yard.root)
    name = leaf(path)
    for target in (path, f"labels/{label_name(name, row)}", f"labels/{generated_name(name or 'x', row)}"):
        try:
            storage.write_bytes(target, b"x")
        except StorageError:
            continue
        assert (yard.root / target).resolve().is_relative_to(yard.root)
    assert name is None or "/" not in name
    for field in ("name", "path"):
        given_params = {"name": "n", "storage": 3, "path": "p", "target": "task", "filter": {"project": 1}, field: path}
        try:
            kept = getattr(ExportParams(**given_params), field)
        except ValidationError:
            continue
        try:
            storage.write_bytes(f"{kept}/x", b"x")
        except StorageError:
            continue
        assert (yard.root / kept / "x").resolve().is_relative_to(yard.root)
        assert field == "path" or "/" not in kept
    assert before == yard.outside()


def test_a_storage_refuses_what_climbs_with_the_path_that_was_given(yard) -> None:
    """The refusal is one that a caller can tell from a full disk."""
    with pytest.raises(UnsafePathError, match="outside"):
        FileSystemStorage(yard.root).write_bytes("a/../../outside/new", b"x")


@given(path=NAMED)
@example(path="..\\a\0b")
def test_an_id_that_is_a_path_names_nothing(yard, backend, path) -> None:
    """404 in a URL, 400 in a body or where a code holds NUL, which no database keeps: never the contents of a file."""
    before, headers = yard.outside(), backend.tokens["acme"].headers
    spelt, refusals = quote(path, safe=""), {400, 404} if "\0" in path else {404}
    for url in (f"/jobs/{spelt}/", f"/plugin_releases/{spelt}/", f"/v2/async_jobs/{spelt}/"):
        assert requests.get(backend.url + url, headers=headers).status_code in refusals, url
    run = {"action": "deployment", "agent": 1, "params": {}}
    assert requests.post(f"{backend.url}/plugins/{spelt}/run/", json=run, headers=headers).status_code in refusals
    body = {"storage_id": path, "path": "p", "targets": ["task"], "project_id": 1}
    assert 400 == requests.post(f"{backend.url}/v2/plugin_exports/", json=body, headers=headers).status_code
    assert before == yard.outside()


@pytest.mark.parametrize("key", ["../../outside/new", "/tmp/new", "a/../../b", "..", "C:\\new", "..\\..\\new"])
def test_a_key_of_an_object_is_no_path(yard, key) -> None:
    """Kept and given back under the very key, with no file anywhere, also where the database is a file."""
    before = yard.outside()
    place = yard.root / "world.db"
    with FakeBackend(seed=small_document(1), database=f"sqlite:///{place}") as backend:
        session = requests.post(
            f"{backend.url}/storages/4/session/", json={"purpose": "write"}, headers=backend.tokens["acme"].headers
        ).json()["configuration"]
        client = boto3.client(
            "s3",
            endpoint_url=session["endpoint_url"],
            region_name=session["region_name"],
            aws_access_key_id=session["access_key"],
            aws_secret_access_key=session["secret_key"],
        )
        client.put_object(Bucket=session["bucket_name"], Key=key, Body=b"x")
        listed = [row["Key"] for row in client.list_objects_v2(Bucket=session["bucket_name"])["Contents"]]
    assert [key] == listed
    assert before == yard.outside()
    place.unlink()


@pytest.mark.parametrize("path", ["/_fake/seed/", "/_fake/faults/"])
@pytest.mark.parametrize("body", ["../seed.json", "demo", "/etc/passwd", ["../seed.json"]])
def test_a_seed_over_the_wire_is_never_a_file(backend, body, path) -> None:
    """400: a document is an object, and so is a fault plan."""
    assert 400 == requests.post(backend.url + path, json=body).status_code


def test_a_storage_without_a_location_lies_below_the_root(tmp_path) -> None:
    """Its directory is named by its number, which no document can make climb."""
    with FakeBackend(seed=small_document(1), storage_root=tmp_path / "here") as backend:
        assert str(tmp_path / "here" / "storage-3") == backend.storage_root(3)


@pytest.mark.parametrize("row", PATHS, ids=lambda row: row.where)
def test_each_row_of_the_table_names_a_test_that_is_there(row) -> None:
    """The page promises what a test holds."""
    file, _, test = row.test.partition("::")

    assert f"\ndef {test}(" in (PROJECT / file).read_text(encoding="utf-8")
