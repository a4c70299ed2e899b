"""What the journal proves about an export."""

from __future__ import annotations

from dataclasses import replace

import pytest

from contract_tests.conformance.journal import (
    Due,
    Entry,
    JournalFile,
    doubts,
    jobs_of,
    marks_of,
    requests_of,
    since,
)
from contract_tests.conformance.targets import TARGETS


def entry(
    method: str, path: str, query: str = "", *, status: int = 200, ignored: tuple[str, ...] = (), party: str = "api"
) -> Entry:
    """Return one request."""
    return {
        "number": 0,
        "party": party,
        "method": method,
        "path": path,
        "query": query,
        "status": status,
        "ignored": list(ignored),
    }


PROBE = entry("GET", "/sdk/tasks/", "project=1&page_size=1")
SCAN = entry("GET", "/sdk/tasks/", "project=1&fields=id&page_size=100")
PAGES = entry("GET", "/sdk/tasks/", "project=1&expand=data_unit&page_size=50")
WALK = entry("GET", "/sdk/tasks/", "project=1&expand=data_unit&ordering=-id&pagination=cursor")
REISSUE = entry("GET", "/sdk/tasks/", "id=7&page_size=1&response_mode=presigned")
V2_LIST = entry("GET", "/v2/tasks/", "project=1&per_page=200&sort=-id")
BULK = entry("POST", "/v2/tasks/bulk-fetch/", "response_mode=presigned")
ENQUEUE = entry("POST", "/v2/plugin_exports/", status=202)
STREAM = entry("GET", "/v2/async_jobs/0a-1b/progress/")
PAYLOAD = entry("GET", "/synapse-media/payloads/tasks/7/ab.json", party="storage")
OWN = entry("GET", "/_fake/journal/", status=0)
CURSOR = Due("task", frozenset({"count probe", "cursor walk"}), 0, frozenset(), {}, frozenset(), frozenset())
DELEGATED = replace(CURSOR, marks=frozenset({"count probe", "job", "stream"}))


@pytest.mark.parametrize(
    ("asked", "mark"),
    [
        (PROBE, "count probe"),
        (SCAN, "id scan"),
        (PAGES, "page walk"),
        (WALK, "cursor walk"),
        (REISSUE, "reissue"),
        (V2_LIST, "v2 list"),
        (BULK, "bulk"),
        (ENQUEUE, "job"),
        (STREAM, "stream"),
        (PAYLOAD, "payload"),
        (entry("GET", "/projects/1/"), "project"),
    ],
)
def test_every_way_of_asking_has_its_mark(asked: Entry, mark: str) -> None:
    """What the client does is known by path and query alone."""
    assert {mark} == marks_of([asked], TARGETS["task"])


@pytest.mark.parametrize("target", ["assignment", "ground_truth"])
def test_lists_of_other_targets_mean_nothing(target: str) -> None:
    """An export of assignments is not proved by a list of tasks."""
    assert set() == marks_of([PROBE, SCAN, PAGES, WALK, REISSUE, V2_LIST, BULK], TARGETS[target])


@pytest.mark.parametrize(("due", "entries"), [(DELEGATED, [PROBE, ENQUEUE, STREAM]), (CURSOR, [PROBE, WALK, WALK])])
def test_a_clean_journal_leaves_no_doubt(due: Due, entries: list[Entry]) -> None:
    """The marks that are due and nothing refused is proof."""
    assert [] == doubts(entries, 0, due)


@pytest.mark.parametrize(
    ("entries", "forgotten", "about"),
    [
        ([PROBE, ENQUEUE, STREAM], 0, "journal, what the client did"),
        ([PROBE], 0, "journal, what the client did"),
        ([PROBE, WALK, REISSUE], 0, "journal, what the client did"),
        ([PROBE, WALK], 3, "journal"),
        ([PROBE, WALK, entry("GET", "/storages/1/", status=404)], 0, "journal, GET /storages/1/"),
        ([PROBE, WALK, entry("GET", "/storages/1/", status=0)], 0, "journal, GET /storages/1/"),
        ([PROBE, {**WALK, "ignored": ["bogus"]}], 0, "journal, ignored query keys"),
    ],
)
def test_whatever_weakens_the_proof_is_named(entries: list[Entry], forgotten: int, about: str) -> None:
    """Another way, a forgotten request, an error that the client swallowed, a key that the fake did not know."""
    assert [about] == [doubt.about for doubt in doubts(entries, forgotten, CURSOR)]


def test_keys_that_should_be_ignored_must_be() -> None:
    """A key that a list is known to drop and did not is a doubt as well."""
    due = replace(CURSOR, ignored=frozenset({"search"}))
    assert [] == doubts([PROBE, {**WALK, "ignored": ["search"]}], 0, due)
    assert 1 == len(doubts([PROBE, WALK], 0, due))


def test_refusals_that_are_due_must_come_and_no_other() -> None:
    """Neither fewer nor more nor others than the export brings about."""
    expired = entry("GET", PAYLOAD["path"], status=403, party="storage")
    due = replace(CURSOR, marks=CURSOR.marks | {"payload"}, refusals={403: 2})
    assert [] == doubts([PROBE, WALK, expired, expired], 0, due)
    for wrong in ([expired], [expired] * 3, [expired, expired, entry("GET", "/storages/1/", status=404)]):
        (doubt,) = doubts([PROBE, WALK, *wrong], 0, due)
        assert ("journal, refusals", "2 x 403") == (doubt.about, doubt.expected)


def test_files_beside_originals_must_be_those_that_are_due() -> None:
    """A file that is nobody's original is downloaded by the versions that do so, and by no other."""
    sidecar = entry("GET", "/synapse-media/data-units/7/1/meta-7.json", party="storage")
    every = frozenset({"meta-7.json", "meta-8.json"})
    assert [] == doubts([PROBE, WALK, sidecar], 0, replace(CURSOR, others=every, beside=frozenset({"meta-7.json"})))
    (unasked,) = doubts([PROBE, WALK, sidecar], 0, replace(CURSOR, others=every))
    (missing,) = doubts([PROBE, WALK, sidecar], 0, replace(CURSOR, others=every, beside=every))
    assert ["none", "1: meta-7.json"] == [unasked.expected, unasked.got]
    assert ["2: meta-7.json, meta-8.json", "1: meta-7.json"] == [missing.expected, missing.got]


def test_a_sharded_export_must_show_its_jobs() -> None:
    """One job where two are due is a doubt."""
    assert 2 == jobs_of([ENQUEUE, PROBE, ENQUEUE])
    due = replace(DELEGATED, jobs=2)
    assert [] == doubts([PROBE, STREAM, ENQUEUE, ENQUEUE], 0, due)
    (doubt,) = doubts([PROBE, STREAM, ENQUEUE], 0, due)
    assert ("journal, export jobs", "at least 2", "1") == (doubt.about, doubt.expected, doubt.got)


def test_requests_of_the_run_itself_are_not_the_clients() -> None:
    """What goes to ``/_fake/`` is not counted."""
    assert [PROBE] == requests_of([OWN, PROBE, OWN])


def test_an_export_is_judged_by_its_own_requests() -> None:
    """Of a backend that serves one export after another, what came before the mark is another's; gaps are counted."""
    entries = [{**asked, "number": number} for number, asked in ((3, ENQUEUE), (5, PROBE), (6, OWN), (7, WALK))]
    journal: JournalFile = {"arrived": 7, "dropped": 2, "entries": entries}
    assert ([entries[1], entries[3]], 0) == since(journal, 4)
    assert ([entries[0], entries[1], entries[3]], 2) == since(journal, 1)
