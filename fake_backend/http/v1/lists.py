"""``/sdk/``: the lists that exports walk, by page number or by cursor (contract.md 3.1, 3.2)."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, Response

from fake_backend.core.filter_sets import ASSIGNMENTS_V1, GROUND_TRUTH_V1, TASKS_V1
from fake_backend.http.answers import answer
from fake_backend.http.pages import Wanted, by_cursor, by_number
from fake_backend.http.request import caller, query, storage_url, world
from fake_backend.http.rights import rows_within_rights
from fake_backend.http.v1.files import EVENT_FILES, TASK_FILES
from fake_backend.http.v1.rows import ASSIGNMENT, EVENT_ID_AND_DATA, GROUND_TRUTH_EVENT, ID_AND_DATA, TASK
from fake_backend.http.wire import Around, List, response_mode
from fake_backend.store.kinds import ASSIGNMENTS, GROUND_TRUTH, TASKS

lists = Blueprint("v1-lists", __name__, url_prefix="/sdk")

PAGE_SIZE = 100  # contract 2.2 row 2 and 4 ask for 100; the default itself is assumed
MAX_PAGE_SIZE = 1000  # contract 3.2: "caller 1-1000"
KNOWN = frozenset(
    {"page", "page_size", "pagination", "cursor", "ordering", "fields", "expand", "response_mode", "url_host"}
)


LISTS = (
    List("tasks", TASKS, TASKS_V1, TASK),
    List("assignments", ASSIGNMENTS, ASSIGNMENTS_V1, ASSIGNMENT),
    List("ground_truth_events", GROUND_TRUTH, GROUND_TRUTH_V1, GROUND_TRUTH_EVENT),
    List("tasks/data", TASKS, TASKS_V1, ID_AND_DATA),
    List("assignments/data", ASSIGNMENTS, ASSIGNMENTS_V1, ID_AND_DATA),
    List("ground_truth_events/data", GROUND_TRUTH, GROUND_TRUTH_V1, EVENT_ID_AND_DATA),
    List("tasks/files", TASKS, TASKS_V1, TASK_FILES),
    List("assignments/files", ASSIGNMENTS, ASSIGNMENTS_V1, TASK_FILES),
    List("ground_truth_events/files", GROUND_TRUTH, GROUND_TRUTH_V1, EVENT_FILES),
)


def list_rows(listed: List) -> Response:
    """One page of the caller's rows; ``pagination=cursor`` turns counting and offsets off.

    ``ordering`` takes the list's key or ``created`` (SYN-7533: the list of tasks is ordered by ``-created`` unless
    told). A target that the world's settings leave out ignores ``response_mode`` (SYN-7535).
    """
    asked, tenant, here = query(), caller().tenant, world()
    chosen = asked.select(listed.filters, KNOWN, listed.kind.target).within(rows_within_rights(listed.kind))
    ordering = listed.kind.ordering(asked.last("ordering"))
    size = asked.size("page_size", PAGE_SIZE, MAX_PAGE_SIZE)
    shape = listed.shape.of(asked.listed("fields"), asked.listed("expand"))
    wanted = Wanted(here.rows[listed.kind], tenant, chosen.conditions, ordering, size, shape.columns)
    if asked.last("pagination") == "cursor":
        page = by_cursor(asked, wanted, counted=here.settings.cursor_count)
    else:
        page = by_number(asked, size=size, count=wanted.count(), read=wanted.part)
    honoured = listed.kind.target in here.settings.presigned_targets
    mode = response_mode(asked) if honoured else "inline"
    return answer(page.as_v1(shape.show(Around(here, page.rows, mode, storage_url()))))


for _listed in LISTS:
    lists.add_url_rule(f"/{_listed.path}/", _listed.path, partial(list_rows, _listed))
