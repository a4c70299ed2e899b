"""One task, its data unit and its data: what to_task reads, and the call by which it writes."""

from __future__ import annotations

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend import FakeBackend, Settings
from tests.http.small_backend import Caller, places, small_document

GOOD = {"annotations": {"image_1": [{"id": "a", "tool": "bounding_box"}]}, "annotationsData": {"image_1": []}}
PUT = "/tasks/3/annotate_task_data/"


def rows(caller):
    """Return every task of the caller, with its data."""
    return {row["id"]: row for row in caller.get("/sdk/tasks/?page_size=100").json()["results"]}


def test_a_task_alone_shows_what_its_row_in_the_list_shows(acme) -> None:
    """``fields`` and ``expand`` mean the same; the payload is inline."""
    assert rows(acme)[3] == acme.get("/tasks/3/").json()
    assert {"id": 3} == acme.get("/tasks/3/?fields=id").json()
    asked = acme.get("/tasks/3/?fields=id,data,data_unit&expand=data_unit").json()
    listed = acme.get("/sdk/tasks/?id=3&fields=id,data_unit&expand=data_unit").json()["results"][0]

    assert ["id", "data_unit", "data"] == list(asked)
    assert listed["data_unit"] == asked["data_unit"]
    assert b"image" == requests.get(asked["data_unit"]["files"]["image_1"]["url"], timeout=5).content


@pytest.mark.parametrize("path", ["/tasks/3/", "/data_units/3/", "/tasks/99/", "/data_units/99/"])
def test_what_is_another_tenants_does_not_exist(globex, path) -> None:
    """404 for a row of theirs and for none at all."""
    assert 404 == globex.get(path).status_code
    assert 404 == globex.put(f"/tasks/{path.split('/')[2]}/annotate_task_data/", json={"data": {"a": 1}}).status_code


def test_a_data_unit_has_its_files_when_they_are_asked_for(acme) -> None:
    """By specification, in the stored order; without ``expand`` none."""
    plain = acme.get("/data_units/3/").json()
    whole = acme.get("/data_units/3/?expand=files").json()

    assert {"id": 3, "data_collection": 1, "name": "", "width": None, "height": None, "meta": {}} == plain
    assert ["sidecar", "image_1"] == list(whole.pop("files"))
    assert plain == whole


def test_files_come_in_either_form() -> None:
    """A list names the specification in each file; a task may leave them to its data unit (contract.md 4)."""
    conventions = Settings(unit_files="list", task_unit_files=False)
    with FakeBackend(seed=small_document(), settings=conventions) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        assert {} == acme.get("/tasks/3/?expand=data_unit").json()["data_unit"]["files"]
        files = acme.get("/data_units/3/?expand=files").json()["files"]

    assert [("sidecar", False), ("image_1", True)] == [(file["specification"], file["is_primary"]) for file in files]


@pytest.mark.parametrize("path", ["tasks", "assignments", "ground_truth_events"])
def test_the_surface_of_files_has_lists_alone(path) -> None:
    """SYN-7255: ``files`` is a list there, whatever the settings; filters and pages are the list's own."""
    from tests.http.three_targets import three_targets

    with FakeBackend(seed=three_targets()) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        listed = acme.get(f"/sdk/{path}/?page_size=4").json()
        body = acme.get(f"/sdk/{path}/files/?page_size=4").json()

    assert (listed["count"], [row["id"] for row in listed["results"]]) == (
        body["count"],
        [row["id"] for row in body["results"]],
    )
    named = [[file["specification"] for file in row["files"]] for row in body["results"]]
    assert ["sidecar", "image_1"] in named
    assert all(row["files"] == [] for row in body["results"] if row["data_unit"] is None)


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [("1", [1, 2, 3, 4, 5, 6, 7]), (" 1 ", [1, 2, 3, 4, 5, 6, 7]), ("2", []), ("99", [])],
)
def test_tasks_are_found_by_the_data_collection_of_their_project(acme, wanted, expected) -> None:
    """A declared key of the first API (to_task guide, Task Filtering); a task without data unit is found too."""
    acme.backend.seed(
        {
            "tenants": [{"code": "acme"}],
            "projects": [{"id": 7, "tenant": "acme"}],
            "tasks": [{"id": 70, "project": 7}],
        }
    )
    found = acme.get("/sdk/tasks/", params={"data_collection": wanted, "ordering": "id"}).json()

    assert expected == [row["id"] for row in found["results"]]
    assert 400 == acme.get("/sdk/tasks/?data_collection=None").status_code


@pytest.mark.parametrize(("action", "status"), [("save", "in_progress"), ("submit", "completed")])
def test_data_and_status_are_stored_together(acme, action, status) -> None:
    """The answer is the task as it is now; no other task changes."""
    before = rows(acme)
    answer = acme.put(PUT, json={"action": action, "data": {"objects": []}})
    after = rows(acme)

    assert (200, after[3]) == (answer.status_code, answer.json())
    assert ({"objects": []}, status, True) == (after[3]["data"], after[3]["status_label"], after[3]["has_data"])
    assert {**before, 3: None} == {**after, 3: None}


