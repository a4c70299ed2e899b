"""The calls that plugins fetch rows with: an iterator and a count, whole payloads, nothing sent too early."""

from __future__ import annotations

import json

import pytest
from scripted import Answer

from sdk.clients.errors import AuthorizationError, NotFoundError, PayloadError, ServerError

UNIT = {"id": 9, "name": "u", "width": 4, "height": 3, "files": {}}
ITERATORS = [
    ("get_tasks", "/sdk/tasks/", "id", "50"),
    ("get_assignments", "/sdk/assignments/", "id", "100"),
    ("get_ground_truth_events", "/sdk/ground_truth_events/", "pgh_id", "200"),
]
COUNTS = [("count_tasks", "/sdk/tasks/", "id"), ("count_assignments", "/sdk/assignments/", "id")]


def wrapper(url: str) -> dict[str, object]:
    """Return what stands in for a payload in storage."""
    return {"mode": "presigned", "presigned_url": url}


@pytest.mark.parametrize(("call", "path", "key", "size"), ITERATORS)
def test_rows_come_as_an_iterator_and_a_number(v1, call, path, key, size) -> None:
    """Export guide, export targets: the newest first, data units in full, payloads as links, pages as they are read."""
    pages = [
        {"count": 2, "results": []},
        {"results": [{key: 2, "data": {"a": 1}, "data_unit": UNIT}], "next": f"{path}?cursor=2"},
        {"results": [{key: 1, "data": None, "data_unit": UNIT}], "next": None},
    ]
    client, backend = v1(pages)
    rows, count = getattr(client, call)({"search": "x"})

    assert 2 == count
    assert [{"search": ["x"], "page_size": ["1"], "fields": [key]}] == [asked.query for asked in backend.asked]
    assert [{key: 2, "data": {"a": 1}, "data_unit": UNIT}, {key: 1, "data": None, "data_unit": UNIT}] == list(rows)
    expected = {
        "search": "x",
        "expand": "data_unit",
        "page_size": size,
        "ordering": f"-{key}",
        "response_mode": "presigned",
        "pagination": "cursor",
    }
    assert {name: [value] for name, value in expected.items()} == backend.asked[1].query
    assert [path] * 3 == [asked.path for asked in backend.asked]


def test_what_the_caller_says_wins(v1) -> None:
    """contract.md 3.2: page size, ordering, mode and fields are the caller's; a count asks for none of them."""
    client, backend = v1([{"count": 1, "results": []}, {"results": [{"id": 1}], "next": None}])
    given = {"page_size": 5, "ordering": "created", "response_mode": "inline", "fields": ["id"], "pagination": "page"}
    rows, _ = client.get_assignments({**given, "project": 1})

    assert [{"id": 1}] == list(rows)
    assert {"project": ["1"], "page_size": ["1"], "fields": ["id"]} == backend.asked[0].query
    assert {name: [value] for name, value in (given | {"page_size": "5", "fields": "id", "project": "1"}).items()} == {
        name: value for name, value in backend.asked[1].query.items() if name != "expand"
    }


@pytest.mark.parametrize(("call", "path", "key"), COUNTS)
def test_a_count_alone_is_a_number_or_an_error(v1, call, path, key) -> None:
    """Zero would be a lie; where the backend does not count, the ids are."""
    answers = [
        {"count": 7, "results": []},
        {"results": [{key: 2}], "next": None},
        {"results": [{key: 2}, {key: 1}], "next": None},
        Answer(403, {}),
    ]
    client, backend = v1(answers)
    ask = getattr(client, call)

    assert (7, 2) == (ask({"ids": "1-9"}), ask({"ids": "1-9"}))
    assert {"ids": ["1-9"], "fields": [key], "ordering": [f"-{key}"], "page_size": ["1000"]} == {
        name: value for name, value in backend.asked[2].query.items() if name != "pagination"
    }
    with pytest.raises(AuthorizationError):
        ask()
    assert {path} == {asked.path for asked in backend.asked}


def test_a_stream_asks_for_nothing_before_its_first_row(v1) -> None:
    """Export guide, memory-efficient processing: no count, and no more pages than the look-ahead of 8 rows needs."""
    page = {"results": [{"id": number} for number in range(9, 0, -1)], "next": "/sdk/assignments/?cursor=1"}
    client, backend = v1([page, Answer(404, {})])
    rows = client.get_assignments_stream({"project": 1})

    assert [] == backend.asked
    assert {"id": 9} == next(rows)
    assert 1 == len(backend.asked)
    with pytest.raises(NotFoundError):
        list(rows)


