"""``/v2/tasks/``: the slim list and the bulk fetch (OpenAPI ``task_list``, ``tasks:bulkFetch``; contract.md 3.1, 6)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from fake_backend.core.errors import BadRequest, IdsLimitExceeded
from fake_backend.core.filters import MAX_ID, TASKS_V2
from fake_backend.http import task_rows
from fake_backend.http.answers import enveloped
from fake_backend.http.pages import by_cursor
from fake_backend.http.request import caller, json_object, query, storage_url, world
from fake_backend.store.tasks import LISTED, Ordering

tasks = Blueprint("v2-tasks", __name__, url_prefix="/v2/tasks")

PER_PAGE = 50  # the OpenAPI example's
MAX_PER_PAGE = 200  # contract 3.1: what the client asks for
MAX_IDS = 200  # contract 3.1 and SYN-7418
DEFAULT = Ordering("created", descending=True)
KNOWN = frozenset({"cursor", "per_page", "sort", "url_host"})


@tasks.get("/")
def list_tasks() -> Response:
    """One keyset page of the caller's tasks, without payloads and without a count."""
    asked = query()
    chosen = asked.select(TASKS_V2, KNOWN)
    ordering = Ordering.parse(asked.last("sort"), DEFAULT)
    size = asked.size("per_page", PER_PAGE, MAX_PER_PAGE)
    page = by_cursor(
        asked,
        size=size,
        descending=ordering.descending,
        position=ordering.position,
        read=lambda place: world().tasks.keyset_page(caller().tenant, chosen.conditions, ordering, place, LISTED),
    )
    pagination = {"next_cursor": page.next, "previous_cursor": page.previous, "per_page": size}
    return enveloped([task_rows.slim(row) for row in page.rows], pagination=pagination)


@tasks.post("/bulk-fetch/")
def bulk_fetch() -> Response:
    """The payloads of up to 200 tasks, in the order of the request; ids that the caller cannot see are dropped."""
    asked, body = query(), json_object()
    ids = _ids(body.get("ids"))
    mode = task_rows.response_mode(asked)
    if not asked.has("response_mode") and body.get("response_mode") == "presigned":  # OpenAPI: the query goes first
        mode = "presigned"
    here = world()
    found = here.tasks.by_ids(caller().tenant, ids, task_rows.BULK)
    rows = [found[row_id] for row_id in ids if row_id in found]
    if "bulk-drops-rows" in here.bugs and rows:
        del rows[len(rows) // 2]
    data = task_rows.bulk(here, rows, mode, storage_url())
    if "bulk-swaps-payloads" in here.bugs:
        _swap_payloads(data)
    return enveloped(data)


def _ids(value: Any) -> list[int]:
    if not isinstance(value, list):
        raise BadRequest(
            "ids is a list of task ids.", received=value, expected="a list of 1 to 200 integers", field="ids"
        )
    if len(value) > MAX_IDS:
        raise IdsLimitExceeded(
            f"At most {MAX_IDS} ids a call.", received=len(value), expected=f"1 to {MAX_IDS} ids", field="ids"
        )
    for item in value:
        if isinstance(item, bool) or not isinstance(item, int) or abs(item) > MAX_ID:
            raise BadRequest("A valid integer is required.", received=item, field="ids")
    return value


def _swap_payloads(rows: list[dict[str, Any]]) -> None:
    """Exchange the payloads of the first two rows whose payloads differ, wrappers and all."""
    for number, row in enumerate(rows):
        for other in rows[number + 1 :]:
            if row["data"] is not None and other["data"] is not None and row["data"] != other["data"]:
                row["data"], other["data"] = other["data"], row["data"]
                return
