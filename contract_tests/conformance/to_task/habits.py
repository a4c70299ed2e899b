"""What the published client does in ``to_task`` that nobody would expect of it: pure functions over a run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from contract_tests.conformance.habits import Habit
from contract_tests.oracle import FILTER_KEYS

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE_VANISHES = Habit(
    "none-vanishes",
    "A filter whose value is None is not sent, so the run is widened to every task of the project; those that people "
    "have completed are written over.",
    "to_task guide, 'assignee': None; run",
)
GUIDE_KEYS_PASS = Habit(
    "guide-keys-pass",
    "Filters are sent as they are given: those that the guide spells otherwise than the wire (status, created_at__gte) "
    "are ignored by the backend, and widen the run likewise.",
    "to_task guide, Task Filtering; contract.md 3.2; run",
)
ZERO_SUCCEEDS = Habit(
    "zero-succeeds",
    "A run of which no task succeeded reports SUCCEEDED.",
    "contract.md 4, incidents.md 6.6; run",
)
DEPLOYS_FIRST = Habit(
    "deploys-first",
    "The pre-processor is started before it is known whether there are tasks; a run that finds none ends in an error "
    "and leaves it running.",
    "contract.md 4, order of the steps; run",
)
SCHEMA_UNSENT = Habit(
    "schema-unsent",
    "The parameter schema is dropped without a word, so free-form data of a task with dm_schema_v1 are refused.",
    "contract.md 0, 4, incidents.md 5 (SYN-7340, fixed in 1.140); run",
)


def applied(filters: Mapping[str, object], project: int) -> dict[str, object]:
    """Return the filter as the backend applies it: without what is not sent and without what means nothing to it.

    Args:
        filters: ``task_filters`` as the client was given them.
        project: Which is put over them.
    """
    return {**{key: value for key, value in _sent(filters).items() if key in FILTER_KEYS["task"]}, "project": project}


def ignored(filters: Mapping[str, object]) -> frozenset[str]:
    """Return the keys that are sent and mean nothing to the backend."""
    return frozenset(_sent(filters).keys() - FILTER_KEYS["task"])


def _sent(filters: Mapping[str, object]) -> dict[str, object]:
    return {key: value for key, value in filters.items() if value is not None}
