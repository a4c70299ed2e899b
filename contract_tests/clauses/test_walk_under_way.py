"""A walk while others write: what was there throughout appears exactly once, by unique ordering."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from contract_tests.clauses.walking import MOST_PAGES, get_page
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

IDS = st.integers(1, 20)
MOMENTS = st.sampled_from(strategies.INSTANTS)
SURFACES: dict[str, Callable[[str, int], tuple[str, dict[str, object]]]] = {
    "v1": lambda order, size: ("/sdk/tasks/", {"pagination": "cursor", "ordering": order, "page_size": size}),
    "v2": lambda order, size: ("/v2/tasks/", {"sort": order, "per_page": size}),
}


class WalkUnderWay(RuleBasedStateMachine):
    """One client walks a list by id, in steps; others insert and delete between its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.backend = FakeBackend(seed=strategies.SURROUNDINGS).open()
        self.headers = self.backend.tokens[strategies.MAIN_TENANT].headers
        self.present: set[int] = set()
        self.throughout: set[int] = set()
        self.ever: set[int] = set()
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

    def write(self, ids: Collection[int], moment: str) -> None:
        """Add rows of these ids to the list, all created at one moment."""
        rows = [{"id": number, "project": strategies.MAIN_PROJECT, "created": moment} for number in sorted(ids)]
        owners = {key: strategies.SURROUNDINGS[key] for key in ("tenants", "data_collections", "projects")}
        self.backend.seed({**owners, "tasks": rows})
        self.present |= set(ids)
        self.ever |= set(ids)

    @initialize(ids=st.sets(IDS), surface=st.sampled_from(sorted(SURFACES)), size=st.integers(1, 4), down=st.booleans())
    def begin(self, ids: set[int], surface: str, size: int, *, down: bool) -> None:
        """Fill the list and fetch its first page."""
        self.write(ids, strategies.INSTANTS[0])
        self.throughout, self.descending = set(ids), down
        path, query = SURFACES[surface]("-id" if down else "id", size)
        self.take(self.backend.url + path, {"project": strategies.MAIN_PROJECT, **query})

    @precondition(lambda self: not self.over)
    @rule()
    def turn_the_page(self) -> None:
        """Follow the link of the last page."""
        assert self.next is not None
        self.take(self.next)

    def take(self, url: str, query: dict[str, object] | None = None) -> None:
        """Fetch a page and note what it shows."""
        page = get_page(url, self.headers, query)
        assert set(page.ids) <= self.present, "a row was listed that was not there"
        self.seen += page.ids
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
        assert self.backend.remove_tasks([number]) == 1
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


def test_who_was_there_throughout_appears_exactly_once() -> None:
    """Inserts and deletes before, at and behind the cursor neither hide nor repeat a row, on v1 and on v2."""
    run_state_machine_as_test(WalkUnderWay, settings=settings(max_examples=60, stateful_step_count=15))
