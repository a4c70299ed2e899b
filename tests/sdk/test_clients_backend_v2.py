"""The v2 client's rows, exports and jobs (contract.md 2, 3.1 and 6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer

from fake_backend import FakeBackend
from fake_backend.transports.in_process import NoAnswer
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clients.backend_v2.slim import BULK_LIMIT, bulk_rows
from sdk.clients.errors import (
    ConflictError,
    FilterError,
    IncompleteResponseError,
    NotFoundError,
    ResponseError,
    ServerError,
    ValidationError,
)
from sdk.clients.retry import PagePolicy


def envelope(data):
    return {"data": data, "meta": {"request_id": "r"}}


def test_the_list_asks_for_a_unique_ordering(v2) -> None:
    """Export guide, unique keyset cursor: ``-id`` by default."""
    client, backend = v2([envelope([{"id": 2}])])

    assert [{"id": 2}] == list(client.tasks.list(project=1, is_discarded=False))
    expected = {"project": ["1"], "is_discarded": ["false"], "sort": ["-id"], "per_page": ["200"]}
    assert expected == backend.asked[0].query


@pytest.mark.parametrize(
    ("surface", "key"),
    [
        *(("tasks", key) for key in ("ids", "search", "created__gt", "id__lt", "projects")),
        *(("assignments", key) for key in ("ids", "search", "task", "workshops", "created_after", "has_data")),
        *(("ground_truth_events", key) for key in ("ids", "ground_truth_dataset_versions", "category", "id__in")),
        *(("ground_truth_datasets", key) for key in ("ids", "name")),
    ],
)
def test_a_filter_that_v2_ignores_is_refused_before_anything_is_asked(v2, surface: str, key: str) -> None:
    """The list would widen in silence and the export succeed (incidents.md 1, SYN-7182)."""
    client, backend = v2(lambda _: envelope([]))

    with pytest.raises(ValueError, match=f"{key}.*project") as refusal:
        getattr(client, surface).list(**{"project": 1, key: "1"})
    assert all(known in str(refusal.value) for known in getattr(client, surface).filters)
    assert [] == backend.asked


def test_a_list_of_nothing_is_refused_before_anything_is_asked(v2) -> None:
    """It would be sent as a blank, which selects everything (incidents.md 1, SYN-7438)."""
    client, backend = v2(lambda _: envelope([]))

    with pytest.raises(FilterError, match=r"'id__in' is \[\], a list of nothing"):
        client.assignments.list(id__in=[])
    with pytest.raises(FilterError, match=r"'id__in' is \[''\], a list of nothing"):
        client.assignments.list(id__in=[""])
    assert [] == backend.asked


def test_lists_of_assignments_are_sent_as_the_openapi_file_spells_them(v2) -> None:
    """OpenAPI ``assignment_list``: ``id__in`` is a comma list, the others are repeated."""
    client, backend = v2([envelope([])])
    list(client.assignments.list(project=1, id__in=[3, 4], tasks=[5, 6], status_label={"completed", "skipped"}))

    expected = {"project": ["1"], "id__in": ["3,4"], "tasks": ["5", "6"], "status_label": ["completed", "skipped"]}
    assert expected | {"sort": ["-id"], "per_page": ["200"]} == backend.asked[0].query


def test_events_are_ordered_by_what_identifies_them(v2) -> None:
    """Export guide, unique keyset cursor: ``-pgh_id``; contract.md 3.1."""
    client, backend = v2([envelope([{"pgh_id": 2}]), envelope([{"id": 1}])])

    assert [{"pgh_id": 2}] == list(client.ground_truth_events.list(ground_truth_dataset_version=4, pgh_obj_id__in=[1]))
    expected = {"ground_truth_dataset_version": ["4"], "pgh_obj_id__in": ["1"]}
    assert expected | {"sort": ["-pgh_id"], "per_page": ["200"]} == backend.asked[0].query
    assert [{"id": 1}] == list(client.ground_truth_datasets.list(project=1))
    assert {"project": ["1"], "per_page": ["200"]} == backend.asked[1].query


def test_a_dataset_is_retrieved_in_either_envelope(v2) -> None:
    """contract.md 6; ``project_id`` may be null (incidents.md 5, SYN-7303)."""
    client, backend = v2([envelope({"id": 8, "project_id": None}), {"id": 8, "project_id": 1}, Answer(404, {})])

    assert [None, 1] == [client.ground_truth_datasets.retrieve(8)["project_id"] for _ in range(2)]
    with pytest.raises(NotFoundError):
        client.ground_truth_datasets.retrieve(9)
    assert "/v2/ground-truth-datasets/8/" == backend.asked[0].path


@pytest.mark.parametrize(
    ("bulk", "path", "field", "key"),
    [
        (lambda client: client.assignments.bulk_fetch, "/v2/assignments/bulk-fetch/", "ids", "id"),
        (
            lambda client: client.ground_truth_events.bulk_data,
            "/v2/ground-truth-events/bulk-data/",
            "pgh_ids",
            "pgh_id",
        ),
    ],
)
def test_every_bulk_call_is_checked_by_the_key_of_its_rows(v2, bulk, path, field, key) -> None:
    """contract.md 3.1; two events of one ground truth share an ``id`` and are two rows."""
    rows = [{"id": 7, key: 5}, {"id": 7, key: 3}]
    client, backend = v2([envelope(rows), envelope([{key: 6}])])

    assert rows == bulk(client)([5, 4, 3], response_mode="inline")
    asked = backend.asked[0]
    assert ("POST", path, {"response_mode": ["inline"]}, {field: [5, 4, 3]}) == (
        asked.method,
        asked.path,
        asked.query,
        asked.json,
    )
    with pytest.raises(ResponseError, match=f"a row of {key} 6, which was not asked for"):
        bulk(client)([5])
    with pytest.raises(ValueError, match=f"up to 200 different {field}"):
        bulk(client)(range(201))
    assert 2 == len(backend.asked)


def test_a_bulk_fetch_names_ids_and_mode(v2) -> None:
    """contract.md 3.1; rows come back as they were sent."""
    client, backend = v2([envelope([{"id": 5}, {"id": 3}])])

    assert [{"id": 5}, {"id": 3}] == client.tasks.bulk_fetch([5, 4, 3])
    asked = backend.asked[0]
    assert ("POST", "/v2/tasks/bulk-fetch/", {"response_mode": ["presigned"]}, {"ids": [5, 4, 3]}) == (
        asked.method,
        asked.path,
        asked.query,
        asked.json,
    )
    assert [] == client.tasks.bulk_fetch([])
    assert 1 == len(backend.asked)


@pytest.mark.parametrize("ids", [range(BULK_LIMIT + 1), [1, 1]])
def test_too_many_ids_or_one_twice_are_refused_before_they_are_sent(v2, ids) -> None:
    """The server's cap is 200 (incidents.md 5, SYN-7418)."""
    client, backend = v2(lambda _: envelope([]))

    with pytest.raises(ValueError, match="200 different ids"):
        client.tasks.bulk_fetch(list(ids))
    assert [] == backend.asked


