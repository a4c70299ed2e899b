"""Export jobs from enqueue to bundle: what is refused before a job exists, and what a finished one has written."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from fake_backend.store.listing import Listing

BODY = {
    "storage_id": 3,
    "path": "exports/run",
    "targets": ["task"],
    "project_id": 1,
    "filter": {"project": 1},
    "include_original_files": True,
}


def finished(caller, **changes):
    """Enqueue, follow the stream to its end, and return the job's document."""
    job_id = caller.post("/v2/plugin_exports/", json={**BODY, **changes}).json()["data"]["job_id"]
    with caller.get(f"/v2/async_jobs/{job_id}/progress/", stream=True) as stream:
        stream.content  # noqa: B018 (reading moves the clock)
    return caller.get(f"/v2/async_jobs/{job_id}/").json()["data"]


def lines(root, job):
    """Return the bundle's rows in the order of the manifest's parts."""
    manifest = job["data"]["manifest"]
    parts = manifest["targets"]["task"]["parts"]
    return [
        json.loads(line)
        for part in parts
        for line in (Path(root) / manifest["prefix"] / part["path"]).read_text("utf-8").splitlines()
    ]


@pytest.mark.parametrize("chunk", [1, 3, 7, 100])
def test_a_bundle_has_every_row_once_in_descending_order(acme, backend, chunk) -> None:
    """Parts, their counts and their sum agree with the lines; statuses differ in case as in production."""
    job = finished(acme, chunk_size=chunk)
    rows = lines(backend.storage_root(3), job)
    task = job["data"]["manifest"]["targets"]["task"]

    assert "COMPLETED" == job["status"]
    assert list(range(7, 0, -1)) == [row["id"] for row in rows]
    assert 7 == task["records"] == sum(part["records"] for part in task["parts"])
    assert 7 == task["parts"][-1]["cumulative_records"]


def test_a_line_carries_payload_and_files(acme, backend) -> None:
    """The payload is inline, and the original lies at its ``bundle_path``."""
    job = finished(acme)
    row = lines(backend.storage_root(3), job)[0]
    image = row["files_manifest"]["image_1"]
    copied = Path(backend.storage_root(3)) / job["data"]["manifest"]["prefix"] / image["bundle_path"]

    assert {"n": 7, "pad": "x" * 3000} == row["data"]
    assert ("사진 7.jpg", True) == (image["file_name_original"], image["is_primary"])
    assert b"image" == copied.read_bytes()


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"ids": "2,5"}, [5, 2]),
        ({"ids": [2, 5, 6], "ids_ex": 5}, [6, 2]),
        ({"_id_gte": 3, "_id_lt": 6}, [5, 4, 3]),
        ({"search": "사진 4"}, [4]),
        ({"id__gt": 99}, []),
    ],
)
def test_a_job_honours_every_key_of_its_filter(acme, backend, wanted, expected) -> None:
    """Selection keys, and the bounds that shards add: the lower one belongs to the shard, the upper does not."""
    job = finished(acme, filter={"project": 1, **wanted})

    assert expected == [row["id"] for row in lines(backend.storage_root(3), job)]
    if not expected:
        assert {"dir": "task", "records": 0, "parts": []} == job["data"]["manifest"]["targets"]["task"]


@pytest.mark.parametrize(
    "changes",
    [
        {"path": "../outside"},
        {"path": "a/../../b"},
        {"path": "a\\..\\b"},
        {"path": "/etc"},
        {"path": "C:\\x"},
        {"path": "a\0b"},
        {"path": ""},
        {"path": 7},
        {"path": "."},
        {"path": "loop/run"},
        {"path": "\ud800"},
        {"ray_job_id": "\ud800"},
        {"filter": {"search": "\ud800"}},
        {"storage_id": 10**30},
        {"project_id": 10**30},
        {"filter": {"ids": ",".join(f"{n}-{n + 1}" for n in range(1, 3000, 3))}},
        {"path": "link/run"},
        {"path": "x" * 300},
        {"storage_id": 5},
        {"storage_id": 99},
        {"project_id": 2},
        {"project_id": "1"},
        {"targets": []},
        {"targets": ["task", "task"]},
        {"filter": []},
        {"filter": {"ids": {"a": 1}}},
        {"filter": {"ids": "x"}},
        {"chunk_size": 0},
        {"include_original_files": "yes"},
        {"format": "zip"},
    ],
)
def test_what_cannot_be_done_is_refused_before_a_job_exists(acme, backend, changes) -> None:
    """400 with field and value; no row of a job, nothing written, nothing scheduled."""
    root = Path(backend.storage_root(3))
    (root / "link").symlink_to("/")
    (root / "loop").symlink_to("loop")
    answer = acme.post("/v2/plugin_exports/", json={**BODY, **changes})

    assert 400 == answer.status_code, answer.text
    assert "error" in answer.json()
    assert ["link", "loop"] == sorted(path.name for path in root.iterdir())
    assert None is acme.get("/_fake/clock/").json()["next_event_in"]


def test_a_link_that_is_put_there_later_leads_nowhere(acme, backend, tmp_path) -> None:
    """The worker checks each path as it writes: the job fails, and nothing lies outside."""
    job_id = acme.post("/v2/plugin_exports/", json=BODY).json()["data"]["job_id"]
    (Path(backend.storage_root(3)) / "exports").symlink_to(tmp_path)
    backend.clock.advance(10)

    assert "FAILED" == acme.get(f"/v2/async_jobs/{job_id}/").json()["data"]["status"]
    assert [] == list(tmp_path.iterdir())


