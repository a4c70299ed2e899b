"""The manifest: every shape that backends have sent, and nothing that leads out of the storage."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export.errors import ManifestError
from sdk.plugins.actions.export.manifest import Manifest, Part
from sdk.plugins.actions.export.targets import TASK

PREFIX = "exports/run/.async_jobs/exports/0b7c"


def job(manifest, *, nested=True):
    """Return a finished job with a manifest."""
    return {"id": "0b7c", "status": "COMPLETED", "data": {"manifest": manifest} if nested else manifest}


def manifest(parts=None, records=None, **fields):
    """Return a manifest of tasks."""
    summary = {"dir": "task"} | {"records": records} | ({} if parts is None else {"parts": parts})
    return {"prefix": PREFIX, "result_uri": "file:///x", "targets": {"task": summary}} | fields


@given(st.lists(st.integers(0, 9), min_size=1, max_size=5), st.booleans())
def test_parts_are_read_in_the_order_of_the_list(counts, nested) -> None:
    """contract.md 2.5; older backends have the manifest in ``data`` itself."""
    parts = [{"path": f"task/part-{n:05d}.jsonl", "records": count} for n, count in enumerate(counts)]

    found = Manifest.of_job(job(manifest(parts, sum(counts)), nested=nested), TASK)

    assert tuple(Part(part["path"], part["records"]) for part in parts) == found.parts
    assert (PREFIX, "file:///x", sum(counts)) == (found.prefix, found.result_uri, found.records)


def test_without_parts_there_is_one_file_named_after_the_target() -> None:
    """contract.md 2.5: the single-file layout; records may be a flat number or one by target."""
    expected = (Part("tasks.jsonl", 4),)

    assert expected == Manifest.of_job(job(manifest(records=4)), TASK).parts
    assert expected == Manifest.of_job(job({"prefix": PREFIX, "records": 4}), TASK).parts
    assert expected == Manifest.of_job(job({"prefix": PREFIX, "records": {"task": 4}}), TASK).parts


def test_no_parts_and_no_records_is_an_empty_export() -> None:
    """incidents.md 2, SYN-7218: no file was written, and that is fine; with records it is not."""
    assert () == Manifest.of_job(job(manifest([], 0)), TASK).parts
    assert (Part("tasks.jsonl", 3),) == Manifest.of_job(job(manifest([], 3)), TASK).parts


UNSAFE = ["../x", "a/../../x", "..", "/etc", "a\\..\\b", "a\0b"]


@pytest.mark.parametrize("path", UNSAFE)
def test_a_path_that_leaves_the_storage_is_refused_wherever_it_stands(path: str) -> None:
    """contract.md 2.5, traversal guard."""
    with pytest.raises(ManifestError, match=r"prefix .* would leave the storage"):
        Manifest.of_job(job(manifest([], 0, prefix=path)), TASK)
    with pytest.raises(ManifestError, match=r"part path .* would leave the storage"):
        Manifest.of_job(job(manifest([{"path": path, "records": 0}], 0)), TASK)


@pytest.mark.parametrize(
    ("sentence", "broken"),
    [
        ("names no bundle: its manifest's prefix is None", {}),
        ("names no bundle: its manifest's prefix is ''", {"prefix": ""}),
        ("declares 5 records, but its parts add up to 4", manifest([{"path": "a", "records": 4}], 5)),
        ("Part 1 of the manifest has no path", manifest([{"records": 4}], 4)),
        (r"records \(part 1\) is -1", manifest([{"path": "a", "records": -1}])),
        (r"records \(records\) is '4'", manifest(records="4")),
        ("parts are dict; a list is needed", manifest({"a": 1}, 1)),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused_with_what_is_wrong(sentence: str, broken) -> None:
    """Nothing is read by a manifest that contradicts itself."""
    with pytest.raises(ManifestError, match=sentence):
        Manifest.of_job(job(broken), TASK)


@pytest.mark.parametrize(
    ("expected", "prefix"),
    [
        (True, PREFIX),
        (True, ".async_jobs/exports/7"),
        (False, ".async_jobs/exports"),
        (False, "exports/run"),
        (False, "exports/.async_jobs/run/exports/7"),
        (False, "x.async_jobs/exports/7"),
    ],
)
def test_only_what_lies_where_bundles_lie_is_ever_removed(expected, prefix) -> None:
    """A wrong prefix must not cost anybody's data."""
    assert expected == Manifest.of_job(job(manifest([], 0, prefix=prefix)), TASK).is_removable
