"""A bundle of as many rows as were counted may still hold other rows: it is held against the scope row by row."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from export_rig import DELEGATED, before, failure, rigged, task, tree
from hypothesis import given
from hypothesis import strategies as st
from target_rig import CREATED, SCOPES, SELECTIONS, TARGETS, event, wide_document

from sdk.clients.errors import ServerError
from sdk.plugins.actions.export.bundle import Scan
from sdk.plugins.actions.export.errors import ScopeDifferenceError
from sdk.plugins.actions.export.manifest import Manifest
from sdk.plugins.actions.export.reconcile import Since
from sdk.plugins.actions.export.scope import Listed, Probe, TargetScope
from sdk.plugins.actions.export.targets import TARGETS as KINDS
from sdk.plugins.actions.export.verification import Verified, verified
from sdk.plugins.errors import StepFailed

START = datetime(2026, 1, 15, 9, tzinfo=UTC)
OLD, YOUNG = START - timedelta(days=1), START + timedelta(seconds=1)
PLURAL = "ground_truth_dataset_versions"
ids = st.sets(st.integers(1, 25), max_size=20)


class Rows:
    """A bundle and a scope of numbers, and whether rows may move in the latter."""

    def __init__(self, bundle, scope, exist, *, lasting) -> None:
        self.parts = ()
        self.is_lasting = lasting
        self._bundle = sorted(bundle, reverse=True)
        self._scope = [Listed(n, OLD) for n in sorted(scope, reverse=True)]
        self._exist = exist

    def scan(self):
        """Count."""
        return Scan((), is_descending=True) if not self._bundle else Scan((len(self._bundle),), is_descending=True)

    def ids(self):
        """Yield the bundle's."""
        return iter(self._bundle)

    def listed(self):
        """Yield the scope's."""
        return iter(self._scope)

    def existing(self, asked):
        """Look up."""
        return {n: Listed(n, OLD) for n in asked if n in self._exist}


@given(bundle=ids, scope=ids, gone=ids, lasting=st.booleans())
def test_equal_counts_are_believed_only_as_far_as_the_rows_agree(bundle, scope, gone, lasting) -> None:
    """By what lasts every difference is an error; else one that leaves the scope as large as it was."""
    rows = Rows(bundle, scope, (bundle | scope) - (gone - scope), lasting=lasting)
    missing, surplus = scope - bundle, bundle - scope - gone
    manifest = Manifest("p", "", len(bundle), ())
    rows.parts = (SimpleNamespace(name="p", declared=None),) if bundle else ()
    probe = Probe(START, len(bundle), max(scope, default=None))

    def verify():
        return verified(rows, manifest, rows, probe, Since(START, probe.newest))

    if (missing or surplus) and (lasting or len(missing) == len(surplus)):
        with pytest.raises(ScopeDifferenceError, match="Nothing was exported"):
            verify()
    else:
        found = verify()
        findings = found.findings
        assert found == Verified.of_json(json.loads(json.dumps(found.as_json())))
        assert len(bundle) == found.keys.count
        assert sorted(missing | surplus, reverse=True) == findings.moved
        assert sorted((bundle - scope) & gone, reverse=True) == findings.removed


def test_all_rows_in_surplus_are_looked_at_where_their_number_decides() -> None:
    """Rows that are gone are no surplus, also beyond the first look-up of 200."""
    surplus, gone, missing = set(range(1000, 1225)), set(range(1, 6)), set(range(2000, 2225))
    rows = Rows(surplus | gone, missing, surplus | missing, lasting=False)
    rows.parts = (SimpleNamespace(name="p", declared=None),)
    probe = Probe(START, 230, 2224)

    with pytest.raises(ScopeDifferenceError, match=r"225 surplus row\(s\).* 225 missing row"):
        verified(rows, Manifest("p", "", 230, ()), rows, probe, Since(START, 2224))


def swapped(old: int, new: int, key: str):
    """Return an action in whose bundle one row has become another one; the number of lines stays."""

    def swap(context):
        for part in context.root.local_path("exports").rglob("*.jsonl"):
            lines = [json.loads(line) for line in part.read_bytes().splitlines()]
            for row in lines:
                row[key] = new if row[key] == old else row[key]
            part.write_text("".join(json.dumps(row) + "\n" for row in lines), "utf-8")

    return before("bundle_read", swap)


def refused(rig, sentence: str, action, **fields) -> None:
    """Assert that an export ends in a difference of bundle and scope, with nothing published."""
    with pytest.raises(StepFailed, match=sentence) as error:
        rig.export(DELEGATED, action, **fields)

    assert isinstance(failure(error.value), ScopeDifferenceError)
    assert [] == [name for name in tree(rig.root) if "/exp/" in name and ".partial" not in name and "async" not in name]


