"""Bundle against scope: what creation and deletion explain is reported, everything else is an error with names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export.errors import ScopeDifferenceError, named
from sdk.plugins.actions.export.reconcile import Since, differences, ensure_explained, judge
from sdk.plugins.actions.export.scope import Listed, pieces

START = datetime(2026, 1, 15, 9, tzinfo=UTC)
ids = st.sets(st.integers(1, 40))


def listed(numbers, young=()):
    """Return rows in descending order; the young ones were created after the start."""
    return [Listed(n, START + timedelta(seconds=1 if n in young else -1)) for n in sorted(numbers, reverse=True)]


@given(ids, ids)
def test_two_descending_lists_are_compared_as_sets(bundle, scope) -> None:
    """Neither is ever held as a whole."""
    found = list(differences(sorted(bundle, reverse=True), listed(scope)))

    assert sorted(bundle ^ scope, reverse=True) == [number for number, _ in found]
    assert {number: number in scope for number in bundle ^ scope} == {number: row is not None for number, row in found}


@given(bundle=ids, scope=ids, young=ids, gone=ids)
def test_every_difference_is_explained_or_named(bundle, scope, young, gone) -> None:
    """Created since or deleted since is reported; the rest is missing or surplus, row by row."""
    gone = gone - scope
    exist = bundle | scope | young
    since = Since(START, newest=40)

    findings = judge(
        sorted(bundle, reverse=True),
        listed(scope, young),
        since,
        lambda asked: {row.id: row for row in listed(set(asked) & exist - gone, young)},
    )

    assert sorted((scope - bundle) - young, reverse=True) == findings.missing
    assert sorted((bundle - scope) - gone - young, reverse=True)[:20] == findings.surplus[:20]
    if len(findings.surplus) < 20:
        assert sorted((bundle - scope) & gone, reverse=True) == findings.removed
        assert sorted(((scope ^ bundle) & young) - gone, reverse=True) == findings.created_since
    assert findings.is_explained == (not findings.missing and not findings.surplus)


@pytest.mark.parametrize(
    ("expected", "in_scope", "created", "number"),
    [
        (True, True, START + timedelta(seconds=1), 1),
        (True, False, START + timedelta(seconds=1), 99),
        (False, True, START - timedelta(seconds=1), 99),
        (True, True, START, 11),
        (False, True, START, 10),
        (False, False, START, 11),
        (True, True, None, 11),
        (False, False, None, 11),
    ],
)
def test_at_the_very_start_only_a_higher_id_of_the_scope_is_young(expected, in_scope, created, number) -> None:
    """A filter that the job ignores brings rows with higher ids too; they must not pass for new ones."""
    assert expected == Since(START, newest=10).covers(Listed(number, created), in_scope=in_scope)


@given(st.integers(1, 30), st.integers(0, 30), st.integers(0, 30))
def test_as_many_in_surplus_as_missing_are_no_movement(size, swapped, entered) -> None:
    """Of as many rows as were counted: rows that were swapped keep the scope's size, rows that moved do not."""
    swapped = min(swapped, size)
    bundle = range(200, 200 - size, -1)
    wrong = set(range(1, swapped + 1))
    right = sorted({*list(bundle)[swapped:], *wrong, *range(50, 50 + entered)}, reverse=True)

    findings = judge(
        bundle, listed(right), Since(START), lambda asked: {row.id: row for row in listed(asked)}, enough=None
    )
    moved = findings.as_movement()

    assert (swapped, swapped + entered) == (findings.surplus_count, len(findings.missing))
    assert (entered > 0) == findings.is_movement
    assert sorted({*list(bundle)[:swapped], *wrong, *range(50, 50 + entered)}, reverse=True) == moved.moved
    assert moved.is_explained
    assert (moved.moved == []) == (moved.movement() == "")


def test_up_to_twenty_rows_of_each_kind_are_named() -> None:
    """99,792 ids in one sentence would help nobody (incidents.md 1, SYN-7438)."""
    bundle, scope = range(130, 100, -1), listed(range(1, 26))

    with pytest.raises(ScopeDifferenceError) as refusal:
        ensure_explained(
            judge(bundle, scope, Since(START), lambda asked: {row.id: row for row in listed(asked)}),
            counted=30,
            probed=25,
        )

    assert str(refusal.value) == (
        "The delegated bundle holds 30 row(s) and the probe counted 25; "
        "30 surplus row(s) that the filter does not select: "
        + ", ".join(map(str, range(130, 110, -1)))
        + " and 10 more; "
        "25 missing row(s): " + ", ".join(map(str, range(25, 5, -1))) + " and 5 more. Nothing was exported."
    )


def test_a_sentence_names_a_few_ids_and_counts_the_rest() -> None:
    """One, all of a few, or twenty of many."""
    assert "7" == named([7])
    assert ", ".join(map(str, range(20))) + " and 2 more" == named(range(22))


@given(st.integers(0, 700), st.sampled_from([1, 10**9, 2**62]), st.integers(0, 9600))
def test_ids_are_asked_for_in_queries_that_the_backend_takes(count, first, used) -> None:
    """contract.md 3.2: under 10,000 bytes with everything else that the query holds, and 200 ids at most."""
    base = {"search": "x" * used}
    numbers = list(range(first, first + count))
    found = list(pieces(numbers, base))

    assert numbers == [number for piece in found for number in piece]
    assert all(1 <= len(piece) <= 200 for piece in found)
    assert all(len(piece) == 1 or used + len(",".join(map(str, piece))) < 10_000 for piece in found)
