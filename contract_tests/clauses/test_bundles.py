"""What a job leaves in the storage: parts that have what the manifest says, rows that pass its filter, or nothing."""

from __future__ import annotations

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.jobs import bundle, enqueue
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.wide import WIDE, scope_with
from contract_tests.oracle import expected_rows
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend

for_each_target = pytest.mark.parametrize("target", TARGETS)
CHUNKS = st.integers(1, 4)
NARROWING: dict[Target, str] = {"task": "is_discarded", "assignment": "status_label", "ground_truth": "classes"}


def document(target: Target, keys: set[int]) -> dict[str, Any]:
    """Return a seed document of rows of one target that have a key and nothing else."""
    return strategies.listed(target, dict.fromkeys(sorted(keys), strategies.INSTANTS[0]))


def finished(backend: FakeBackend, target: Target, chunk: int) -> dict[str, Any]:
    """Return the manifest of a job over all rows of a target."""
    headers = backend.tokens[strategies.MAIN_TENANT].headers
    queued = enqueue(backend, target, LISTS[target].confines, chunk_size=chunk).json()["data"]
    job = f"{backend.url}/v2/async_jobs/{queued['job_id']}/"
    requests.get(f"{job}progress/", headers=headers, timeout=30)  # its end is the job's
    manifest: dict[str, Any] = requests.get(job, headers=headers, timeout=30).json()["data"]["data"]["manifest"]
    return manifest


def folder(backend: FakeBackend) -> Path:
    """Return where the storage is on this machine."""
    return Path(str(backend.storage_root(strategies.STORAGE)))


@for_each_target
@settings(max_examples=3)
@given(st.sets(strategies.IDS), CHUNKS)
def test_the_manifest_adds_up(target: Target, present: set[int], chunk: int) -> None:
    """One target, named; its records are those of its parts, each of which tells how many there are up to its end."""
    with FakeBackend(seed=document(target, present)) as backend:
        manifest = finished(backend, target, chunk)
        assert {"prefix", "result_uri", "targets"} == set(manifest)
        assert [target] == list(manifest["targets"])
        told = manifest["targets"][target]
        records = [part["records"] for part in told["parts"]]

        assert len(present) == told["records"] == sum(records)
        assert list(accumulate(records)) == [part["cumulative_records"] for part in told["parts"]]


@for_each_target
@settings(max_examples=3)
@given(st.sets(strategies.IDS, min_size=1), CHUNKS)
def test_a_part_has_the_lines_that_the_manifest_counts(target: Target, present: set[int], chunk: int) -> None:
    """Every part that is named is there, no other is, and each has as many lines as it is said to have."""
    with FakeBackend(seed=document(target, present)) as backend:
        manifest = finished(backend, target, chunk)
        place = folder(backend) / manifest["prefix"]
        there = {
            path.relative_to(place).as_posix(): len(path.read_text("utf-8").splitlines())
            for path in place.rglob("*.jsonl")
        }

        assert {part["path"]: part["records"] for part in manifest["targets"][target]["parts"]} == there


@for_each_target
def test_a_job_keeps_to_its_filter(target: Target) -> None:
    """The lines are the rows that pass the filter of the enqueue, and no others."""
    scope = scope_with(target, NARROWING[target])
    expected = expected_rows(WIDE, scope, target=target)
    assert 0 < len(expected) < len(expected_rows(WIDE, LISTS[target].scope, target=target))
    with FakeBackend(seed=WIDE) as backend:
        lines, _ = bundle(backend, target, scope)

        assert expected == [json.loads(line)[LISTS[target].key] for line in lines]


@settings(max_examples=4)
@given(st.integers(0, 5))
def test_a_cancelled_job_leaves_nothing(chunks: int) -> None:
    """Whatever it had written until then is gone at once, and nothing comes after it."""
    with FakeBackend(seed=document("task", set(range(1, 9)))) as backend:
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        job = enqueue(backend, "task", LISTS["task"].confines, chunk_size=2).json()["data"]["job_id"]
        backend.clock.sleep(0.1 * min(chunks, 4) + 0.05)  # one chunk every 0.1 s, after one for the start
        answer = requests.post(f"{backend.url}/v2/async_jobs/{job}/cancel/", headers=headers, timeout=30)
        left = list(folder(backend).rglob("*.jsonl"))
        backend.clock.sleep(3600)

        assert answer.json()["data"]["status"] == "CANCELLED"
        assert [] == left == list(folder(backend).rglob("*.jsonl"))
