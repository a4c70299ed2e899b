"""What the rows of a seed document say of each other: each id once, and every reference to a row that is there.

Pure. A document is complete in itself: a reference never means a row that a backend already holds.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, Protocol

from fake_backend.seeding import ground_truth_references, serving_references
from fake_backend.seeding.errors import SeedInvalid
from fake_backend.seeding.lookups import among, by_id, once
from fake_backend.seeding.shape import path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.seeding.rows import DataUnitRow, SeedDocument, StorageRow, TaskRow

CONFIGURATION_KEYS: Final = {
    "file_system": ("location",),
    "amazon_s3": ("bucket_name", "access_key", "secret_key", "region_name", "endpoint_url"),
}
"""What the configuration of each storage provider may hold; the keys that the reference client reads."""


def check(document: SeedDocument) -> None:
    """Refuse the first row that repeats a key or names a row that is not there.

    Args:
        document: Rows of the right shape.

    Raises:
        SeedInvalid: With the place of the offending value.
    """
    _Checks(document).run()


class _HasTenant(Protocol):
    @property
    def tenant(self) -> str: ...


class _Checks:
    """One document's indexes, and the checks over them in the document's order."""

    def __init__(self, document: SeedDocument) -> None:
        self.document = document
        self.tenants = once("tenants", "code", [row.code for row in document.tenants])
        self.users = by_id("users", document.users, [row.tenant for row in document.users])
        self.collections = by_id(
            "data_collections", document.data_collections, [row.tenant for row in document.data_collections]
        )
        self.projects = by_id("projects", document.projects, document.projects)
        self.units = by_id("data_units", document.data_units, document.data_units)
        self.tasks = by_id("tasks", document.tasks, document.tasks)
        self.specifications: dict[int, list[str]] = defaultdict(list)

    def run(self) -> None:
        """Check every resource."""
        self._tenants_of_rows()
        self._tokens()
        self._storages()
        self._file_specifications()
        self._projects()
        for index, unit in enumerate(self.document.data_units):
            self._data_unit(index, unit)
        for index, task in enumerate(self.document.tasks):
            self._task(index, task)
        self._assignments()
        ground_truth_references.check(
            self.document,
            project_tenants={row.id: row.tenant for row in self.document.projects},
            unit_tenants={row.id: self.collections[row.data_collection] for row in self.document.data_units},
            task_tenants={row.id: self.projects[row.project].tenant for row in self.document.tasks},
        )
        once("jobs", "id", [row.id for row in self.document.jobs])
        serving_references.check(self.document, project_tenants={row.id: row.tenant for row in self.document.projects})

    def _tenants_of_rows(self) -> None:
        owned: dict[str, Sequence[_HasTenant]] = {
            "users": self.document.users,
            "storages": self.document.storages,
            "data_collections": self.document.data_collections,
            "projects": self.document.projects,
            "ground_truth_datasets": self.document.ground_truth_datasets,
            "jobs": self.document.jobs,
            "agents": self.document.agents,
            "plugin_releases": self.document.plugin_releases,
        }
        for resource, rows in owned.items():
            for index, row in enumerate(rows):
                if row.tenant not in self.tenants:
                    raise SeedInvalid(
                        path((resource, index, "tenant")), row.tenant, f"the code of a tenant {among(self.tenants)}"
                    )

    def _tokens(self) -> None:
        seen: set[str] = set()
        for index, row in enumerate(self.document.tokens):
            if row.user not in self.users:
                raise SeedInvalid(path(("tokens", index, "user")), row.user, f"the id of a user {among(self.users)}")
            if row.token in seen:
                raise SeedInvalid(path(("tokens", index, "token")), "***", "another token than those before it")
            if row.token is not None:
                seen.add(row.token)

    def _storages(self) -> None:
        once("storages", "id", [row.id for row in self.document.storages])
        defaults: dict[str, int] = {}
        for index, row in enumerate(self.document.storages):
            if row.is_default and defaults.setdefault(row.tenant, row.id) != row.id:
                raise SeedInvalid(
                    path(("storages", index, "is_default")),
                    True,
                    f"false, as storage {defaults[row.tenant]} is the default of tenant {row.tenant}",
                )
            _configuration(index, row)

    def _file_specifications(self) -> None:
        rows = self.document.file_specifications
        once("file_specifications", "id", [row.id for row in rows])
        for index, row in enumerate(rows):
            if row.data_collection not in self.collections:
                raise SeedInvalid(
                    path(("file_specifications", index, "data_collection")),
                    row.data_collection,
                    f"the id of a data collection {among(self.collections)}",
                )
            names = self.specifications[row.data_collection]
            if row.name in names:
                raise SeedInvalid(
                    path(("file_specifications", index, "name")),
                    row.name,
                    f"another name than those before it in data collection {row.data_collection}",
                )
            names.append(row.name)

    def _projects(self) -> None:
        for index, row in enumerate(self.document.projects):
            if row.data_collection is not None and self.collections.get(row.data_collection) != row.tenant:
                own = [identity for identity, tenant in self.collections.items() if tenant == row.tenant]
                raise SeedInvalid(
                    path(("projects", index, "data_collection")),
                    row.data_collection,
                    f"the id of a data collection of tenant {row.tenant} {among(own)} or null",
                )

    def _data_unit(self, index: int, unit: DataUnitRow) -> None:
        if unit.data_collection not in self.collections:
            raise SeedInvalid(
                path(("data_units", index, "data_collection")),
                unit.data_collection,
                f"the id of a data collection {among(self.collections)}",
            )
        primary: str | None = None
        for name, file in unit.files.items():
            known = self.specifications.get(unit.data_collection, [])
            if name not in known:
                place = path(("data_units", index, "files", name))
                expected = f"the name of a file specification of data collection {unit.data_collection} {among(known)}"
                raise SeedInvalid(place, name, expected, message=f"The key of {place} must be {expected}.")
            if file.is_primary and primary is not None:
                raise SeedInvalid(
                    path(("data_units", index, "files", name, "is_primary")),
                    True,
                    f"false, as {primary} is the primary file of data unit {unit.id}",
                )
            primary = name if file.is_primary else primary

    def _task(self, index: int, task: TaskRow) -> None:
        project = self.projects.get(task.project)
        if project is None:
            raise SeedInvalid(
                path(("tasks", index, "project")), task.project, f"the id of a project {among(self.projects)}"
            )
        if task.data_unit is not None:
            unit = self.units.get(task.data_unit)
            if project.data_collection is None:
                raise SeedInvalid(
                    path(("tasks", index, "data_unit")),
                    task.data_unit,
                    f"null, as project {project.id} has no data collection",
                )
            if unit is None or unit.data_collection != project.data_collection:
                own = [row.id for row in self.document.data_units if row.data_collection == project.data_collection]
                raise SeedInvalid(
                    path(("tasks", index, "data_unit")),
                    task.data_unit,
                    f"null or the id of a data unit of data collection {project.data_collection} {among(own)}",
                )
        for relation, ids in (("labelers", task.labelers), ("reviewers", task.reviewers)):
            for place, user in enumerate(ids):
                self._user(("tasks", index, relation, place), user, project.tenant)

    def _assignments(self) -> None:
        rows = self.document.assignments
        once("assignments", "id", [row.id for row in rows])
        for index, row in enumerate(rows):
            task = self.tasks.get(row.task)
            if task is None:
                raise SeedInvalid(
                    path(("assignments", index, "task")), row.task, f"the id of a task {among(self.tasks)}"
                )
            tenant = self.projects[task.project].tenant
            self._user(("assignments", index, "user"), row.user, tenant)
            for place, user in enumerate(row.reviewers):
                self._user(("assignments", index, "reviewers", place), user, tenant)

    def _user(self, place: tuple[str | int, ...], user: int, tenant: str) -> None:
        if self.users.get(user) != tenant:
            own = [identity for identity, owner in self.users.items() if owner == tenant]
            raise SeedInvalid(path(place), user, f"the id of a user of tenant {tenant} {among(own)}")


def _configuration(index: int, row: StorageRow) -> None:
    """Refuse keys that a storage of this provider is not opened with."""
    valid = CONFIGURATION_KEYS[row.provider]
    for key in row.configuration:
        if key not in valid:
            place, owner = path(("storages", index, "configuration", key)), f"a {row.provider} storage's configuration"
            told = ", ".join(valid)
            raise SeedInvalid(
                place, key, f"one of {told}", message=f"{place} is not a key of {owner}; it takes {told}."
            )
