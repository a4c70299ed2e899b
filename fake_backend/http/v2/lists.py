"""``/v2/``: the slim lists, by cursor alone (OpenAPI ``task_list`` and its like; contract.md 3.1, 6)."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from flask import Blueprint, Response

from fake_backend.core.filter_sets import ASSIGNMENTS_V2, GROUND_TRUTH_DATASETS_V2, GROUND_TRUTH_V2, TASKS_V2
from fake_backend.http.answers import enveloped
from fake_backend.http.pages import Wanted, by_cursor
from fake_backend.http.request import caller, query, storage_url, world
from fake_backend.http.rights import rows_within_rights
from fake_backend.http.v2.rows import ASSIGNMENT, DATASET, GROUND_TRUTH_EVENT, TASK
from fake_backend.http.wire import Around, List
from fake_backend.store.kinds import ASSIGNMENTS, DATASETS, GROUND_TRUTH, TASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.filters import Condition

lists = Blueprint("v2-lists", __name__, url_prefix="/v2")

PER_PAGE = 50  # the OpenAPI example's
MAX_PER_PAGE = 200  # contract 3.1: what the client asks for
KNOWN = frozenset({"cursor", "per_page", "sort", "url_host"})


LISTS = (
    List("tasks", TASKS, TASKS_V2, TASK),
    List("assignments", ASSIGNMENTS, ASSIGNMENTS_V2, ASSIGNMENT),
    List("ground-truth-events", GROUND_TRUTH, GROUND_TRUTH_V2, GROUND_TRUTH_EVENT),
    List("ground-truth-datasets", DATASETS, GROUND_TRUTH_DATASETS_V2, DATASET),
)


def list_rows(listed: List, confined: Sequence[Condition] = ()) -> Response:
    """One keyset page of the caller's rows, without payloads and without a count.

    Args:
        listed: The list.
        confined: What rows must be besides what the query says.
    """
    asked, tenant = query(), caller().tenant
    chosen = asked.select(listed.filters, KNOWN, listed.kind.target)
    if "slim-list-filter-loss" in world().bugs:
        chosen = replace(
            chosen, conditions=tuple(test for test in chosen.conditions if test.field == listed.kind.scope)
        )
    conditions = (*confined, *chosen.within(rows_within_rights(listed.kind)).conditions)
    ordering = listed.kind.ordering(asked.last("sort"))
    size = asked.size("per_page", PER_PAGE, MAX_PER_PAGE)
    here = world()
    wanted = Wanted(here.rows[listed.kind], tenant, conditions, ordering, size, listed.shape.columns)
    page = by_cursor(asked, wanted, form=here.settings.next_cursor)
    pagination = {"next_cursor": page.next, "previous_cursor": page.previous, "per_page": size}
    items = listed.shape.show(Around(here, page.rows, "inline", storage_url()))
    return enveloped(items, pagination=pagination)


for _listed in LISTS:
    lists.add_url_rule(f"/{_listed.path}/", _listed.path, partial(list_rows, _listed))