@pytest.mark.parametrize(
    ("target", "old", "new", "narrowed"),
    [
        ("task", 3, 5, True),
        ("assignment", 13, 15, True),
        ("ground_truth", 203, 205, True),
        ("task", 3, 50, False),
        ("assignment", 13, 60, False),
        ("ground_truth", 203, 250, False),
    ],
)
def test_a_row_that_stands_for_another_one_is_found(target, old, new, narrowed) -> None:
    """A worker that misreads a filter, or the bundle of another job: as many lines as were counted."""
    scope = (SELECTIONS if narrowed else SCOPES)[target]
    elsewhere = {
        "projects": [*wide_document()["projects"], {"id": 2, "tenant": "acme", "data_collection": 1}],
        "tasks": [*wide_document()["tasks"], task(50, project=2)],
        "data_units": [*wide_document()["data_units"], {"id": 50, "data_collection": 1}],
        "assignments": [*wide_document()["assignments"], {"id": 60, "task": 50, "user": 1, "created": CREATED}],
        "ground_truth_events": [*wide_document()["ground_truth_events"], event(6, pgh_id=250)],
    }
    with rigged(wide_document(**elsewhere)) as rig:
        count = rig.export(DELEGATED, target=target, filter=scope, name="before")["exported_count"]
        sentence = (
            rf"holds {count} row\(s\) and the probe counted {count}; 1 surplus row\(s\) that the filter does not "
            rf"select: {new}; 1 missing row\(s\): {old}\. Nothing was exported"
        )

        refused(rig, sentence, swapped(old, new, KINDS[target].key), target=target, filter=scope)


def test_a_filter_on_what_changes_is_no_excuse_for_a_swapped_row() -> None:
    """The scope is as large as it was, so nobody has moved."""
    rows = [task(number, is_discarded=number > 4) for number in range(1, 8)]
    with rigged(wide_document(tasks=rows, assignments=[])) as rig:
        refused(rig, "surplus .*: 6; 1 missing", swapped(3, 6, "id"), filter={"project": 1, "is_discarded": False})


def test_rows_that_moved_while_the_job_ran_are_reported(monkeypatch) -> None:
    """An active project would otherwise never get an export by status through; the rows are as the server saw them."""
    rows = [task(number, is_discarded=number > 4) for number in range(1, 8)]
    listed = TargetScope.listed

    def later(scope):
        return (Listed(row.id, row.created) for row in listed(scope) if row.id != 3)

    monkeypatch.setattr(TargetScope, "listed", later)
    with rigged(wide_document(tasks=rows, assignments=[])) as rig:
        result = rig.export(DELEGATED, filter={"project": 1, "is_discarded": False}, name="before")
        sentence = (
            "1 row(s) came into the filter's selection or left it while the export ran, and are exported as the server "
            "found them: 3"
        )

        assert 4 == result["exported_count"]
        assert [sentence] == result["warnings"]
        assert sentence in rig.logger.texts()
        refused(
            rig, "1 surplus .*: 3", None or before("bundle_read", lambda _: None), filter={"project": 1, "id__lt": 5}
        )


@pytest.mark.parametrize(
    ("target", "filters", "lasting"),
    [
        ("task", {}, True),
        ("task", {"project": 1, "id__gte": 3, "created__lt": "2026-02-01", "ids_ex": "4"}, True),
        ("task", {"project": 1, "status_label": "completed"}, False),
        ("task", {"project": 1, "search": "a"}, False),
        ("assignment", {"project": 1, "tasks": [1]}, True),
        ("assignment", {"project": 1, "users": [1]}, False),
        ("assignment", {"last_labeled__gt": "2026-01-01"}, False),
        ("ground_truth", {"ids": "1", "classes": "a", "ground_truth": "1"}, True),
        ("ground_truth", {PLURAL: [4]}, False),
    ],
)
def test_what_lasts_is_what_a_row_cannot_change(target, filters, lasting) -> None:
    """An event is a snapshot; which of them a version holds may change until it is released."""
    assert lasting == TargetScope(None, KINDS[target], filters, None, 1).is_lasting


@pytest.mark.parametrize("target", TARGETS)
def test_a_scope_that_cannot_be_walked_is_not_published(target, monkeypatch) -> None:
    """What cannot be compared is not known to be right."""

    def broken(scope):
        raise ServerError("the list is down", status=503)

    monkeypatch.setattr(TargetScope, "listed", broken)
    with rigged(wide_document()) as rig:
        with pytest.raises(StepFailed, match="the list is down"):
            rig.export(DELEGATED, target=target, filter=SCOPES[target])

        assert not (rig.root / "exports" / "run" / "exp").exists()


def test_the_walk_of_keys_takes_no_pauses(monkeypatch) -> None:
    """A page of two small fields is an index seek; the throttle is for pages and chunks that carry payloads."""
    with rigged(wide_document()) as rig:
        slept = []
        sleep = rig.backend.clock.sleep

        def taken(context):
            monkeypatch.setattr(rig.backend.clock, "sleep", lambda seconds: slept.append(seconds) or sleep(seconds))

        rig.requests()
        rig.export(DELEGATED, before("bundle_read", taken), export_page_size=2, save_original_file=False)
        pages = [path for method, path in rig.requests() if path == "/sdk/tasks/"]

        assert 1 + 4 == len(pages)
        assert [] == [seconds for seconds in slept if seconds]
