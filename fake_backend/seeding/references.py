"""What the rows of a seed document say of each other: each id once, and every reference to a row that is there.

Pure. A document is complete in itself: a reference never means a row that a backend already holds.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Final, Protocol

from fake_backend.seeding.errors import SeedInvalid
from fake_backend.seeding.shape import path

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from fake_backend.seeding.rows import DataUnitRow, SeedDocument, StorageRow, TaskRow

NAMED = 5  # ids that a sentence lists before it counts the rest

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


class _HasId(Protocol):
    @property
    def id(self) -> int: ...


class _HasTenant(Protocol):
    @property
    def tenant(self) -> str: ...


class _Checks:
    """One document's indexes, and the checks over them in the document's order."""

    def __init__(self, document: SeedDocument) -> None:
        self.document = document
        self.tenants = _once("tenants", "code", [row.code for row in document.tenants])
        self.users = _by_id("users", document.users, [row.tenant for row in document.users])
        self.collections = _by_id(
            "data_collections", document.data_collections, [row.tenant for row in document.data_collections]
        )
        self.projects = _by_id("projects", document.projects, document.projects)
        self.units = _by_id("data_units", document.data_units, document.data_units)
        self.tasks = _by_id("tasks", document.tasks, document.tasks)
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
        _once("jobs", "id", [row.id for row in self.document.jobs])

    def _tenants_of_rows(self) -> None:
        owned: dict[str, Sequence[_HasTenant]] = {
            "users": self.document.users,
            "storages": self.document.storages,
            "data_collections": self.document.data_collections,
            "projects": self.document.projects,
            "jobs": self.document.jobs,
        }
        for resource, rows in owned.items():
            for index, row in enumerate(rows):
                if row.tenant not in self.tenants:
                    raise SeedInvalid(
                        path((resource, index, "tenant")), row.tenant, f"the code of a tenant {_among(self.tenants)}"
                    )

    def _tokens(self) -> None:
        seen: set[str] = set()
        for index, row in enumerate(self.document.tokens):
            if row.user not in self.users:
                raise SeedInvalid(path(("tokens", index, "user")), row.user, f"the id of a user {_among(self.users)}")
            if row.token in seen:
                raise SeedInvalid(path(("tokens", index, "token")), "***", "another token than those before it")
            if row.token is not None:
                seen.add(row.token)

    def _storages(self) -> None:
        _once("storages", "id", [row.id for row in self.document.storages])
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
        _once("file_specifications", "id", [row.id for row in rows])
        for index, row in enumerate(rows):
            if row.data_collection not in self.collections:
                raise SeedInvalid(
                    path(("file_specifications", index, "data_collection")),
                    row.data_collection,
                    f"the id of a data collection {_among(self.collections)}",
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
                    f"the id of a data collection of tenant {row.tenant} {_among(own)} or null",
                )

    def _data_unit(self, index: int, unit: DataUnitRow) -> None:
        if unit.data_collection not in self.collections:
            raise SeedInvalid(
                path(("data_units", index, "data_collection")),
                unit.data_collection,
                f"the id of a data collection {_among(self.collections)}",
            )
        primary: str | None = None
        for name, file in unit.files.items():
            known = self.specifications.get(unit.data_collection, [])
            if name not in known:
                place = path(("data_units", index, "files", name))
                expected = f"the name of a file specification of data collection {unit.data_collection} {_among(known)}"
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
                path(("tasks", index, "project")), task.project, f"the id of a project {_among(self.projects)}"
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
                    f"null or the id of a data unit of data collection {project.data_collection} {_among(own)}",
                )
        for relation, ids in (("labelers", task.labelers), ("reviewers", task.reviewers)):
            for place, user in enumerate(ids):
                self._user(("tasks", index, relation, place), user, project.tenant)

    def _assignments(self) -> None:
        rows = self.document.assignments
        _once("assignments", "id", [row.id for row in rows])
        for index, row in enumerate(rows):
            task = self.tasks.get(row.task)
            if task is None:
                raise SeedInvalid(
                    path(("assignments", index, "task")), row.task, f"the id of a task {_among(self.tasks)}"
                )
            self._user(("assignments", index, "user"), row.user, self.projects[task.project].tenant)

    def _user(self, place: tuple[str | int, ...], user: int, tenant: str) -> None:
        if self.users.get(user) != tenant:
            own = [identity for identity, owner in self.users.items() if owner == tenant]
            raise SeedInvalid(path(place), user, f"the id of a user of tenant {tenant} {_among(own)}")


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


def _once[Key](resource: str, key: str, values: Sequence[Key]) -> Collection[Key]:
    """Return ``values``, quick to look up and in their order, refusing the first that repeats."""
    seen = dict.fromkeys(values)
    if len(seen) < len(values):
        before: set[Key] = set()
        for index, value in enumerate(values):
            if value in before:
                raise SeedInvalid(path((resource, index, key)), value, f"another {key} than those of rows before it")
            before.add(value)
    return seen.keys()


def _by_id[Row](resource: str, rows: Sequence[_HasId], values: Sequence[Row]) -> dict[int, Row]:
    """Return ``values`` by the ids of ``rows``, refusing an id that repeats."""
    ids = [row.id for row in rows]
    _once(resource, "id", ids)
    return dict(zip(ids, values, strict=True))


def _among(values: Collection[int] | Collection[str]) -> str:
    """Return what there is to choose from, such as ``(1, 2, 3 and 37 more)``."""
    if not values:
        return "(there is none)"
    named = ", ".join(str(value) for value in islice(values, NAMED))
    rest = len(values) - NAMED
    return f"({named} and {rest} more)" if rest > 0 else f"({named})"
