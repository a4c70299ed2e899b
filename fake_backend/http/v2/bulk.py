"""Bulk calls of ``/v2/``: the payloads of up to 200 rows (OpenAPI ``tasks:bulkFetch`` and its like; contract 3.1)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint, Response

from fake_backend.core.errors import BadRequest, IdsLimitExceeded
from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, json_object, query, storage_url, world
from fake_backend.http.rights import rows_within_rights
from fake_backend.http.v2.rows import BULK, BULK_EVENT
from fake_backend.http.wire import Around, Shape, response_mode
from fake_backend.store.kinds import ASSIGNMENTS, GROUND_TRUTH, TASKS

if TYPE_CHECKING:
    from fake_backend.store.kinds import Kind

bulk = Blueprint("v2-bulk", __name__, url_prefix="/v2")

MAX_IDS = 200  # contract 3.1 and SYN-7418
OF_A_PAYLOAD = ("data", "data_size", "data_digest")  # what belongs together in a row


@dataclass(frozen=True)
class Call:
    """One bulk call.

    Args:
        path: Below ``/v2/``.
        kind: Its rows.
        keys: Field of the body with the rows' keys.
        shape: What a row shows.
    """

    path: str
    kind: Kind
    keys: str
    shape: Shape


CALLS = (
    Call("tasks/bulk-fetch", TASKS, "ids", BULK),
    Call("assignments/bulk-fetch", ASSIGNMENTS, "ids", BULK),
    Call("ground-truth-events/bulk-data", GROUND_TRUTH, "pgh_ids", BULK_EVENT),
)


def fetch(call: Call) -> Response:
    """The rows in the order of the request; those that the caller cannot see are dropped."""
    asked, body = query(), json_object()
    keys = _keys(call.keys, body.get(call.keys))
    mode = response_mode(asked)
    if not asked.has("response_mode") and body.get("response_mode") == "presigned":  # OpenAPI: the query goes first
        mode = "presigned"
    here = world()
    found = here.rows[call.kind].by_keys(caller().tenant, keys, call.shape.columns, rows_within_rights(call.kind))
    rows = [found[key] for key in keys if key in found]
    if "bulk-loses-order" in here.bugs:
        rows.sort(key=lambda row: row["key"])
    if "bulk-drops-rows" in here.bugs and rows:
        del rows[len(rows) // 2]
    data = call.shape.show(Around(here, rows, mode, storage_url()))
    if "bulk-swaps-payloads" in here.bugs:
        _swap_payloads(data)
    if "bulk-wrapper-without-url" in here.bugs:
        _cut_payload(data)
    return enveloped(data)


def _keys(name: str, value: Any) -> list[int]:
    if not isinstance(value, list):
        raise BadRequest(
            f"{name} is a list of ids.", received=value, expected=f"a list of 1 to {MAX_IDS} integers", field=name
        )
    if len(value) > MAX_IDS:
        raise IdsLimitExceeded(
            f"At most {MAX_IDS} ids a call.", received=len(value), expected=f"1 to {MAX_IDS} ids", field=name
        )
    for item in value:
        if isinstance(item, bool) or not isinstance(item, int) or abs(item) > MAX_ID:
            raise BadRequest("A valid integer is required.", received=item, field=name)
    return value


def _swap_payloads(rows: list[dict[str, Any]]) -> None:
    """Exchange the payloads of the first two rows whose payloads differ, wrappers, sizes, digests and all."""
    for number, row in enumerate(rows):
        for other in rows[number + 1 :]:
            if row["data"] is not None and other["data"] is not None and row["data"] != other["data"]:
                for name in OF_A_PAYLOAD:
                    if name in row:
                        row[name], other[name] = other[name], row[name]
                return


def _cut_payload(rows: list[dict[str, Any]]) -> None:
    """Make the first wrapper that has a URL the truncated one of contract.md 3.3, which has none."""
    for row in rows:
        data = row["data"]
        if isinstance(data, dict) and "presigned_url" in data:
            told = {name: data[name] for name in ("size", "data_digest")}
            row["data"] = {"mode": "inline", "truncated": True, "inline_max_bytes": 0, **told}
            return


for _call in CALLS:
    bulk.add_url_rule(f"/{_call.path}/", _call.path, partial(fetch, _call), methods=["POST"])
