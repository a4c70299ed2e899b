"""A walk while others write: what was there throughout appears exactly once, wherever a cursor names one row."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contract_tests import strategies
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walk_laws import History, broken
from contract_tests.clauses.walking import Page, behind, get_page
from contract_tests.strategies.ground_truth import DATASET, DATASETS
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

IDS = st.integers(1, 20)
WALKS = settings().max_examples // 3  # for each target
MOMENTS = st.sampled_from(strategies.INSTANTS)
OWNERS = {key: strategies.SURROUNDINGS[key] for key in ("tenants", "users", "data_collections", "projects")}
PARENT = {"id": 99, "project": strategies.MAIN_PROJECT, "created": strategies.INSTANTS[0]}


def tasks(moments: dict[int, str], _: dict[int, str]) -> dict[str, Any]:
    """Return tasks of the main project, each created at its moment."""
    rows = [{"id": number, "project": strategies.MAIN_PROJECT, "created": at} for number, at in moments.items()]
    return {**OWNERS, "tasks": rows}


def assignments(moments: dict[int, str], _: dict[int, str]) -> dict[str, Any]:
    """Return assignments of one task, each created at its moment."""
    rows = [{"id": number, "task": 99, "user": 1, "created": at} for number, at in moments.items()]
    return {**OWNERS, "tasks": [PARENT], "assignments": rows}


def events(moments: dict[int, str], present: dict[int, str]) -> dict[str, Any]:
    """Return events, each of a ground truth of its own, and the version that holds them and those that are there."""
    everything = present | moments
    numbers = sorted(everything)
    return {
        **OWNERS,
        "ground_truth_datasets": DATASETS["ground_truth_datasets"][:1],
        "data_units": [{"id": 1, "data_collection": 1}],
        "ground_truths": [{"id": 100 - n, "ground_truth_dataset": DATASET, "data_unit": 1} for n in numbers],
        "ground_truth_events": [
            {"pgh_id": number, "ground_truth": 100 - number, "created": at} for number, at in everything.items()
        ],
        "ground_truth_dataset_versions": [{"id": 51, "ground_truth_dataset": DATASET, "events": numbers}],
    }


WRITERS: dict[Target, Callable[[dict[int, str], dict[int, str]], dict[str, Any]]] = {
    "task": tasks,
    "assignment": assignments,
    "ground_truth": events,
}


class WalkUnderWay(RuleBasedStateMachine):
    """One client walks a list in steps; others insert and delete between its steps.

    Attributes:
        target: Whose list.
        conventions: How the backend pages.
        fields: What the list is ordered by: ``key``, or ``created`` where a cursor tells moments apart by their rows.
    """

    target: ClassVar[Target] = "task"
    conventions: ClassVar[st.SearchStrategy[Settings]] = st.just(Settings())
    fields: ClassVar[Sequence[str]] = ("key",)

    def __init__(self) -> None:
        super().__init__()
        self.list = LISTS[self.target]
        self.moments: dict[int, str] = {}
        self.present: set[int] = set()
        self.query: dict[str, Any] = {}
        self.next: str | None = None

    def teardown(self) -> None:
        """Walk to the end, so that every run says something, and let go of the backend."""
        if not hasattr(self, "backend"):
            return
        try:
            while not self.walk.over and not broken(self.walk):
                self.turn_the_page()
            self.no_law_is_broken()
        finally:
            self.backend.close()

    def write(self, numbers: Collection[int], moment: str) -> None:
        """Add rows of these keys to the list, all created at one moment."""
        added = dict.fromkeys(sorted(numbers), moment)
        there = {number: self.moments[number] for number in self.present}
        self.backend.seed(WRITERS[self.target](added, there))
        self.moments |= added
        self.present |= set(numbers)

    @initialize(data=st.data(), ids=st.sets(IDS), size=st.integers(1, 4), first=st.booleans(), down=st.booleans())
    def begin(self, data: st.DataObject, ids: set[int], size: int, *, first: bool, down: bool) -> None:
        """Fill the list and fetch its first page."""
        conventions = data.draw(self.conventions)
        by = data.draw(st.sampled_from(self.fields))
        self.backend = FakeBackend(seed=strategies.SURROUNDINGS, settings=conventions).open()
        self.headers = self.backend.tokens[strategies.MAIN_TENANT].headers
        self.write(ids, strategies.INSTANTS[0])
        turn = -1 if down else 1
        by_key, moments = by == "key", self.moments

        def rank(key: int) -> tuple[float, int]:
            return (0.0 if by_key else turn * datetime.fromisoformat(moments[key]).timestamp()), turn * key

        self.walk = History(rank, size, conventions.empty_every, throughout=set(ids), ever=set(ids))
        order = f"{'-' if down else ''}{self.list.key if by_key else by}"
        if first:
            self.url = self.backend.url + self.list.first
            self.query = {**self.list.confines, "pagination": "cursor", "ordering": order, "page_size": size}
        else:
            self.url = self.backend.url + self.list.second
            self.query = {**self.list.second_confines, "sort": order, "per_page": size}
        self.take(get_page(self.url, self.headers, self.query))

    @precondition(lambda self: not self.walk.over)
    @rule()
    def turn_the_page(self) -> None:
        """Follow the link of the last page."""
        assert self.next is not None
        self.take(behind(self.url, self.headers, self.query, self.next))

    def take(self, page: Page) -> None:
        """Note what a page shows."""
        keys = [row[self.list.key] for row in page.rows]
        assert set(keys) <= self.present, "a row was listed that was not there"
        self.walk.pages.append(keys)
        self.next, self.walk.over = page.next, page.next is None

    @rule(number=IDS, moment=MOMENTS)
    def insert(self, number: int, moment: str) -> None:
        """Another user adds a row, anywhere in the order; no key comes back, so that a row is one row."""
        if number not in self.walk.ever:
            self.write([number], moment)
            self.walk.ever.add(number)

    @precondition(lambda self: self.present)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Another user deletes a row; the one that the walk stands at is as good as any."""
        near = [number for number in self.walk.shown[-1:] if number in self.present]
        number = data.draw(st.sampled_from([*near, *sorted(self.present)]))
        assert self.backend.remove(self.target, [number]) == 1
        self.present.discard(number)
        self.walk.throughout.discard(number)

    @invariant()
    def no_law_is_broken(self) -> None:
        """What was there throughout is shown once, in order, and the walk ends."""
        assert [] == broken(self.walk)


def search(target: Target, conventions: st.SearchStrategy[Settings], *fields: str) -> None:
    """Look for a walk of a target's list that breaks a law."""
    known = {"target": target, "conventions": conventions, "fields": fields}
    machine = type(f"WalkOf_{target}", (WalkUnderWay,), known)
    run_state_machine_as_test(machine, settings=settings(max_examples=WALKS, stateful_step_count=15))


@pytest.mark.parametrize("target", TARGETS)
def test_who_was_there_throughout_appears_exactly_once(target: Target) -> None:
    """By key, inserts and deletes around the cursor neither hide nor repeat a row, on both APIs, however they page."""
    search(target, strategies.paging(), "key")


@pytest.mark.parametrize("target", TARGETS)
def test_sealed_cursors_keep_the_laws_among_rows_of_one_moment(target: Target) -> None:
    """By moment too: a sealed cursor says which row it stands at, where the framework's counts rows off."""
    search(target, strategies.paging(cursor="sealed"), "created")
