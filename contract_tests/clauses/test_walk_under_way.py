"""A walk while others write: what was there throughout appears exactly once, by unique ordering."""

from __future__ import annotations

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
from contract_tests.clauses.walking import MOST_PAGES, get_page
from contract_tests.strategies.ground_truth import DATASET, DATASETS
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

IDS = st.integers(1, 20)
MOMENTS = st.sampled_from(strategies.INSTANTS)
OWNERS = {key: strategies.SURROUNDINGS[key] for key in ("tenants", "users", "data_collections", "projects")}
PARENT = {"id": 99, "project": strategies.MAIN_PROJECT, "created": strategies.INSTANTS[0]}


def tasks(moments: dict[int, str], _: Collection[int]) -> dict[str, Any]:
    """Return tasks of the main project, each created at its moment."""
    rows = [{"id": number, "project": strategies.MAIN_PROJECT, "created": at} for number, at in moments.items()]
    return {**OWNERS, "tasks": rows}


def assignments(moments: dict[int, str], _: Collection[int]) -> dict[str, Any]:
    """Return assignments of one task, each created at its moment."""
    rows = [{"id": number, "task": 99, "user": 1, "created": at} for number, at in moments.items()]
    return {**OWNERS, "tasks": [PARENT], "assignments": rows}


def events(moments: dict[int, str], present: Collection[int]) -> dict[str, Any]:
    """Return events, each of a ground truth of its own, and the version that holds them and those that are there."""
    numbers = sorted({*moments, *present})
    everything = dict.fromkeys(numbers, strategies.INSTANTS[0]) | moments
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


WRITERS: dict[Target, Callable[[dict[int, str], Collection[int]], dict[str, Any]]] = {
    "task": tasks,
    "assignment": assignments,
    "ground_truth": events,
}


class WalkUnderWay(RuleBasedStateMachine):
    """One client walks a list by its key, in steps; others insert and delete between its steps."""

    target: ClassVar[Target] = "task"

    def __init__(self) -> None:
        super().__init__()
        self.backend = FakeBackend(seed=strategies.SURROUNDINGS).open()
        self.headers = self.backend.tokens[strategies.MAIN_TENANT].headers
        self.list = LISTS[self.target]
        self.present: set[int] = set()
        self.throughout: set[int] = set()
        self.seen: list[int] = []
        self.next: str | None = None
        self.descending = True
        self.over = False

    def teardown(self) -> None:
        """Walk to the end, so that every run says something, and let go of the backend."""
        try:
            for _ in range(MOST_PAGES):
                if self.over:
                    break
                self.turn_the_page()
            if self.seen or self.over:
                self.who_stayed_was_seen()
        finally:
            self.backend.close()

    def write(self, numbers: Collection[int], moment: str) -> None:
        """Add rows of these keys to the list, all created at one moment."""
        self.backend.seed(WRITERS[self.target](dict.fromkeys(sorted(numbers), moment), self.present))
        self.present |= set(numbers)

    @initialize(ids=st.sets(IDS), first=st.booleans(), size=st.integers(1, 4), down=st.booleans())
    def begin(self, ids: set[int], size: int, *, first: bool, down: bool) -> None:
        """Fill the list and fetch its first page."""
        self.write(ids, strategies.INSTANTS[0])
        self.throughout, self.descending = set(ids), down
        order = f"-{self.list.key}" if down else self.list.key
        if first:
            query = {**self.list.confines, "pagination": "cursor", "ordering": order, "page_size": size}
            self.take(self.backend.url + self.list.first, query)
        else:
            query = {**self.list.second_confines, "sort": order, "per_page": size}
            self.take(self.backend.url + self.list.second, query)

    @precondition(lambda self: not self.over)
    @rule()
    def turn_the_page(self) -> None:
        """Follow the link of the last page."""
        assert self.next is not None
        self.take(self.next)

    def take(self, url: str, query: dict[str, object] | None = None) -> None:
        """Fetch a page and note what it shows."""
        page = get_page(url, self.headers, query)
        keys = [row[self.list.key] for row in page.rows]
        assert set(keys) <= self.present, "a row was listed that was not there"
        self.seen += keys
        self.next, self.over = page.next, page.next is None

    @rule(number=IDS, moment=MOMENTS)
    def insert(self, number: int, moment: str) -> None:
        """Another user adds a row, anywhere in the order."""
        if number not in self.present:
            self.write([number], moment)

    @precondition(lambda self: self.present)
    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Another user deletes a row; the one that the walk stands at is as good as any."""
        near = [number for number in self.seen[-1:] if number in self.present]
        number = data.draw(st.sampled_from([*near, *sorted(self.present)]))
        assert self.backend.remove(self.target, [number]) == 1
        self.present.discard(number)
        self.throughout.discard(number)

    @invariant()
    def rows_come_in_order_and_never_twice(self) -> None:
        """By unique ordering a walk only moves on."""
        assert sorted(set(self.seen), reverse=self.descending) == self.seen

    @invariant()
    def who_stayed_was_seen(self) -> None:
        """At the end of the walk no row is missing that was there from its beginning."""
        if self.over:
            assert self.throughout <= set(self.seen)


@pytest.mark.parametrize("target", TARGETS)
def test_who_was_there_throughout_appears_exactly_once(target: Target) -> None:
    """Inserts and deletes before, at and behind the cursor neither hide nor repeat a row, on v1 and on v2."""
    machine = type(f"WalkOf_{target}", (WalkUnderWay,), {"target": target})
    run_state_machine_as_test(machine, settings=settings(max_examples=7, stateful_step_count=15))
