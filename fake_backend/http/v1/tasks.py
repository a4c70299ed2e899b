"""``/sdk/tasks/``: the list that exports walk, by page number or by cursor (contract.md 3.1, 3.2)."""

from __future__ import annotations

from flask import Blueprint, Response

from fake_backend.core.filters import TASKS_V1
from fake_backend.http import task_rows
from fake_backend.http.answers import answer
from fake_backend.http.pages import by_cursor, by_number
from fake_backend.http.request import caller, query, storage_url, world
from fake_backend.store.tasks import Ordering

tasks = Blueprint("v1-tasks", __name__, url_prefix="/sdk/tasks")

PAGE_SIZE = 100  # contract 2.2 row 2 and 4 ask for 100; the default itself is assumed
MAX_PAGE_SIZE = 1000  # contract 3.2: "caller 1-1000"
DEFAULT = Ordering("created", descending=True)  # SYN-7533: the list is ordered by -created unless told
KNOWN = frozenset(
    {"page", "page_size", "pagination", "cursor", "ordering", "fields", "expand", "response_mode", "url_host"}
)


@tasks.get("/")
def list_tasks() -> Response:
    """One page of the caller's tasks; ``pagination=cursor`` turns counting and offsets off."""
    asked = query()
    chosen = asked.select(TASKS_V1, KNOWN)
    ordering = Ordering.parse(asked.last("ordering"), DEFAULT)
    size = asked.size("page_size", PAGE_SIZE, MAX_PAGE_SIZE)
    fields, tenant, here = asked.listed("fields"), caller().tenant, world()
    columns = task_rows.columns(fields)
    if asked.last("pagination") == "cursor":
        page = by_cursor(
            asked,
            size=size,
            descending=ordering.descending,
            position=ordering.position,
            read=lambda place: here.tasks.keyset_page(tenant, chosen.conditions, ordering, place, columns),
        )
    else:
        page = by_number(
            asked,
            size=size,
            count=here.tasks.count(tenant, chosen.conditions),
            read=lambda offset, limit: here.tasks.offset_page(
                tenant, chosen.conditions, ordering, offset=offset, limit=limit, columns=columns
            ),
        )
    results = task_rows.whole(
        here,
        page.rows,
        fields=fields,
        expand=asked.listed("expand"),
        mode=task_rows.response_mode(asked),
        base=storage_url(),
    )
    return answer(page.as_v1(results))
