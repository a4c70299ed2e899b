"""Who may ask, in both spellings; and what exists for whom."""

from __future__ import annotations

import pytest

from fake_backend import FakeBackend
from tests.http.three_targets import three_targets

LISTS = [
    "/sdk/tasks/",
    "/sdk/assignments/",
    "/sdk/ground_truth_events/",
    "/v2/tasks/",
    "/v2/assignments/",
    "/v2/ground-truth-events/",
    "/v2/ground-truth-datasets/",
]
OBJECTS = [
    "/projects/1/",
    "/storages/3/",
    "/data_collections/1/",
    "/jobs/11111111-1111-1111-1111-111111111111/",
    "/ground_truth_dataset_versions/11/",
    "/v2/ground-truth-datasets/1/",
]
BULKS = {
    "/v2/tasks/bulk-fetch/": {"ids": [1, 2]},
    "/v2/assignments/bulk-fetch/": {"ids": [101, 102]},
    "/v2/ground-truth-events/bulk-data/": {"pgh_ids": [990, 980]},
}


@pytest.fixture
def backend():
    """Yield an open backend of two tenants that have something of everything."""
    with FakeBackend(seed=three_targets()) as running:
        yield running


@pytest.mark.parametrize("path", [*LISTS, *OBJECTS])
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Token nobody"}, {"Synapse-Access-Token": "nobody"}])
def test_without_a_good_credential_there_is_401(anybody, path, headers) -> None:
    """No token and a wrong token are the same answer, with a challenge."""
    answer = anybody.get(path, headers=headers)

    assert (401, "Token") == (answer.status_code, answer.headers["WWW-Authenticate"])


def test_one_bad_credential_spoils_a_good_one(backend, anybody) -> None:
    """Every credential that is sent must be good."""
    headers = {**backend.tokens["acme"].headers, "Synapse-Access-Token": "Token nobody"}

    assert anybody.get("/sdk/tasks/", headers=headers).status_code == 401


@pytest.mark.parametrize("word", ["", "Token "])
def test_both_clients_spellings_are_understood(backend, anybody, word) -> None:
    """v1 says ``Token <value>``, v2 the bare value, for the access token and for the tenant (contract.md 1.1)."""
    tokens = backend.tokens["acme"]
    headers = {"SYNAPSE-ACCESS-TOKEN": f"{word}{tokens.access}", "SYNAPSE-Tenant": f"{word}acme"}

    assert anybody.get("/sdk/tasks/", headers=headers).json()["count"] == 8


@pytest.mark.parametrize("path", OBJECTS)
def test_another_tenants_object_does_not_exist(acme, globex, path) -> None:
    """404, with a body that does not tell whether the id exists somewhere."""
    assert 200 == acme.get(path).status_code
    answer = globex.get(path)

    assert 404 == answer.status_code
    assert "Not found." in answer.text


@pytest.mark.parametrize("tenant", ["acme", "globex"])
def test_another_tenants_token_sees_no_rows_of_ours(backend, anybody, tenant) -> None:
    """Not even with our tenant's name in the header."""
    headers = {"Authorization": f"Token {backend.tokens['globex'].user}", "Synapse-Tenant": tenant}
    for path in LISTS:
        rows = anybody.get(f"{path}?project=1&ground_truth_dataset_versions=11", headers=headers).json()
        assert [] == rows.get("results", rows.get("data"))
    for path, body in BULKS.items():
        assert [] == anybody.post(path, json=body, headers=headers).json()["data"]


def test_a_path_without_its_slash_is_told_what_is_missing(acme) -> None:
    """All paths end in ``/`` and nothing redirects (contract.md 1.1)."""
    answer = acme.get("/sdk/tasks", allow_redirects=False)

    assert (404, "/sdk/tasks/") == (answer.status_code, answer.json()["expected"])


def test_a_method_that_is_not_there_is_405_with_those_that_are(acme) -> None:
    """DRF's sentence, and ``Allow``."""
    answer = acme.delete("/sdk/tasks/")

    assert (405, 'Method "DELETE" not allowed.') == (answer.status_code, answer.json()["detail"])
    assert "GET" in answer.headers["Allow"]