@given(st.lists(st.integers(1, 9), max_size=8), st.sets(st.integers(1, 9), min_size=1))
def test_a_bulk_answer_holds_asked_rows_once_or_is_an_error(answered, asked) -> None:
    """A row of another id, or one twice, would become a file too many."""
    rows = [{"id": number} for number in answered]
    if set(answered) <= asked and len(set(answered)) == len(answered):
        assert rows == bulk_rows(envelope(rows), asked)
    else:
        with pytest.raises(ResponseError, match=r"row"):
            bulk_rows(envelope(rows), asked)


@pytest.mark.parametrize(
    "body", [{}, envelope({}), envelope([1]), envelope([{}]), envelope([{"id": "1"}]), "text", None]
)
def test_a_bulk_answer_without_rows_is_an_error(v2, body) -> None:
    """Nothing that is no row passes as one."""
    client, _ = v2([body])

    with pytest.raises(ResponseError):
        client.tasks.bulk_fetch([1])


def test_a_bulk_fetch_only_reads_and_may_be_asked_again(v2, clock) -> None:
    """Its POST writes nothing, so a lost answer is asked for again, within the page policy."""
    client, backend = v2([NoAnswer(), Answer(500, {}), envelope([{"id": 1}])])
    policy = PagePolicy(retries=2, retry_on_status=frozenset({500}))

    assert [{"id": 1}] == client.tasks.bulk_fetch([1], policy=policy)
    assert 3 == len(backend.asked)
    assert [2, 4] == clock.waits


