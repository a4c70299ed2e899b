"""A world that outlives its process: what a backend finds when it is made anew on the database of one that is gone."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from sqlalchemy import select

from fake_backend import FakeBackend, Refusal
from fake_backend.store import lives, schema
from fake_backend.store.database import DatabaseUnusable
from tests.http.small_backend import Caller, small_document
from tests.http.three_targets import PATHS, three_targets

PATIENCE = 30  # seconds until a process that hangs fails the test; nothing is measured with it
JOB = {"path": "exports/run", "targets": ["task"], "project_id": 1, "chunk_size": 1, "include_original_files": True}


@pytest.fixture
def file_url(tmp_path):
    """Return the URL of a file that is not there yet."""
    return f"sqlite:///{tmp_path / 'world.db'}"


@pytest.fixture
def url(request, file_url, tmp_path, monkeypatch):
    """Yield the URL of a database that is not there yet: a schema where the run has a server, a file elsewhere."""
    monkeypatch.chdir(tmp_path)  # where storages lie that a server's database has no place for
    worlds = request.config.pluginmanager.get_plugin("worlds")
    if worlds is None:
        yield file_url
        return
    with worlds.lent() as schema_url:
        yield schema_url


def root_of(url):
    """Return the directory for the storages of a world that has no file to lie beside."""
    return None if url.startswith("sqlite") else "storages"


@contextmanager
def opened(url, seed=None, **options):
    """Yield a backend on a database, and a session of its first user; nothing is put in order when it is left."""
    backend = FakeBackend(seed=seed or three_targets(), database=url, **{"storage_root": root_of(url), **options})
    with backend:
        caller = Caller(backend, backend.tokens["acme"].headers)
        yield backend, caller
        caller.session.close()


def tables(backend):
    """Return all rows of all tables but that of the world's lives."""
    with backend._world.database.transaction() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table))]
            for table in schema.metadata.sorted_tables
            if table.name != "lives"
        }


HELD_BY_ANOTHER = """
import sys
from pathlib import Path
from fake_backend.store.hold import AlreadyHeld, Hold
try:
    Hold(Path(sys.argv[1]))
except AlreadyHeld:
    sys.exit(0)
sys.exit("nobody holds it")
"""


def test_one_database_is_one_backends_at_a_time(file_url, tmp_path) -> None:
    """A second one would take the first one's jobs for lost; it is refused, and the first goes on."""
    with opened(file_url) as (_, acme):
        with pytest.raises(DatabaseUnusable, match=r"world\.db' is in use by another backend.*name another file"):
            FakeBackend(seed=three_targets(), database=file_url)
        other = subprocess.run(
            [sys.executable, "-c", HELD_BY_ANOTHER, f"{tmp_path / 'world.db'}"], timeout=PATIENCE, check=False
        )
        assert 0 == other.returncode
        assert 200 == acme.get("/sdk/tasks/").status_code
    with opened(file_url):
        pass


def test_a_world_is_found_as_it_was_left(url) -> None:
    """Every row, token, directory and object, whatever became of them since the seed: nothing is seeded again."""
    with opened(url) as (backend, acme):
        backend.remove("assignment", [105])
        backend.remove("ground_truth", [980])
        acme.patch("/jobs/11111111-1111-1111-1111-111111111111/", json={"status": "RUNNING"})
        before = tables(backend), backend.tokens, backend.storage_root(3), backend._world.objects.credentials
    with opened(url) as (backend, acme):
        assert before == (
            tables(backend),
            backend.tokens,
            backend.storage_root(3),
            backend._world.objects.credentials,
        )
        for target, paths in PATHS.items():
            rows = acme.get(f"{paths.v1}?response_mode=presigned&page_size=1000").json()["results"]
            for row in rows:
                if "presigned_url" in row["data"]:
                    body = acme.get(row["data"]["presigned_url"], headers={"Authorization": None}).content
                    assert (target, row["data"]["size"]) == (target, len(body))
        file = acme.get("/sdk/assignments/?id=104").json()["results"][0]["file"]
        assert b"image" == acme.get(file["url"], headers={"Authorization": None}).content


