"""From the rows of a seed document to rows of a world: all of them or none.

A row whose id is there already is replaced, so a document may repeat the parents of the rows that it adds.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Table, delete, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from fake_backend.store import schema
from fake_backend.store.instants import stored

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from fake_backend.core.ids import Draws
    from fake_backend.payloads import Payloads
    from fake_backend.seeding.rows import DataUnitRow, SeedDocument, StorageRow, TokenRow
    from fake_backend.store.database import Database

RELATIONS = ("labelers", "reviewers", "groups", "stages", "workshops", "tags")
ASSIGNMENT_RELATIONS = ("reviewers", "groups", "stages", "tags")
ASSIGNMENT_VALUES = ("is_discarded", "is_discard_confirmed", "is_confirmed", "status_label", "status_review")
ASSIGNMENT_INSTANTS = (
    "label_submitted",
    "last_labeled",
    "last_reviewed",
    "labeler_last_action_at",
    "reviewer_last_action_at",
)
_EMPTY = "{}"


@dataclass(frozen=True)
class Loader:
    """Fills a world.

    Args:
        database: Where rows go.
        payloads: Where payloads and files go.
        draws: Where tokens come from that the document leaves out.
        now: The world's instant, for rows without ``created``.
        configured: Fills in what a storage's configuration leaves out: a directory, a bucket.
    """

    database: Database
    payloads: Payloads
    draws: Draws
    now: Callable[[], datetime]
    configured: Callable[[StorageRow, dict[str, str]], dict[str, str]]

    def load(self, document: SeedDocument) -> dict[str, int]:
        """Write every row of ``document`` in one transaction; return how many there were by resource."""
        moment = stored(self.now())
        with self.database.transaction() as connection:
            _put(connection, schema.tenants, map(asdict, document.tenants))
            _put(connection, schema.users, map(asdict, document.users))
            self._tokens(connection, document.tokens)
            self._storages(connection, document.storages)
            _put(connection, schema.data_collections, map(asdict, document.data_collections))
            _put(
                connection,
                schema.file_specifications,
                (
                    {
                        "id": row.id,
                        "data_collection_id": row.data_collection,
                        "name": row.name,
                        "file_type": row.file_type,
                        "is_primary": row.is_primary,
                    }
                    for row in document.file_specifications
                ),
            )
            _put(
                connection,
                schema.projects,
                (
                    {
                        "id": row.id,
                        "tenant": row.tenant,
                        "title": row.title,
                        "data_collection_id": row.data_collection,
                        "configuration": json.dumps(row.configuration, ensure_ascii=False),
                    }
                    for row in document.projects
                ),
            )
            self._data_units(connection, document)
            self._tasks(connection, document, moment)
            self._assignments(connection, document, moment)
            _put(
                connection,
                schema.jobs,
                (
                    {
                        "id": row.id,
                        "tenant": row.tenant,
                        "status": row.status,
                        "progress_record": _EMPTY,
                        "metrics_record": _EMPTY,
                        "result": _EMPTY,
                        "updated": moment,
                    }
                    for row in document.jobs
                ),
            )
        return document.counts()

    def _tokens(self, connection: Connection, rows: Sequence[TokenRow]) -> None:
        held = {
            (row.user_id, row.kind) for row in connection.execute(select(schema.tokens.c.user_id, schema.tokens.c.kind))
        }
        for row in rows:
            if row.token is None and (row.user, row.kind) in held:
                continue
            prefix = "syn_" if row.kind == "access" else ""  # the two kinds are told apart by sight, as the real ones
            token = row.token or self.draws.token(f"tokens/{row.user}/{row.kind}", prefix)
            _put(connection, schema.tokens, [{"token": token, "kind": row.kind, "user_id": row.user}])

    def _storages(self, connection: Connection, rows: Sequence[StorageRow]) -> None:
        for row in rows:
            held = connection.execute(
                select(schema.storages.c.configuration).where(schema.storages.c.id == row.id)
            ).scalar_one_or_none()
            configuration = self.configured(row, json.loads(held) if held else {})
            _put(connection, schema.storages, [{**asdict(row), "configuration": json.dumps(configuration)}])

    def _data_units(self, connection: Connection, document: SeedDocument) -> None:
        tenant_of = {row.id: row.tenant for row in document.data_collections}
        units: list[dict[str, Any]] = []
        files: list[dict[str, Any]] = []
        for row in document.data_units:
            units.append(
                {
                    "id": row.id,
                    "tenant": tenant_of[row.data_collection],
                    "data_collection_id": row.data_collection,
                    "name": row.name,
                    "width": row.width,
                    "height": row.height,
                    "meta": json.dumps(row.meta, ensure_ascii=False),
                }
            )
            files.extend(self._files(row))
        _put(connection, schema.data_units, units)
        _forget(connection, schema.data_files, "data_unit_id", (unit["id"] for unit in units))
        if files:
            connection.execute(insert(schema.data_files), files)

    def _files(self, unit: DataUnitRow) -> Iterable[dict[str, Any]]:
        for position, (specification, file) in enumerate(unit.files.items()):
            body = file.body
            leaf = file.file_name_original.replace("\\", "/").rsplit("/", 1)[-1] or "file"
            key = f"data-units/{unit.id}/{position}/{leaf}"
            self.payloads.put_file(key, body, file.media_type)
            yield {
                "data_unit_id": unit.id,
                "position": position,
                "specification": specification,
                "file_name_original": file.file_name_original,
                "is_primary": file.is_primary,
                "content_type": file.media_type,
                "object_key": key,
                "size": len(body),
            }

    def _tasks(self, connection: Connection, document: SeedDocument, moment: int) -> None:
        tenant_of = {row.id: row.tenant for row in document.projects}
        rows: list[dict[str, Any]] = []
        relations: list[dict[str, Any]] = []
        for row in document.tasks:
            rows.append(
                {
                    "id": row.id,
                    "tenant": tenant_of[row.project],
                    "project_id": row.project,
                    "data_unit_id": row.data_unit,
                    "created": moment if row.created is None else stored(row.created),
                    "is_discarded": row.is_discarded,
                    "status_label": row.status_label,
                    "status_review": row.status_review,
                    "schema": row.schema,
                    "has_reached_max_assignments": row.has_reached_max_assignments,
                    **self.payloads.columns("tasks", row.id, row.data),
                }
            )
            relations.extend(
                {"task_id": row.id, "relation": relation, "related_id": other}
                for relation in RELATIONS
                for other in getattr(row, relation)
            )
        _put(connection, schema.tasks, rows)
        _forget(connection, schema.task_relations, "task_id", (row["id"] for row in rows))
        if relations:
            connection.execute(insert(schema.task_relations), relations)

    def _assignments(self, connection: Connection, document: SeedDocument, moment: int) -> None:
        tenant_of = {row.id: row.tenant for row in document.projects}
        task_of = {row.id: row for row in document.tasks}
        rows: list[dict[str, Any]] = []
        relations: list[dict[str, Any]] = []
        for row in document.assignments:
            task = task_of[row.task]
            rows.append(
                {
                    "id": row.id,
                    "tenant": tenant_of[task.project],
                    "project_id": task.project,
                    "data_unit_id": task.data_unit,
                    "task_id": row.task,
                    "user_id": row.user,
                    "workshop_id": row.workshop,
                    "created": moment if row.created is None else stored(row.created),
                    **{name: getattr(row, name) for name in ASSIGNMENT_VALUES},
                    **{name: _stored(getattr(row, name)) for name in ASSIGNMENT_INSTANTS},
                    **self.payloads.columns("assignments", row.id, row.data),
                }
            )
            relations.extend(
                {"assignment_id": row.id, "relation": relation, "related_id": other}
                for relation in ASSIGNMENT_RELATIONS
                for other in getattr(row, relation)
            )
        _put(connection, schema.assignments, rows)
        _forget(connection, schema.assignment_relations, "assignment_id", (row["id"] for row in rows))
        if relations:
            connection.execute(insert(schema.assignment_relations), relations)


def _stored(moment: datetime | None) -> int | None:
    return None if moment is None else stored(moment)


def _put(connection: Connection, table: Table, rows: Iterable[Mapping[str, Any]]) -> None:
    """Insert rows, or replace those of the same key in place, so that what refers to them stays."""
    values = list(rows)
    if not values:
        return
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(table)
    keys = [column.name for column in table.primary_key]
    others = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=others), values)


def _forget(connection: Connection, table: Table, column: str, ids: Iterable[int]) -> None:
    """Delete what hangs on rows that are written anew."""
    wanted = list(ids)
    for start in range(0, len(wanted), 500):  # SQLite takes some thousands of variables a statement
        connection.execute(delete(table).where(table.c[column].in_(wanted[start : start + 500])))