def test_an_export_is_enqueued_with_what_it_needs_and_no_more(v2) -> None:
    """contract.md 2.2: optional keys are left out when empty."""
    client, backend = v2(lambda _: {"job_id": "j", "status": "pending", "targets": ["task"]})
    client.plugin_exports.create(storage_id=3, path="exports/x")
    client.plugin_exports.create(
        storage_id=3,
        path="x",
        project_id=1,
        filter={"id__in": [1]},
        chunk_size=5,
        ray_job_id="r",
        requires_source=False,
    )

    bare = {
        "storage_id": 3,
        "path": "exports/x",
        "targets": ["task"],
        "include_original_files": True,
        "format": "raw_bundle_v1",
        "requires_source": True,
    }
    more = {"project_id": 1, "filter": {"id__in": [1]}, "chunk_size": 5, "ray_job_id": "r"}
    assert [bare, {**bare, "path": "x", "requires_source": False, **more}] == [asked.json for asked in backend.asked]


def test_an_enqueue_whose_answer_is_lost_is_not_sent_again(v2) -> None:
    """A second one would be a second job (incidents.md 4)."""
    client, backend = v2(lambda _: NoAnswer())

    with pytest.raises(IncompleteResponseError):
        client.plugin_exports.create(storage_id=3, path="x")
    assert 1 == len(backend.asked)


@pytest.mark.parametrize("body", [{"status": "pending"}, {"job_id": 7}, {"job_id": ""}, [], None])
def test_an_enqueue_that_names_no_job_is_an_error(v2, body) -> None:
    """Without an id there is nothing to wait for."""
    client, _ = v2([body])

    with pytest.raises(ResponseError):
        client.plugin_exports.create(storage_id=3, path="x")


def test_a_job_is_retrieved_in_either_envelope_and_cancelled_without_body(v2) -> None:
    """contract.md 1.3 and 6; an id is one segment of the path, whatever is in it."""
    client, backend = v2([{"id": "j"}, envelope({"id": "j"}), envelope({"id": "j"}), Answer(409, {}), Answer(404, {})])

    assert [{"id": "j"}] * 2 == [client.async_jobs.retrieve("j"), client.async_jobs.retrieve("../j?x=1")]
    assert {"id": "j"} == client.async_jobs.cancel("j")
    with pytest.raises(ConflictError):
        client.async_jobs.cancel("j")
    with pytest.raises(NotFoundError):
        client.async_jobs.retrieve("j")
    assert "/v2/async_jobs/../j?x=1/" == backend.asked[1].path


def test_the_fake_and_this_client_agree() -> None:
    """List, bulk, enqueue, refusals and state, end to end in process."""
    document = {
        "tenants": [{"code": "acme", "name": "Acme"}],
        "users": [{"id": 1, "tenant": "acme"}],
        "tokens": [{"user": 1, "kind": "access", "token": "t-0123456789"}],
        "storages": [{"id": 3, "tenant": "acme", "name": "S", "category": "internal", "provider": "file_system"}],
        "projects": [{"id": 1, "tenant": "acme", "title": "P", "data_collection": None}],
        "tasks": [{"id": number, "project": 1, "data_unit": None, "data": {"n": number}} for number in range(1, 8)],
    }
    with (
        FakeBackend(document) as backend,
        BackendV2Client(backend.url, access_token="t-0123456789", tenant="acme", clock=backend.clock) as client,
    ):
        ids = [row["id"] for row in client.tasks.list(project=1, per_page=3)]
        rows = client.tasks.bulk_fetch([*ids, 99])
        job = client.plugin_exports.create(storage_id=3, path="x", project_id=1)
        events = list(client.async_jobs.stream_progress(job["job_id"]))

        assert [7, 6, 5, 4, 3, 2, 1] == ids
        assert [{"n": number} for number in ids] == [row["data"] for row in rows]
        assert ("connected", "async_job.completed") == (events[0].event, events[-1].event)
        assert (7, 7) == (events[-1].processed, events[-1].total)
        assert "COMPLETED" == client.async_jobs.retrieve(job["job_id"])["status"]
        with pytest.raises(ConflictError):
            client.async_jobs.cancel(job["job_id"])
        with pytest.raises(ValidationError):
            client.plugin_exports.create(storage_id=3, path="../x", project_id=1)


def test_errors_of_the_list_come_when_it_is_walked(v2) -> None:
    """A lazy walk asks nothing before its first row is wanted."""
    client, backend = v2(lambda _: Answer(500, {}))
    rows = client.tasks.list(project=1)

    assert [] == backend.asked
    with pytest.raises(ServerError):
        next(rows)