def test_objects_are_found_with_all_that_is_stored_about_them(url) -> None:
    """Bodies, headers, checksums, dates and entity tags, of parts joined too; what was removed stays removed."""
    import boto3

    def client(backend, caller):
        session = caller.post("/storages/4/session/", json={"purpose": "write"}).json()["configuration"]
        return boto3.client(
            "s3",
            endpoint_url=session["endpoint_url"],
            region_name=session["region_name"],
            aws_access_key_id=session["access_key"],
            aws_secret_access_key=session["secret_key"],
        )

    def seen(s3):
        found = [s3.head_object(Bucket="storage-4", Key=key, ChecksumMode="ENABLED") for key in ("a/b", "long", "copy")]
        for head in found:
            del head["ResponseMetadata"]
        keys = [item["Key"] for item in s3.list_objects_v2(Bucket="storage-4")["Contents"]]
        return found, keys, s3.get_object(Bucket="storage-4", Key="a/b")["Body"].read()

    with opened(url) as (backend, acme):
        s3 = client(backend, acme)
        for body in (b"first", b"second"):
            s3.put_object(Bucket="storage-4", Key="a/b", Body=body, ContentType="text/x", Metadata={"who": "me"})
        s3.copy_object(Bucket="storage-4", Key="copy", CopySource="storage-4/a/b")
        s3.put_object(Bucket="storage-4", Key="gone", Body=b"")
        s3.delete_object(Bucket="storage-4", Key="gone")
        upload = s3.create_multipart_upload(Bucket="storage-4", Key="long")["UploadId"]
        named = {"Bucket": "storage-4", "Key": "long", "UploadId": upload}
        etags = [
            {"PartNumber": number, "ETag": s3.upload_part(**named, PartNumber=number, Body=body)["ETag"]}
            for number, body in ((1, b"x" * 5 * 2**20), (2, b"end"))
        ]
        s3.complete_multipart_upload(**named, MultipartUpload={"Parts": etags})
        before = seen(s3)
        s3.close()
    with opened(url) as (backend, acme):
        s3 = client(backend, acme)
        assert before == seen(s3)
        assert ["a/b", "copy", "long"] == before[1]
        assert b"second" == before[2]
        assert upload != s3.create_multipart_upload(Bucket="storage-4", Key="long")["UploadId"]
        s3.close()


@pytest.mark.parametrize("storage", [3, 4])
def test_a_job_under_way_has_failed_and_a_finished_one_is_whole(url, storage) -> None:
    """The lost worker is named and its part of a bundle is gone; the other bundle and both documents are there."""
    with opened(url) as (backend, acme):
        jobs = [acme.post("/v2/plugin_exports/", json={**JOB, "storage_id": storage}).json()["data"]["job_id"]]
        backend.clock.advance(60)
        for _ in range(2):
            jobs.append(acme.post("/v2/plugin_exports/", json={**JOB, "storage_id": storage}).json()["data"]["job_id"])
            backend.clock.advance(0.35 if len(jobs) == 2 else 0)
        paths = [f"/v2/async_jobs/{job}/" for job in jobs]
        before = [acme.get(path).json()["data"] for path in paths]
        assert ["COMPLETED", "PROCESSING", "PENDING"] == [job["status"] for job in before]
        whole, partial = written(backend, storage, jobs[0]), written(backend, storage, jobs[1])
        assert whole
        assert partial
    with opened(url) as (backend, acme):
        after = [acme.get(path).json()["data"] for path in paths]
        assert before[0] == after[0]
        assert whole == written(backend, storage, jobs[0])
        for job, number in ((after[1], 1), (after[2], 2)):
            assert ("FAILED", True) == (job["status"], "worker was lost" in job["data"]["error"])
            assert job["finished"]
            assert not written(backend, storage, jobs[number])
            assert 409 == acme.post(f"{paths[number]}cancel/").status_code
        again = acme.post("/v2/plugin_exports/", json={**JOB, "storage_id": storage}).json()["data"]["job_id"]
        assert again not in jobs
        backend.clock.advance(60)
        assert "COMPLETED" == acme.get(f"/v2/async_jobs/{again}/").json()["data"]["status"]


def written(backend, storage, job):
    """Return what a storage holds of a job's bundle, by path."""
    prefix = f"exports/run/.async_jobs/exports/{job}"
    if storage == 3:
        root = Path(backend.storage_root(3), prefix)
        return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}
    objects = backend._world.objects
    return {key: objects.get("storage-4", key) for key in objects.keys("storage-4", prefix)}


def test_nothing_that_is_drawn_is_drawn_again(url) -> None:
    """Ids of jobs and of requests differ in every life, and the journal tells which one it is of."""
    drawn, found = set(), []
    for life in range(3):
        with opened(url) as (backend, acme):
            drawn.add(acme.post("/v2/plugin_exports/", json={**JOB, "storage_id": 3}).json()["data"]["job_id"])
            drawn.add(acme.get("/v2/tasks/").json()["meta"]["request_id"])
            journal = acme.get("/_fake/journal/").json()
            assert [(life, 1), (life, 2), (life, 3)] == [
                (journal["life"], entry["number"]) for entry in journal["entries"]
            ]
            found.append(backend.tokens)

    assert 6 == len(drawn)
    assert found[0] == found[1] == found[2]


def test_another_document_is_added_once_and_a_reset_starts_over(url) -> None:
    """A document that the database was started with is not loaded again; after a reset it is."""
    with opened(url, small_document(3)) as (backend, _):
        backend.remove_tasks([1])
    with opened(url, small_document(5)) as (backend, _):
        assert 6 == backend.counts()["tasks"]
        backend.remove_tasks([1, 4])
    for document in (small_document(3), small_document(5)):
        with opened(url, document) as (backend, _):
            assert 4 == backend.counts()["tasks"]
    with opened(url, small_document(3)) as (backend, _):
        backend.reset()
        assert 4 == backend.counts()["tasks"]
    with opened(url, small_document(3)) as (backend, _):
        assert 4 == backend.counts()["tasks"]


