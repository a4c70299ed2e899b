"""The bundle of a finished job is read again for as long as it is what was verified; else there is a new job."""

from __future__ import annotations

import json

import pytest
from export_rig import (
    BUCKET,
    DELEGATED,
    DESTINATION,
    FILE_SYSTEM,
    IN_PROCESS,
    JOBS,
    Broken,
    BrokenAction,
    before,
    bundles,
    document,
    rigged,
    standing,
    stop,
    task,
    tree,
)

from sdk.plugins.actions.export.errors import BundlePartError, IntegrityError
from sdk.plugins.actions.export.identity import digest_of
from sdk.plugins.errors import StepFailed


def forget_verification(rig) -> None:
    """Make the checkpoint one of a version that did not note what was verified."""
    (location,) = rig.root.rglob("checkpoint.json")
    body = json.loads(location.read_text())
    assert 7 == body["job"].pop("verified")["count"]
    del body["digest"]
    location.write_text(json.dumps({**body, "digest": digest_of(body)}))


@pytest.mark.parametrize("storage", [FILE_SYSTEM, BUCKET])
def test_a_finished_bundle_is_read_without_a_word_about_its_job(rig, storage) -> None:
    """incidents.md 6.7: a failed run once deleted the bundle that it could have used again."""
    with pytest.raises(StepFailed, match="broken"):
        rig.export(DELEGATED, BrokenAction, storage=storage)
    rig.requests()
    result = rig.export(DELEGATED, storage=storage)

    assert not [path for _, path in rig.requests() if path.startswith("/v2/")]
    assert 7 == result["exported_count"]
    assert [] == list(rig.root.rglob(".async_jobs"))


@pytest.mark.parametrize("storage", [FILE_SYSTEM, BUCKET])
def test_a_job_whose_bundle_is_gone_is_replaced(rig, storage) -> None:
    """Somebody cleared the storage; the run does not end in a missing part for ever."""
    with pytest.raises(KeyboardInterrupt):
        rig.export(DELEGATED, before("bundle_read", stop), storage=storage)
    root = rig.v1.open_storage(storage, "write")
    assert root.delete_tree(f"{DESTINATION}/.async_jobs")
    root.close()
    rig.requests()
    result = rig.export(DELEGATED, storage=storage)

    assert 1 == rig.requests().count(JOBS)
    assert "is not in the storage any more. The server is asked for a new one." in rig.logger.texts()
    assert 7 == result["exported_count"]


@pytest.mark.parametrize("late", [False, True])
def test_a_bundle_that_was_refused_is_not_read_again(rig, late) -> None:
    """Damage that shows before anything was saved, or after: the next run gets a new bundle, and clears up both."""

    def damage(_):
        (part,) = rig.root.rglob("part-00001.jsonl")
        lines = part.read_bytes().splitlines(keepends=True)
        lines[4] = lines[4].replace(b"}", b"", 1) if late else b'{"no": "id"}\n'
        part.write_bytes(b"".join(lines))

    with pytest.raises(StepFailed) as error:
        rig.export(DELEGATED, before("bundle_read", damage))
    (old,) = bundles(rig)
    notes = [*error.value.__notes__, *error.value.__cause__.__notes__]
    assert any("asks the server for a new one" in note and old in note for note in notes)
    rig.requests()
    result = rig.export(DELEGATED)

    assert 1 == rig.requests().count(JOBS)
    assert old != result["job_id"]
    assert (7, set()) == (result["exported_count"], bundles(rig))


@pytest.mark.parametrize("added", [False, True])
def test_a_bundle_that_changes_after_it_was_verified_is_refused(rig, added) -> None:
    """A worker that nobody waits for any more writes on, or the storage loses lines: the next run gets a new bundle."""

    def change(_):
        (part,) = rig.root.rglob("part-00001.jsonl")
        lines = part.read_bytes().splitlines(keepends=True)
        foreign = b'{"id": 0, "data": {}, "files_manifest": {}}\n'
        part.write_bytes(b"".join([*lines, foreign] if added else lines[:3]))

    held = 8 if added else 3
    with pytest.raises(StepFailed, match=rf"7 row\(s\) were verified and {held} are there now") as error:
        rig.export(DELEGATED, before("convert_data", change))
    assert isinstance(error.value.__cause__, BundlePartError)
    assert {} == standing(rig.root)
    rig.requests()

    assert 7 == rig.export(DELEGATED)["exported_count"]
    assert 1 == rig.requests().count(JOBS)
    assert set() == bundles(rig)


@pytest.mark.parametrize("is_old", [False, True])
@pytest.mark.parametrize("change", ["less", "other"])
def test_a_verified_bundle_that_changes_between_two_runs_is_refused(rig, change, is_old) -> None:
    """It is held against what was verified; without a note of that, against its scope."""
    with pytest.raises(StepFailed, match="broken"):
        rig.export(DELEGATED, BrokenAction)
    if is_old:
        forget_verification(rig)
    (part,) = rig.root.rglob("part-00001.jsonl")
    lines = part.read_bytes().splitlines(keepends=True)
    lines[6:] = [] if change == "less" else [lines[6].replace(b'"id": 1', b'"id": 0').replace(b'"id":1', b'"id":0')]
    part.write_bytes(b"".join(lines))
    with pytest.raises(StepFailed, match="bundle") as error:
        rig.export(DELEGATED)

    assert isinstance(error.value.__cause__, IntegrityError)
    assert 7 == rig.export(DELEGATED)["exported_count"]


@pytest.mark.parametrize("is_old", [False, True])
def test_a_verified_bundle_is_exported_whatever_its_scope_has_become(is_old) -> None:
    """An active project: one row leaves the selection and another enters it between two runs of one command."""
    seed = document(8)
    for row in seed["tasks"]:
        row["status_label"] = "completed" if row["id"] < 8 else "stand_by"
    asked = {"project": 1, "status_label": "completed"}
    with rigged(seed) as rig:
        with pytest.raises(StepFailed, match="broken"):
            rig.export(DELEGATED, BrokenAction, filter=asked)
        if is_old:  # written by a version that did not note it: the scope is all there is to compare with
            forget_verification(rig)
        else:
            rig.add(task(1, status_label="stand_by"), task(8, data_unit=1, status_label="completed"))
        rig.requests()
        result = rig.export(DELEGATED, filter=asked)

        assert (7, [], []) == (result["exported_count"], result["removed"], result["warnings"])
        assert JOBS not in (requests := rig.requests())
        assert is_old == (("GET", "/sdk/tasks/") in requests)


def test_wrapped_payloads_of_a_bundle_are_downloaded_once(rig) -> None:
    """contract.md 3.3: a line may hold a link; the payload behind it is a completed row's."""

    def wrap(_):
        (part,) = rig.root.rglob("part-00001.jsonl")
        rows = [json.loads(line) for line in part.read_bytes().splitlines()]
        for row in rows:
            del row["size"], row["data_digest"]
            if row["id"] in {7, 5, 3}:
                row["data"] = rig.v2.tasks.bulk_fetch([row["id"]])[0]["data"]
        part.write_text("".join(f"{json.dumps(row)}\n" for row in rows))

    with pytest.raises(StepFailed, match="broken"):
        rig.export(DELEGATED, type("Action", (before("bundle_read", wrap),), {"entrypoint": Broken}))
    rig.backend.journal.clear()
    expected = tree(rig.export(DELEGATED)["output_path"])
    asked = sorted(entry.path.split("/")[4] for entry in rig.backend.journal if "/payloads/" in entry.path)

    assert ["3"] == asked
    assert expected == tree(rig.export(IN_PROCESS)["output_path"])
