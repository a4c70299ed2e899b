"""Whether the ledger keeps its promises: a pure function of its rows, the tests there are, and the day."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from contract_tests.ledger.rows import EVIDENCE, Row

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date


def faults(rows: Sequence[Row], *, tests: AbstractSet[str], clauses: AbstractSet[str], today: date) -> list[str]:
    """Return what is wrong with the ledger, one sentence each; nothing when all is well.

    Args:
        rows: The ledger.
        tests: Node ids of every test of the project.
        clauses: Node ids of the contract tests, each of which needs a row.
        today: The day that no row's date may be after.
    """
    named = {row.test for row in rows}
    return [
        *(f"{name}: the id is used {n} times; each rule needs its own." for name, n in _repeated(rows)),
        *(sentence for row in rows for sentence in _row_faults(row, tests, today)),
        *(f"{name}: {n} rules name this test; a rule has a test of its own." for name, n in _shared(rows)),
        *(f"{test}: no rule names this contract test; add a row." for test in sorted(clauses - named)),
    ]


def _repeated(rows: Sequence[Row]) -> Iterator[tuple[str, int]]:
    return ((name, number) for name, number in Counter(row.id for row in rows).items() if number > 1)


def _shared(rows: Sequence[Row]) -> Iterator[tuple[str, int]]:
    return ((name, number) for name, number in Counter(row.test for row in rows).items() if number > 1)


def _row_faults(row: Row, tests: AbstractSet[str], today: date) -> Iterator[str]:
    if row.test not in tests:
        yield f"{row.id}: there is no test {row.test}."
    if row.evidence not in EVIDENCE:
        yield f"{row.id}: evidence is {row.evidence!r}; it can be {', '.join(EVIDENCE)}."
    if row.date > today:
        yield f"{row.id}: the date {row.date.isoformat()} is in the future; today is {today.isoformat()}."
    if row.evidence == "assumed" and not row.settles.strip():
        yield f"{row.id}: an assumed rule must say in `settles` what would settle it."
    if row.evidence != "assumed" and row.settles:
        yield f"{row.id}: `settles` belongs to assumed rules; this one rests on {row.evidence}."
    if row.evidence == "client" and not row.versions:
        yield f"{row.id}: a rule that rests on the client must say in `versions` which versions show it."
    if row.evidence != "client" and row.versions:
        yield f"{row.id}: `versions` belongs to rules that rest on the client; this one rests on {row.evidence}."
    for field in ("id", "rule", "source"):
        if not getattr(row, field).strip():
            yield f"{row.id}: {field} is blank."