def test_a_start_that_is_cut_short_leaves_nothing(file_url, monkeypatch) -> None:
    """Rows, objects and the mark that they are there come in one transaction: the next start begins anew."""
    with monkeypatch.context() as patched:
        patched.setattr(lives.Lives, "seeded", lambda *_: 1 // 0)
        with pytest.raises(ZeroDivisionError):
            FakeBackend(seed=small_document(), database=file_url)
    with sqlite3.connect(file_url.removeprefix("sqlite:///")) as connection:
        assert [(0,), (0,)] == [
            connection.execute(f"SELECT count(*) FROM {name}").fetchone() for name in ("tasks", "objects")
        ]
    connection.close()
    with opened(file_url, small_document()) as (backend, _):
        assert 8 == backend.counts()["tasks"]


def test_storages_lie_beside_the_database_or_where_an_option_says(file_url, tmp_path) -> None:
    """They are kept when the backend is closed, and a reset empties them without touching what is beside them."""
    with opened(file_url) as (backend, _):
        first = Path(backend.storage_root(3))
        (first / "left").write_text("here")
    assert tmp_path / "world.db-storages" / "storage-3" == first
    with opened(file_url) as (backend, _):
        assert "here" == (Path(backend.storage_root(3)) / "left").read_text()
    other, root = f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "named" / "root"
    with opened(other, storage_root=root) as (backend, _):
        assert root / "storage-3" == Path(backend.storage_root(3))
        (root / "storage-3" / "left").write_text("here")
        (root / "beside").write_text("mine")
    with opened(other, storage_root=root) as (backend, _):
        backend.reset()
        assert [] == list((root / "storage-3").iterdir())
        assert "mine" == (root / "beside").read_text()


def test_a_storage_root_that_cannot_be_is_refused(tmp_path) -> None:
    """A file is no directory; the sentence names the place."""
    (tmp_path / "file").write_text("")
    with pytest.raises(Refusal, match="file/storage-3"):
        FakeBackend(seed=small_document(), storage_root=tmp_path / "file")


def test_a_database_of_another_seed_or_make_is_refused(file_url, tmp_path) -> None:
    """In one sentence that says what is wrong, before a row is read."""
    with opened(file_url):
        pass
    with pytest.raises(DatabaseUnusable, match="holds a world of seed 0, not 5"):
        FakeBackend(seed="empty", database=file_url, world_seed=5)
    with opened(file_url):  # who was refused holds nothing
        pass
    (tmp_path / "text.db").write_text("no database at all, but a text that is long enough to be read as a header")
    with sqlite3.connect(tmp_path / "strange.db") as connection:
        connection.execute("CREATE TABLE tasks (id INTEGER)")
    connection.close()
    for name, words in (("text.db", "not a database"), ("strange.db", "another version or another program")):
        with pytest.raises(DatabaseUnusable, match=words):
            FakeBackend(seed="empty", database=f"sqlite:///{tmp_path / name}")


def test_a_server_that_is_killed_comes_back_as_it_was(url, tmp_path) -> None:
    """SIGKILL in the middle of a job; the same command then serves the same tokens, rows, URLs and directories."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps(three_targets()), encoding="utf-8")
    options = ["--seed", seed, "--clock", "virtual", "--database", url]
    if root_of(url) is not None:
        options += ["--storage-root", root_of(url)]

    with serving(*options) as (process, line):
        headers = {"Authorization": f"Token {line['user_token']}", "Synapse-Tenant": line["tenant"]}
        job = requests.post(
            f"{line['url']}/v2/plugin_exports/", json={**JOB, "storage_id": 3}, headers=headers, timeout=10
        ).json()["data"]["job_id"]
        requests.post(f"{line['url']}/_fake/clock/", json={"advance": 0.35}, timeout=10)
        held = requests.get(
            f"{line['url']}/sdk/tasks/?id=3&response_mode=presigned", headers=headers, timeout=10
        ).json()
        rows = requests.get(f"{line['url']}/v2/tasks/", headers=headers, timeout=10).json()["data"]
        assert list(Path(line["seed"]["storage_root"]).rglob("*.jsonl"))
        process.send_signal(signal.SIGKILL)
        process.wait(PATIENCE)
    ports = [value.rpartition(":")[2] for value in (line["url"], line["storage_url"])]
    with serving(*options, "--port", ports[0], "--storage-port", ports[1]) as (_, again):
        del line["pid"], again["pid"]
        assert line == again
        document = requests.get(f"{line['url']}/v2/async_jobs/{job}/", headers=headers, timeout=10).json()["data"]
        assert ("FAILED", True) == (document["status"], "worker was lost" in document["data"]["error"])
        assert [] == list(Path(line["seed"]["storage_root"]).rglob("*.jsonl"))
        assert rows == requests.get(f"{line['url']}/v2/tasks/", headers=headers, timeout=10).json()["data"]
        assert 3 == requests.get(held["results"][0]["data"]["presigned_url"], timeout=10).json()["n"]


@contextmanager
def serving(*options):
    """Yield (process, ready line) of a served backend, and end it."""
    command = [sys.executable, "-m", "fake_backend", "serve", *map(str, options)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ})
    try:
        yield process, json.loads(process.stdout.readline())
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)