@pytest.mark.parametrize(
    ("fetch", "path", "key", "lookup"),
    [
        (lambda client: client.get_tasks()[0], "/sdk/tasks/", "id", "id__in"),
        (lambda client: client.get_assignments_stream(), "/sdk/assignments/", "id", "id__in"),
        (lambda client: client.get_ground_truth_events()[0], "/sdk/ground_truth_events/", "pgh_id", "ids"),
        (lambda client: client.list_ground_truth_events(list_all=True), "/sdk/ground_truth_events/", "pgh_id", "ids"),
        (lambda client: client.list_ground_truth_events()["results"], "/sdk/ground_truth_events/", "pgh_id", "ids"),
    ],
)
def test_payloads_in_storage_are_downloaded_and_stale_links_renewed(v1, mount, fetch, path, key, lookup) -> None:
    """``data`` is the payload wherever it lies; contract.md 3.3: after 400, 401 and 403 the row is asked for again."""
    shelf, storage = mount(
        lambda asked: Answer(403, b"") if asked.path == "/stale" else Answer(200, json.dumps(asked.path).encode())
    )

    def script(asked):
        if lookup in asked.query:
            return {"results": [{key: int(asked.query[lookup][0]), "data": wrapper(f"{shelf}/fresh")}], "next": None}
        rows = [
            {"id": 70, key: 3, "data": wrapper(f"{shelf}/3")},
            {"id": 70, key: 2, "data": wrapper(f"{shelf}/stale")},
            {"id": 70, key: 1, "data": {"mode": "inline", "truncated": False, "data": [1]}},
        ]
        return {"count": 3, "results": rows, "next": None}

    client, backend = v1(script)

    assert ["/3", "/fresh", [1]] == [row["data"] for row in fetch(client)]
    assert {"/3", "/stale", "/fresh"} == {asked.path for asked in storage.asked}
    renewed = [asked for asked in backend.asked if lookup in asked.query]
    assert [({lookup: ["2"], "fields": [f"{key},data"], "response_mode": ["presigned"]}, path)] == [
        (asked.query, asked.path) for asked in renewed
    ]


def test_a_stale_link_of_a_row_that_is_gone_is_an_error_with_its_number(v1, mount) -> None:
    """A row without its payload is no row."""
    shelf, _ = mount(lambda _: Answer(403, b""))

    def script(asked):
        gone = "id__in" in asked.query
        return {"count": 1, "results": [] if gone else [{"id": 7, "data": wrapper(f"{shelf}/7")}], "next": None}

    client, _ = v1(script)
    rows, _ = client.get_tasks()

    with pytest.raises(PayloadError, match="Row 7: its payload's link has run out, and the row is not listed"):
        list(rows)


@pytest.mark.parametrize("call", ["get_tasks", "get_ground_truth_events"])
def test_a_payload_that_cannot_be_had_is_named_by_what_identifies_its_row(v1, mount, call) -> None:
    """An event's ``id`` would name the ground truth, which has others."""
    shelf, _ = mount(lambda _: Answer(404, b""))
    key = "id" if call == "get_tasks" else "pgh_id"
    row = {"id": 70, key: 7, "data": wrapper(f"{shelf}/7")}
    client, _ = v1(lambda _: {"count": 1, "results": [row], "next": None})
    rows, _ = getattr(client, call)()

    with pytest.raises(PayloadError, match="Row 7: its payload was not given") as error:
        list(rows)
    assert 7 == error.value.row_id


def test_ground_truth_events_are_a_list_or_a_page(v1) -> None:
    """Export guide, ground truth: ``list_all=True`` gives all of them, else a page with count and links."""
    pages = [
        {"count": 2, "results": [{"pgh_id": 2}], "next": "/sdk/ground_truth_events/?page=2", "previous": None},
        {"results": [{"pgh_id": 2}], "next": "/sdk/ground_truth_events/?cursor=2"},
        {"results": [{"pgh_id": 1}], "next": None},
    ]
    client, backend = v1(pages)

    assert pages[0] == client.list_ground_truth_events({"ground_truth_dataset_version": 3})
    assert [{"pgh_id": 2}, {"pgh_id": 1}] == client.list_ground_truth_events(
        params={"ground_truth_dataset_versions": [3]}, list_all=True
    )
    assert [["3"], ["3"]] == [asked.query["ground_truth_dataset_versions"] for asked in backend.asked[:2]]
    assert all("ground_truth_dataset_version" not in asked.query for asked in backend.asked)


def test_a_dataset_version_is_an_object(v1) -> None:
    """contract.md 2.2, request 7."""
    client, backend = v1([{"id": 3, "ground_truth_dataset": 8}, Answer(404, {})])

    assert {"id": 3, "ground_truth_dataset": 8} == client.get_ground_truth_dataset_version(3)
    with pytest.raises(NotFoundError):
        client.get_ground_truth_dataset_version(4)
    assert "/ground_truth_dataset_versions/3/" == backend.asked[0].url


def test_pages_of_rows_are_asked_for_again_after_500(v1, clock) -> None:
    """Export guide, bounded retry: these are export lists; a count is one request and has no such patience."""
    answers = [{"count": 1, "results": []}, Answer(500, {}), {"results": [{"id": 1}], "next": None}, Answer(500, {})]
    client, _ = v1(answers)
    rows, _ = client.get_assignments()

    assert [{"id": 1}] == list(rows)
    assert [2.0] == clock.waits
    with pytest.raises(ServerError):
        client.count_assignments()
