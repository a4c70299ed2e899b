"""From the rows of a seed document to rows of a world: all of them or none.

A row whose id is there already is replaced, so a document may repeat the parents of the rows that it adds.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict, dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from fake_backend.core.folding import folded
from fake_backend.seeding import ground_truth, serving, work
from fake_backend.seeding.upserts import hang, put
from fake_backend.store import schema
from fake_backend.store.instants import stored
from fake_backend.store.reports import new_job
from fake_backend.tokens import ACCESS_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from fake_backend.core.ids import Draws
    from fake_backend.payloads import Payloads
    from fake_backend.seeding.rows import DataUnitRow, SeedDocument, StorageRow, TenantRow, TokenRow
    from fake_backend.store.database import Database


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
            self._tenants(connection, document.tenants)
            put(connection, schema.users, map(asdict, document.users))
            self._tokens(connection, document.tokens, moment)
            self._storages(connection, document.storages)
            put(connection, schema.data_collections, map(asdict, document.data_collections))
            put(
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
            put(
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
            work.write_tasks(connection, document, self.payloads, moment)
            work.write_assignments(connection, document, self.payloads, moment)
            ground_truth.write(connection, document, self.payloads, moment)
            put(
                connection,
                schema.jobs,
                (
                    new_job(
                        row.id,
                        row.tenant,
                        moment,
                        action=row.action,
                        plugin_release=row.plugin_release,
                        status=row.status,
                    )
                    for row in document.jobs
                ),
            )
            serving.write(connection, document, self.draws, moment)
        return document.counts()

    def _tenants(self, connection: Connection, rows: Sequence[TenantRow]) -> None:
        held = {
            row.code: row.number for row in connection.execute(select(schema.tenants.c.code, schema.tenants.c.number))
        }
        places = count(max(held.values(), default=0) + 1)
        put(connection, schema.tenants, [{**asdict(row), "number": held.get(row.code) or next(places)} for row in rows])

    def _tokens(self, connection: Connection, rows: Sequence[TokenRow], moment: int) -> None:
        columns = schema.tokens.c
        wanted = select(columns.user_id, columns.kind, columns.token, columns.id, columns.created)
        known = connection.execute(wanted).all()
        there = {row.token: (row.id, row.created) for row in known}
        held = {(row.user_id, row.kind) for row in known}
        drawn: Counter[tuple[int, str]] = Counter()
        for row in rows:
            owner = (row.user, row.kind)
            if row.token is None:
                drawn[owner] += 1
                if drawn[owner] == 1 and owner in held and row.expires is None:
                    continue  # a parent that is repeated
            prefix = ACCESS_PREFIX if row.kind == "access" else ""  # told apart by sight, as the real ones
            name = f"tokens/{row.user}/{row.kind}" + (f"/{drawn[owner]}" if drawn[owner] > 1 else "")
            token = row.token or self.draws.token(name, prefix)
            there.setdefault(token, (max((number for number, _ in there.values()), default=0) + 1, moment))
            told = {
                "token": token,
                "id": there[token][0],
                "kind": row.kind,
                "user_id": row.user,
                "created": there[token][1],
                "expires": None if row.expires is None else stored(row.expires),
                "revoked": None,
            }
            put(connection, schema.tokens, [told])

    def _storages(self, connection: Connection, rows: Sequence[StorageRow]) -> None:
        for row in rows:
            held = connection.execute(
                select(schema.storages.c.configuration).where(schema.storages.c.id == row.id)
            ).scalar_one_or_none()
            configuration = self.configured(row, json.loads(held) if held else {})
            put(connection, schema.storages, [{**asdict(row), "configuration": json.dumps(configuration)}])

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
        put(connection, schema.data_units, units)
        hang(connection, schema.data_files, "data_unit_id", (unit["id"] for unit in units), files)

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
                "file_name_folded": folded(file.file_name_original),
                "is_primary": file.is_primary,
                "content_type": file.media_type,
                "object_key": key,
                "size": len(body),
            }