def test_a_job_is_its_owners_alone(acme, globex, anybody) -> None:
    """A colleague and another tenant get 404 for document, stream and cancel."""
    job_id = acme.post("/v2/plugin_exports/", json=BODY).json()["data"]["job_id"]
    colleague = {"Authorization": "Token colleague", "Synapse-Tenant": "acme"}
    for caller, headers in ((globex, None), (anybody, colleague)):
        assert 404 == caller.get(f"/v2/async_jobs/{job_id}/", headers=headers).status_code
        assert 404 == caller.get(f"/v2/async_jobs/{job_id}/progress/", headers=headers).status_code
        assert 404 == caller.post(f"/v2/async_jobs/{job_id}/cancel/", headers=headers).status_code


def test_a_cancelled_job_leaves_nothing_and_a_finished_one_conflicts(acme, backend) -> None:
    """200, again 200, and 409 once a job is done (contract.md 6)."""
    root = Path(backend.storage_root(3))
    job_id = acme.post("/v2/plugin_exports/", json={**BODY, "chunk_size": 1}).json()["data"]["job_id"]
    backend.clock.advance(0.35)
    assert list(root.rglob("*.jsonl"))

    for _ in range(2):
        answer = acme.post(f"/v2/async_jobs/{job_id}/cancel/")
        assert (200, "CANCELLED") == (answer.status_code, answer.json()["data"]["status"])
    backend.clock.advance(60)
    assert [] == [path for path in root.rglob("*") if path.is_file()]
    assert 409 == acme.post(f"/v2/async_jobs/{finished(acme)['id']}/cancel/").status_code


def test_a_bucket_takes_a_bundle_too(acme) -> None:
    """The same bundle in an S3 storage, read with the credentials of a session, by a client that nobody here wrote."""
    import boto3

    job = finished(acme, storage_id=4, chunk_size=3)
    session = acme.post("/storages/4/session/", json={"purpose": "read"}).json()["configuration"]
    client = boto3.client(
        "s3",
        endpoint_url=session["endpoint_url"],
        region_name=session["region_name"],
        aws_access_key_id=session["access_key"],
        aws_secret_access_key=session["secret_key"],
    )
    prefix = job["data"]["manifest"]["prefix"]
    keys = [item["Key"] for item in client.list_objects_v2(Bucket="storage-4", Prefix=f"{prefix}/task/")["Contents"]]
    first = client.get_object(Bucket="storage-4", Key=keys[0])["Body"].read().decode().splitlines()
    client.close()

    assert [f"{prefix}/task/part-0000{number}.jsonl" for number in (1, 2, 3)] == keys
    assert [7, 6, 5] == [json.loads(line)["id"] for line in first]


def test_a_line_says_what_its_payload_must_be(acme, backend) -> None:
    """Size and digest are those of the JSON text as it stands in the line."""
    manifest = finished(acme)["data"]["manifest"]
    path = Path(backend.storage_root(3)) / manifest["prefix"] / manifest["targets"]["task"]["parts"][0]["path"]
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        text = json.dumps(row["data"], ensure_ascii=False, separators=(",", ":"))
        assert text in line
        assert (len(text.encode()), hashlib.sha256(text.encode()).hexdigest()) == (row["size"], row["data_digest"])


def test_a_damaged_payload_ends_the_job_and_leaves_nothing(acme, backend) -> None:
    """One byte flipped in the objects: the job fails, names the row, and removes what it had written."""
    objects = backend._world.objects
    key = next(key for key in objects.keys("synapse-media", "payloads/tasks/3/"))
    body = bytearray(objects.get("synapse-media", key))
    body[-3] ^= 1
    objects.put("synapse-media", key, bytes(body))
    job = finished(acme, chunk_size=1)

    assert ("FAILED", True) == (job["status"], "received 3" in job["data"]["error"])
    assert [] == [path for path in Path(backend.storage_root(3)).rglob("*") if path.is_file()]


def test_a_file_that_is_gone_costs_itself_alone(acme, backend) -> None:
    """Its line keeps the URL and has no ``bundle_path``; every other file is copied."""
    objects = backend._world.objects
    for key in objects.keys("synapse-media", "data-units/3/1/"):
        objects.delete("synapse-media", key)
    rows = lines(backend.storage_root(3), finished(acme))

    assert [3] == [row["id"] for row in rows if "bundle_path" not in row["files_manifest"]["image_1"]]


def test_whatever_breaks_a_worker_ends_its_job(acme, backend, monkeypatch) -> None:
    """An error that nobody foresaw is a failed job and a line in the log, never a clock that stops."""
    monkeypatch.setattr(Listing, "keyset_page", lambda *_a, **_k: [].pop())

    assert "FAILED" == finished(acme)["status"]


@pytest.mark.parametrize(
    ("changes", "status"), [({}, 200), ({"storage_id": 99}, 400), ({"project_id": 2}, 400), ({"path": "link/x"}, 400)]
)
def test_a_dry_run_checks_everything_and_makes_nothing(acme, backend, changes, status) -> None:
    """``?dry_run=true`` gives the refusal that the real call would give, or says that there is none (OpenAPI)."""
    (Path(backend.storage_root(3)) / "link").symlink_to("/")

    assert status == acme.post("/v2/plugin_exports/?dry_run=true", json={**BODY, **changes}).status_code
    assert None is acme.get("/_fake/clock/").json()["next_event_in"]
