"""Large payloads: the wrapper that stands for one says where it is, how large, and of which digest."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from contract_tests import strategies
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import get_page
from contract_tests.clauses.wide import ROWS, WIDE
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TENANT = strategies.MAIN_TENANT
LARGE = Settings(externalise_over=0)  # every payload is
WORDS: Mapping[Target, str] = {"task": "number", "assignment": "assignment", "ground_truth": "event"}
BULK: Mapping[Target, tuple[str, str]] = {
    "task": ("/v2/tasks/bulk-fetch/", "ids"),
    "assignment": ("/v2/assignments/bulk-fetch/", "ids"),
    "ground_truth": ("/v2/ground-truth-events/bulk-data/", "pgh_ids"),
}


def judge(target: Target, rows: Sequence[Mapping[str, Any]]) -> None:
    """Hold each row's wrapper against the payload that the row must have."""
    assert len(ROWS) == len(rows)
    for row in rows:
        wrapper = row["data"]
        assert {"mode", "presigned_url", "size", "data_digest"} == set(wrapper)
        assert "presigned" == wrapper["mode"]
        found = requests.get(wrapper["presigned_url"], timeout=30)
        assert {WORDS[target]: row[LISTS[target].key]} == json.loads(found.content)
        assert (len(found.content), hashlib.sha256(found.content).hexdigest()) == (
            wrapper["size"],
            wrapper["data_digest"],
        )


@pytest.mark.parametrize("target", TARGETS)
def test_a_wrapper_of_a_v1_list_leads_to_its_own_payload(target: Target) -> None:
    """``presigned_url`` gives the payload of this row, of the size and the digest that the wrapper tells."""
    held = LISTS[target]
    query = {"response_mode": "presigned", "page_size": 20}
    with FakeBackend(seed=WIDE, settings=LARGE) as backend:
        judge(target, get_page(backend.url + held.first, backend.tokens[TENANT].headers, query).rows)


@pytest.mark.parametrize("target", TARGETS)
def test_a_wrapper_of_a_bulk_answer_leads_to_its_own_payload(target: Target) -> None:
    """The same of rows that are asked for by their keys."""
    path, keys = BULK[target]
    with FakeBackend(seed=WIDE, settings=LARGE) as backend:
        answer = requests.post(
            f"{backend.url}{path}?response_mode=presigned",
            json={keys: list(ROWS)},
            headers=backend.tokens[TENANT].headers,
            timeout=30,
        )
        judge(target, answer.json()["data"])
