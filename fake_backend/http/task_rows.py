"""Tasks as the wire shows them: the whole row of v1, the slim and the bulk row of v2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from fake_backend.store.instants import shown
from fake_backend.store.tasks import LISTED, PAYLOAD, SLIM, WHOLE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_backend.http.request import Query
    from fake_backend.payloads import ResponseMode
    from fake_backend.world import World

RELATIONS = ("assignments", "labelers", "reviewers", "groups", "stages", "workshops", "tags")
EXPANDABLE = {"assignment": "assignments", "workshop": "workshops"}  # shown only when asked for (SYN-7406)


def response_mode(asked: Query) -> ResponseMode:
    """Return how payloads are wanted; anything but ``presigned`` is inline."""
    return "presigned" if asked.last("response_mode") == "presigned" else "inline"


def columns(fields: Sequence[str]) -> tuple[Any, ...]:
    """Return the columns that the wanted ``fields`` (none means all) are made of."""
    if not fields:
        return WHOLE
    if set(fields) <= {"id", "created"}:
        return SLIM
    return LISTED if set(fields) <= {"id", "created", "data_unit", "project", "is_discarded", "has_data"} else WHOLE


def whole(
    world: World,
    rows: Sequence[Mapping[str, Any]],
    *,
    fields: Sequence[str],
    expand: Sequence[str],
    mode: ResponseMode,
    base: str,
) -> list[dict[str, Any]]:
    """Return rows of ``/sdk/tasks/``.

    Args:
        world: Where units, files and payloads are.
        rows: As the store gave them, with ``columns(fields)``.
        fields: Names wanted; none means all.
        expand: Relations wanted in full.
        mode: How externalised payloads go.
        base: Base URL of objects for this caller.
    """
    wanted = set(fields)
    if wanted and wanted <= {"id", "created"}:
        return [{name: _plain(row, name) for name in fields} for row in rows]
    units = _units(world, rows, base) if "data_unit" in expand and (not wanted or "data_unit" in wanted) else None
    extra = [name for name in expand if name in EXPANDABLE]
    relations = world.tasks.relations([row["id"] for row in rows]) if extra else {}
    shaped = []
    for row in rows:
        item: dict[str, Any] = {"id": row["id"], "project": row["project_id"]}
        item["data_unit"] = units.get(row["data_unit_id"]) if units is not None else row["data_unit_id"]
        item |= {"is_discarded": row["is_discarded"], "has_data": row["has_data"], "created": shown(row["created"])}
        if "payload_key" in row and (not wanted or "data" in wanted):
            item["data"] = world.payloads.shown(row, mode, base)
        if "status_label" in row:
            item |= {
                name: row[name] for name in ("status_label", "status_review", "schema", "has_reached_max_assignments")
            }
        for name in extra:
            item[name] = relations.get(row["id"], {}).get(EXPANDABLE[name], [])
        shaped.append({name: item[name] for name in item if name in wanted} if wanted else item)
    return shaped


def slim(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row of ``/v2/tasks/`` (OpenAPI: all of it required)."""
    return {
        "id": row["id"],
        "project_id": row["project_id"],
        "data_unit_id": row["data_unit_id"],
        "is_discarded": row["is_discarded"],
        "has_data": row["has_data"],
        "created": shown(row["created"]),
    }


def bulk(world: World, rows: Sequence[Mapping[str, Any]], mode: ResponseMode, base: str) -> list[dict[str, Any]]:
    """Return rows of ``/v2/tasks/bulk-fetch/``; ``files_manifest`` is null unless the world's settings fill it."""
    manifests: dict[int, dict[str, Any]] = {}
    if world.settings.bulk_files_manifest:
        manifests = _files(world, [row["data_unit_id"] for row in rows if row["data_unit_id"] is not None], base)
    return [
        {
            "id": row["id"],
            "project_id": row["project_id"],
            "data_unit_id": row["data_unit_id"],
            "data": world.payloads.shown(row, mode, base),
            "files_manifest": manifests.get(cast("int", row["data_unit_id"])),
        }
        for row in rows
    ]


BULK = (*LISTED, *PAYLOAD[1:])


def _plain(row: Mapping[str, Any], name: str) -> Any:
    return shown(row["created"]) if name == "created" else row[name]


def _units(world: World, rows: Sequence[Mapping[str, Any]], base: str) -> dict[int, dict[str, Any]]:
    ids = [row["data_unit_id"] for row in rows if row["data_unit_id"] is not None]
    files = _files(world, ids, base)
    return {
        unit_id: {
            "id": unit_id,
            "name": unit["name"],
            "width": unit["width"],
            "height": unit["height"],
            "files": files.get(unit_id, {}),
        }
        for unit_id, unit in world.catalogue.units(ids).items()
    }


def _files(world: World, unit_ids: Sequence[int], base: str) -> dict[int, dict[str, Any]]:
    """Return the files of units by specification: name, flag and a presigned URL, in the stored order."""
    return {
        unit_id: {
            item["specification"]: {
                "url": world.payloads.url(item["object_key"], base),
                "file_name_original": item["file_name_original"],
                "is_primary": item["is_primary"],
            }
            for item in items
        }
        for unit_id, items in world.catalogue.files(unit_ids).items()
    }
