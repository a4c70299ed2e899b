"""What the journal proves about an export."""

from __future__ import annotations

import pytest

from contract_tests.conformance.cases import MATRIX, Case
from contract_tests.conformance.journal import Entry, JournalFile, doubts, heads_of, jobs_of, requests_of

NOTHING: frozenset[str] = frozenset()


def entry(method: str, path: str, query: str = "", *, status: int = 200, ignored: tuple[str, ...] = ()) -> Entry:
    """Return one request."""
    return {"method": method, "path": path, "query": query, "status": status, "ignored": list(ignored)}


PROBE = entry("GET", "/sdk/tasks/", "project=1&page_size=1")
SCAN = entry("GET", "/sdk/tasks/", "project=1&fields=id&page_size=100")
WALK = entry("GET", "/sdk/tasks/", "project=1&expand=data_unit&ordering=-id&pagination=cursor")
V2_LIST = entry("GET", "/v2/tasks/", "project=1&per_page=200&sort=-id")
ENQUEUE = entry("POST", "/v2/plugin_exports/", status=202)
OWN = entry("GET", "/_fake/journal/", status=0)


def journal(*entries: Entry, dropped: int = 0) -> JournalFile:
    """Return a journal of these requests."""
    return {"arrived": len(entries) + dropped, "dropped": dropped, "entries": list(entries)}


def case(head: str, jobs: int = 0) -> Case:
    """Return an export by a head."""
    return Case(MATRIX, "delegated" if head == "delegated" else "in-process", originals=False, scope={}, jobs=jobs)


@pytest.mark.parametrize(
    ("entries", "heads"),
    [
        ([PROBE], set()),
        ([PROBE, SCAN, ENQUEUE], {"delegated"}),
        ([PROBE, WALK], {"in-process"}),
        ([PROBE, V2_LIST], {"in-process"}),
        ([ENQUEUE, WALK], {"delegated", "in-process"}),
    ],
)
def test_a_head_is_known_by_what_it_asks(entries: list[Entry], heads: set[str]) -> None:
    """A job means delegated, rows with payloads mean in process; probes and scans mean neither."""
    assert heads == heads_of(entries)


@pytest.mark.parametrize(("head", "entries"), [("delegated", [PROBE, ENQUEUE]), ("in-process", [PROBE, WALK])])
def test_a_clean_journal_leaves_no_doubt(head: str, entries: list[Entry]) -> None:
    """The right head and nothing refused is proof; the run's own request for the journal does not count."""
    assert [] == doubts(journal(*entries, OWN), case(head), NOTHING)


@pytest.mark.parametrize(
    ("given_journal", "about"),
    [
        (journal(PROBE, ENQUEUE), "journal, head"),
        (journal(PROBE), "journal, head"),
        (journal(WALK, dropped=3), "journal"),
        (journal(WALK, entry("GET", "/projects/1/", status=404)), "journal, GET /projects/1/"),
        (journal(WALK, entry("GET", "/projects/1/", status=0)), "journal, GET /projects/1/"),
        (journal({**WALK, "ignored": ["bogus"]}), "journal, ignored query keys"),
    ],
)
def test_whatever_weakens_the_proof_is_named(given_journal: JournalFile, about: str) -> None:
    """The wrong head, a forgotten request, an error that the client swallowed, a key that the fake did not know."""
    assert [about] == [doubt.about for doubt in doubts(given_journal, case("in-process"), NOTHING)]


def test_keys_that_should_be_ignored_must_be() -> None:
    """A key that the v2 list is known to drop and did not is a doubt as well."""
    ignoring = journal({**V2_LIST, "ignored": ["search"]})
    assert [] == doubts(ignoring, case("in-process"), frozenset({"search"}))
    assert 1 == len(doubts(journal(V2_LIST), case("in-process"), frozenset({"search"})))


def test_a_sharded_export_must_show_its_jobs() -> None:
    """One job where two are due is a doubt."""
    assert 2 == jobs_of([ENQUEUE, PROBE, ENQUEUE])
    assert [] == doubts(journal(ENQUEUE, ENQUEUE), case("delegated", jobs=2), NOTHING)
    (doubt,) = doubts(journal(ENQUEUE), case("delegated", jobs=2), NOTHING)
    assert ("journal, export jobs", "at least 2", "1") == (doubt.about, doubt.expected, doubt.got)


def test_requests_of_the_run_itself_are_not_the_clients() -> None:
    """What goes to ``/_fake/`` is not counted."""
    assert [PROBE] == requests_of(journal(OWN, PROBE, OWN))