def test_submit_is_what_is_done_unless_told(acme) -> None:
    """OpenAPI ``TaskV2AnnotateRequest``: the default of ``action``."""
    assert "completed" == acme.put(PUT, json={"data": {"a": 1}}).json()["status_label"]


payloads = st.dictionaries(
    st.sampled_from(["objects", "비고", "pad"]),
    st.lists(
        st.integers() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5),
        max_size=3,
    )
    | st.just("x" * 3000),
    min_size=1,
)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from(["save", "submit"]), payloads), min_size=1, max_size=4), st.integers(1, 3))
def test_a_call_that_comes_again_leaves_what_it_left(calls, times) -> None:
    """Whatever was stored before and however large: repeating a call changes nothing, and the last one counts."""
    with FakeBackend(seed=small_document(2)) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        for action, data in calls:
            answers = [
                acme.put("/tasks/2/annotate_task_data/", json={"action": action, "data": data}).json()
                for _ in range(1 + times)
            ]
            assert [answers[0]] * len(answers) == answers
            assert (data, {"save": "in_progress", "submit": "completed"}[action]) == (
                answers[0]["data"],
                answers[0]["status_label"],
            )
        stored = acme.post("/v2/tasks/bulk-fetch/", json={"ids": [2]}).json()["data"][0]["data"]
        acme.session.close()

    assert calls[-1][1] == stored


@pytest.mark.parametrize(
    ("query", "body", "field", "words"),
    [
        ("", {"action": "approve", "data": {"a": 1}}, "action", "not a valid choice"),
        ("", {"action": None, "data": {"a": 1}}, "action", "not a valid choice"),
        ("", {"action": ["save"], "data": {"a": 1}}, "action", "not a valid choice"),
        ("", {"action": "submit"}, "data", "required"),
        ("", {"action": "save"}, "data", "required"),
        *(("", {"action": "submit", "data": empty}, "data", "empty") for empty in (None, {}, [], "")),
        ("?schema=dm_schema_v2", {"data": {"a": 1}}, "schema", "not a valid choice"),
        ("?schema=dm_schema_v1", {"data": {"objects": []}}, "data.annotations", "required"),
        ("?schema=dm_schema_v1", {"action": "save", "data": {}}, "data.annotations", "required"),
        (
            "?schema=dm_schema_v1",
            {"data": {**GOOD, "annotations": {"image_1": [{"id": 7, "tool": "x"}]}}},
            "data.annotations.image_1.0.id",
            "Expected string",
        ),
    ],
)
def test_a_violation_is_a_400_that_names_the_path(acme, query, body, field, words) -> None:
    """In the form of the first API, and the task is as it was."""
    before = rows(acme)
    answer = acme.put(PUT + query, json=body)

    assert (400, [field]) == (answer.status_code, places(answer.json()))
    assert words in answer.text
    assert before == rows(acme)


@pytest.mark.parametrize("number", ["1e999", "-1e999"])
def test_a_number_that_json_cannot_hold_is_refused(acme, number) -> None:
    """Python reads it as infinite; it is not stored."""
    answer = acme.put(PUT, data=f'{{"data": {{"a": {number}}}}}', headers={"Content-Type": "application/json"})

    assert (400, ["data.a"]) == (answer.status_code, places(answer.json()))


def test_nothing_is_stored_by_emptying_and_everything_is_emptied_by_saving(acme) -> None:
    """``save`` of null takes the data away (OpenAPI: nullable); ``submit`` of nothing is refused (SYN-7201)."""
    assert 400 == acme.put(PUT, json={"action": "submit", "data": None}).status_code
    saved = acme.put(PUT + "?schema=dm_schema_v1", json={"action": "save", "data": None}).json()

    assert (None, False, "in_progress") == (saved["data"], saved["has_data"], saved["status_label"])


def test_the_tasks_own_schema_counts_unless_the_query_names_one() -> None:
    """SYN-7340: ``schema=any`` lets free-form data pass where the task demands the schema, and the other way round."""
    document = small_document(2)
    document["tasks"][0]["schema"] = "dm_schema_v1"
    with FakeBackend(seed=document) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        told = {
            (task, query, name): acme.put(f"/tasks/{task}/annotate_task_data/{query}", json={"data": data}).status_code
            for task in (1, 2)
            for query in ("", "?schema=any", "?schema=dm_schema_v1")
            for name, data in (("free", {"objects": [1]}), ("dm", GOOD))
        }
        acme.session.close()

    assert {key for key, status in told.items() if status == 400} == {
        (1, "", "free"),
        (1, "?schema=dm_schema_v1", "free"),
        (2, "?schema=dm_schema_v1", "free"),
    }
