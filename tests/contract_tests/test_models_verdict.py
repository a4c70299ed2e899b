"""The verdict on a call of the published client, and the OpenAPI file's schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from contract_tests.models.asking import by_mark
from contract_tests.models.openapi import Published, opened
from contract_tests.models.verdict import judge

if TYPE_CHECKING:
    from pathlib import Path

SPEC = """
components:
  schemas:
    Row: {type: object, required: [id, gone], properties: {id: {type: integer},
          gone: {type: string, format: date-time, nullable: true}}}
paths:
  /v2/rows/{id}/:
    get: {responses: {"200": {content: {application/json: {schema: {$ref: "#/components/schemas/Row"}}}}}}
"""


@pytest.fixture
def published(tmp_path: Path) -> Published:
    path = tmp_path / "openapi.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return Published(path)


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ({"id": 1, "gone": None}, 0),
        ({"id": 1, "gone": "2026-01-01T00:00:00Z"}, 0),
        ({"id": 1, "gone": "2026-01-01T00:00:00"}, 1),
        ({"id": None, "gone": None}, 1),
        ({"id": 1}, 1),
    ],
)
def test_a_schema_takes_what_it_declares_and_null_where_it_says_so(
    published: Published, row: dict[str, object], wrong: int
) -> None:
    """The envelope is opened first; ``nullable`` is another way to be valid, and only for its own field."""
    found = published.violations("GET", "http://127.0.0.1/v2/rows/1/?a=b", 200, {"data": row, "meta": {}})
    assert wrong == len(found or [])
    assert published.violations("GET", "http://127.0.0.1/v2/others/1/", 200, row) is None


def test_an_envelope_of_a_page_is_a_page_in_the_words_of_the_schemas() -> None:
    """What is no envelope stays as it is."""
    pages = {"next_cursor": "a", "previous_cursor": None, "per_page": 1}
    assert {"next": "a", "previous": None, "results": [1]} == opened({"data": [1], "meta": {"pagination": pages}})
    assert {"data": 1} == opened({"data": 1})


CALL = {"api": "v2", "method": "rows.retrieve", "what": "one", "kind": "call", "refused": "", "answers": []}
THERE = {"method": "GET", "url": "http://h/v2/rows/1/", "status": 404, "body": '{"error":{"received":1}}'}
NOBODY = {**THERE, "body": '{"error":{"received":"/v2/rows/1/"}}'}


@pytest.mark.parametrize(
    ("finding", "verdict"),
    [
        ({**CALL, "expected": [1], "shown": [1]}, "parses"),
        ({**CALL, "expected": [1], "shown": [2]}, "differs"),
        ({**CALL, "error": "E: no", "error_class": "E"}, "differs"),
        ({**CALL, "error": "E: no", "error_class": "E", "refused": "E"}, "parses"),
        ({**CALL, "expected": [], "shown": [], "refused": "E"}, "differs"),
        ({**CALL, "kind": "probe", "says": "rows", "answers": [NOBODY]}, "resource not there yet"),
        ({**CALL, "kind": "probe", "says": "rows", "answers": [THERE]}, "differs"),
        ({**CALL, "kind": "probe", "says": "rows"}, "differs"),
        ({**CALL, "kind": "silent", "says": "asks nothing"}, "no wire call"),
        ({**CALL, "kind": "unplanned"}, "differs"),
        ({**CALL, "kind": "unknown"}, "differs"),
    ],
)
def test_only_what_was_shown_to_be_so_passes(published: Published, finding: dict[str, object], verdict: str) -> None:
    """A row that is gone is no resource that is not there; a method that nobody thought of differs."""
    assert verdict == judge(finding, (), published).verdict


def test_a_method_that_should_ask_nothing_may_not_be_in_the_journal(published: Published) -> None:
    """Its requests speak against it."""
    seen = [{"number": 1, "party": "api", "method": "GET", "path": "/a/", "query": "", "status": 200, "ignored": []}]
    finding = {**CALL, "kind": "silent", "says": "asks nothing"}
    assert "differs" == judge(finding, seen, published).verdict


def test_the_requests_of_a_call_are_those_after_its_mark() -> None:
    """Control calls and the storage's requests are nobody's."""
    steps = [("/_fake/clock/", "mark=v2-1"), ("/v2/tasks/", ""), ("/_fake/clock/", "mark=v2-2"), ("/v2/jobs/", "")]
    entries = [
        {"number": n, "party": "api", "method": "GET", "path": path, "query": query, "status": 200, "ignored": []}
        for n, (path, query) in enumerate(steps)
    ]
    assert {"v2-1": ["/v2/tasks/"], "v2-2": ["/v2/jobs/"]} == {
        mark: [entry["path"] for entry in found] for mark, found in by_mark(entries).items()
    }
