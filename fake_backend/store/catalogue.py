"""What tasks stand on: projects, storages, data collections, data units and their files."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

from sqlalchemy import bindparam, func, select, update

from fake_backend.core.errors import NotFound
from fake_backend.store.database import as_dicts
from fake_backend.store.schema import (
    data_collections,
    data_files,
    data_units,
    file_specifications,
    ground_truth_dataset_versions,
    ground_truth_datasets,
    metadata,
    projects,
    storages,
)
from fake_backend.store.selection import among_given

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Select, Table

    from fake_backend.store.database import Database

# built once: that takes longer than executing them
UNITS = select(data_units).where(among_given(data_units.c.id, "ids"))
FILES = (
    select(data_files)
    .where(among_given(data_files.c.data_unit_id, "ids"))
    .order_by(data_files.c.data_unit_id, data_files.c.position)
)
STORAGES = select(storages).order_by(storages.c.id)

COUNTED = (
    "tenants",
    "users",
    "tokens",
    "storages",
    "data_collections",
    "file_specifications",
    "projects",
    "data_units",
    "data_files",
    "tasks",
    "assignments",
    "ground_truth_datasets",
    "ground_truth_dataset_versions",
    "ground_truths",
    "ground_truth_events",
    "jobs",
    "agents",
    "plugin_releases",
    "serve_applications",
)


class Catalogue:
    """Lookups by id within a tenant; what another tenant owns does not exist."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def project(self, tenant: str | None, project_id: int) -> dict[str, Any]:
        """Return a project with its configuration parsed.

        Raises:
            NotFound: No such project for this tenant.
        """
        row = self._one(projects, tenant, project_id)
        return {
            "id": row["id"],
            "title": row["title"],
            "data_collection": row["data_collection_id"],
            "configuration": json.loads(row["configuration"]),
        }

    def storage(self, tenant: str | None, storage_id: int) -> dict[str, Any]:
        """Return a storage with its configuration, secrets included.

        Raises:
            NotFound: No such storage for this tenant.
        """
        row = self._one(storages, tenant, storage_id)
        return {
            **{name: row[name] for name in ("id", "name", "category", "provider", "is_default")},
            "configuration": json.loads(row["configuration"]),
        }

    def configure_storage(self, storage_id: int, configuration: dict[str, Any]) -> None:
        """Replace a storage's configuration."""
        with self._database.transaction() as connection:
            statement = update(storages).where(storages.c.id == storage_id)
            connection.execute(statement.values(configuration=json.dumps(configuration)))

    def data_collection(self, tenant: str | None, collection_id: int) -> dict[str, Any]:
        """Return a data collection with its file specifications.

        Raises:
            NotFound: No such collection for this tenant.
        """
        row = self._one(data_collections, tenant, collection_id)
        wanted = select(file_specifications).where(file_specifications.c.data_collection_id == collection_id)
        with self._database.transaction() as connection:
            specifications = connection.execute(wanted.order_by(file_specifications.c.id)).mappings().all()
        return {
            "id": row["id"],
            "name": row["name"],
            "file_specifications": [
                {name: item[name] for name in ("id", "name", "file_type", "is_primary")} for item in specifications
            ],
        }

    def dataset(self, tenant: str | None, dataset_id: int) -> dict[str, Any]:
        """Return a ground-truth dataset.

        Raises:
            NotFound: No such dataset for this tenant.
        """
        row = self._one(ground_truth_datasets, tenant, dataset_id)
        return {
            "id": row["id"],
            "name": row["name"],
            "tenant_id": crc32(row["tenant"].encode()),  # the wire has a number, this backend codes alone
            "project_id": row["project_id"],
            "description": "",
        }

    def dataset_version(self, tenant: str | None, version_id: int) -> dict[str, Any]:
        """Return a version of a ground-truth dataset.

        Raises:
            NotFound: No such version for this tenant.
        """
        row = self._one(ground_truth_dataset_versions, tenant, version_id)
        return {
            "id": row["id"],
            "ground_truth_dataset": row["ground_truth_dataset_id"],
            "name": row["name"],
            "is_released": row["is_released"],
        }

    def projects_of_versions(self, tenant: str | None, version_ids: Sequence[int]) -> dict[int, int | None]:
        """Return the project of each dataset version of a tenant, ``None`` where its dataset is of none."""
        versions, datasets = ground_truth_dataset_versions.c, ground_truth_datasets.c
        query = select(versions.id, datasets.project_id).join_from(
            ground_truth_dataset_versions, ground_truth_datasets, datasets.id == versions.ground_truth_dataset_id
        )
        with self._database.transaction() as connection:
            found = connection.execute(query.where(versions.id.in_(version_ids), versions.tenant == tenant))
            return {row.id: row.project_id for row in found}

    def projects_of_collection(self, tenant: str | None, collection_id: int) -> set[int]:
        """Return the projects of a tenant that work on a data collection."""
        query = select(projects.c.id).where(projects.c.data_collection_id == collection_id, projects.c.tenant == tenant)
        with self._database.transaction() as connection:
            return set(connection.execute(query).scalars())

    def data_unit(self, tenant: str | None, unit_id: int) -> dict[str, Any]:
        """Return a data unit without its files.

        Raises:
            NotFound: No such data unit for this tenant.
        """
        row = self._one(data_units, tenant, unit_id)
        return {
            "id": row["id"],
            "data_collection": row["data_collection_id"],
            **{name: row[name] for name in ("name", "width", "height")},
            "meta": json.loads(row["meta"]),
        }

    def units(self, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """Return data units by id."""
        with self._database.transaction() as connection:
            return {row["id"]: row for row in as_dicts(connection.execute(UNITS, {"ids": list(ids)}))}

    def files(self, unit_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
        """Return the files of data units, each list in the order that the wire keeps."""
        found: dict[int, list[dict[str, Any]]] = {}
        with self._database.transaction() as connection:
            for row in as_dicts(connection.execute(FILES, {"ids": list(unit_ids)})):
                found.setdefault(row["data_unit_id"], []).append(row)
        return found

    def first_ids(self, tenant: str) -> dict[str, int | None]:
        """Return the lowest project, storage and the like of a tenant: what a newcomer may start with."""
        with self._database.transaction() as connection:
            return {
                name: connection.execute(select(func.min(table.c.id)).where(table.c.tenant == tenant)).scalar_one()
                for name, table in (
                    ("project", projects),
                    ("storage", storages),
                    ("data_collection", data_collections),
                    ("ground_truth_dataset_version", ground_truth_dataset_versions),
                )
            }

    def counts(self) -> dict[str, int]:
        """Return how many rows there are of everything that a seed document can hold."""
        with self._database.transaction() as connection:
            return {
                name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one()
                for name in COUNTED
            }

    def storages(self) -> list[dict[str, Any]]:
        """Return every storage of every tenant, with its configuration."""
        with self._database.transaction() as connection:
            rows = as_dicts(connection.execute(STORAGES))
        return [{**row, "configuration": json.loads(row["configuration"])} for row in rows]

    def _one(self, table: Table, tenant: str | None, row_id: int) -> dict[str, Any]:
        with self._database.transaction() as connection:
            found = as_dicts(connection.execute(_by_id(table), {"row_id": row_id, "tenant": tenant}))
        if not found:
            raise NotFound("Not found.", received=row_id)
        return found[0]


@cache
def _by_id(table: Table) -> Select[Any]:
    return select(table).where(table.c.id == bindparam("row_id"), table.c.tenant == bindparam("tenant"))
