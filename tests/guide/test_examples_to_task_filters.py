"""The to_task guide's filters, each put into a run: the tasks that it says are written, and no other."""

from __future__ import annotations

from guide_blocks import statements
from guide_to_task_world import CAST, annotated, opened


def selections(block, **options) -> list[set[int]]:
    """Return which tasks a run writes for each filter of a block; a run writes what its filter selects, done or not."""
    selected = []
    for names in statements(f"to_task/{block}"):
        with opened(**options) as world:
            result = world.start(task_filters=names["task_filters"], overwrite=True)
            changed = world.changed()

            assert {number: annotated(number) for number in changed} == changed
            assert ("SUCCEEDED", len(changed)) == (result["status"], result["success"])
            selected.append(set(changed))
    return selected


def test_common_filters() -> None:
    """To_task guide, Common Filter Examples: status, data collection, user, nobody, all of them, and January."""
    assert [
        {1, 2, 3, 6},
        {1, 2, 3, 4, 5, 6},
        {3, 4},
        {1, 2, 5, 6},
        {1, 2, 6},
        {1, 3, 4, 5},
    ] == selections("04_common_filters.py")


def test_advanced_filtering() -> None:
    """To_task guide, Advanced Filtering: either status, and the others as well."""
    assert [{1, 3, 4, 6}] == selections("05_advanced_filtering.py")


def test_effective_filters() -> None:
    """To_task guide, Filter tasks effectively: the good one selects fewer than the one to avoid."""
    assert [{1, 3, 6}, {1, 2, 3, 6}] == selections("16_effective_filters.py")


def test_small_batch() -> None:
    """To_task guide, Test with small batch first: the ten lowest ids of the pending tasks, in any order of rows."""
    tasks = CAST | {number: {"created": "2025-01-01T09:00:00Z"} for number in range(30, 10, -1)}
    assert [{1, 2, 3, 6, 11, 12, 13, 14, 15, 16}] == selections("23_small_batch.py", tasks=tasks)
