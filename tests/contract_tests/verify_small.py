"""A document that is quicker to verify than the demo: all targets, and pictures; how tests run the command."""

from __future__ import annotations

import json
from contextlib import contextmanager

from contract_tests import strategies
from contract_tests.verify import __main__ as command
from contract_tests.verify.options import TENANT, USER_TOKEN
from fake_backend import FakeBackend
from fake_backend.demo import annotation_document

ROWS = range(1, 9)
SMALL = {
    **strategies.SURROUNDINGS,
    "storages": [
        {**strategies.SURROUNDINGS["storages"][0], "id": number, "provider": provider, "is_default": number == 3}
        for number, provider in ((3, "file_system"), (4, "amazon_s3"))
    ],
    "data_units": [
        {
            "id": 1,
            "data_collection": 1,
            "name": "u",
            "files": {"image_1": {"file_name_original": "고양이.jpg", "content": 1}},
        },
        {"id": 2, "data_collection": 1, "name": "empty"},
    ],
    "tasks": [
        {
            "id": number,
            "project": strategies.MAIN_PROJECT,
            "data_unit": 1 if number < 4 else None,
            "data": {"number": number, "filler": "x" * (number % 2) * strategies.EXTERNALISED},
            "created": "2026-01-20T00:00:00Z",
            "is_discarded": number % 3 == 0,
        }
        for number in ROWS
    ],
    "assignments": [
        {"id": number, "task": number, "user": 1, "data": {"assignment": number}, "is_discarded": number % 3 == 0}
        for number in ROWS
    ],
    "ground_truth_datasets": [{"id": 5, "tenant": strategies.MAIN_TENANT, "project": strategies.MAIN_PROJECT}],
    "ground_truths": [
        {"id": number, "ground_truth_dataset": 5, "data_unit": 1 if number < 3 else 2} for number in range(1, 5)
    ],
    "ground_truth_events": [
        {
            "pgh_id": number,
            "ground_truth": (number + 1) // 2,
            "data": {"event": number},
            "category": "train" if number % 3 else "",
        }
        for number in ROWS
    ],
    "ground_truth_dataset_versions": [
        {"id": 51, "ground_truth_dataset": 5, "events": [1, 3, 5, 7]},
        {"id": 52, "ground_truth_dataset": 5, "events": [1, 4, 6, 8]},
    ],
}


def with_pictures(seed: int = 1, *, hard: bool = False) -> dict:
    """Return the document with some ten of the pictures that to_task has to annotate."""
    added = {
        resource: rows
        for resource, rows in annotation_document(seed, hard=hard).items()
        if resource not in {"tenants", "users", "tokens", "storages", "jobs"}
    }
    added["file_specifications"] = [row | {"id": row["id"] + 10} for row in added["file_specifications"]]
    return SMALL | {resource: [*SMALL.get(resource, []), *more] for resource, more in added.items()}


SCOPES = {
    "task": {"project": strategies.MAIN_PROJECT, "is_discarded": False},
    "assignment": {"project": strategies.MAIN_PROJECT, "is_discarded": False},
    "ground_truth": {"ground_truth_dataset_versions": [51, 52], "category": "train"},
}


def verify(tmp_path, *arguments: str) -> tuple[int, dict]:
    """Run the command; return its exit status and its report."""
    build = tmp_path / "verify"
    status = command.main(arguments, build)
    report = build / "report.json"
    return status, json.loads(report.read_text()) if report.exists() else {}


@contextmanager
def served(monkeypatch, document=SMALL):
    """Serve a document on loopback, with the environment set as a user of another backend sets it."""
    with FakeBackend(seed=document) as backend, backend.serve(autojump=True) as live:
        tokens = backend.tokens[strategies.MAIN_TENANT]
        monkeypatch.setenv(USER_TOKEN, str(tokens.user))
        monkeypatch.setenv(TENANT, tokens.tenant)
        yield backend, live.url
