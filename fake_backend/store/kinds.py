"""The kinds of rows that lists page through: what a query, a page, a bulk call and an export job need to know of each.

All of them are read by the same code (``listing.py``, ``selection.py``); a kind says which table, which key is unique,
what hangs on its rows and whose rows they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, Table, exists, select

from fake_backend.store.ordering import CREATED, Ordering
from fake_backend.store.schema import (
    agents,
    assignment_relations,
    assignments,
    data_collections,
    data_units,
    ground_truth_dataset_versions,
    ground_truth_datasets,
    ground_truth_event_classes,
    ground_truth_events,
    ground_truth_version_events,
    jobs,
    logs,
    plugin_releases,
    projects,
    serve_applications,
    storages,
    task_relations,
    tasks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sqlalchemy import Column

PAYLOAD = ("has_data", "payload", "payload_key", "payload_size", "payload_digest")


@dataclass(frozen=True, eq=False)
class Relation:
    """Rows of another table that hang on a row, or that it hangs on.

    Args:
        of: Column of the other table that names a row.
        to: Column of the row that is named.
        value: Column of the other table that conditions test.
        only: Which rows of the other table count.
        listed: Whether the other table is asked for the rows that it names, once, instead of being asked about each
            row. Right where it finds them by an index on ``value``.
    """

    of: Column[Any]
    to: Column[Any]
    value: Column[Any]
    only: ColumnElement[bool] | None = None
    listed: bool = False

    def held(self, *tests: ColumnElement[bool]) -> ColumnElement[bool]:
        """Return the clause that a row has some related row that passes ``tests``."""
        if self.only is not None:
            tests = (self.only, *tests)
        if self.listed:
            return self.to.in_(select(self.of).where(*tests))
        return exists(select(1).where(self.of == self.to, *tests))


@dataclass(frozen=True, eq=False)
class Kind:
    """One kind of row.

    Args:
        target: Its name as an export's target.
        table: Where its rows are; they carry their tenant.
        key: Its unique column, by which pages are seeks.
        default: Order of its lists unless they are told another.
        line_id: Column that a line of an export's bundle calls ``id``.
        scope: Field of the condition without which no export job may run.
        owners: Fields that, tested for one value, name a row of another table which has the same tenant: the tenant is
            then checked there, so that the index that begins with the field stays the obvious one for the planner.
        relations: By the name that conditions use.
        orders_by_key: Whether a list may be told to go by the key; not where keys are texts, which no cursor holds.
        walked: Name of the relation whose own table is in the order of the key, so that a walk of the rows with one
            value of it is a seek there.
    """

    target: str
    table: Table
    key: str
    default: Ordering
    scope: str
    line_id: str = "id"
    owners: Mapping[str, Table] = field(default_factory=dict)
    relations: Mapping[str, Relation] = field(default_factory=dict)
    walked: str | None = None
    orders_by_key: bool = True

    def __repr__(self) -> str:
        return f"<Kind {self.target}>"

    @property
    def column(self) -> Column[Any]:
        """The key."""
        return self.table.c[self.key]

    def ordering(self, text: str) -> Ordering:
        """Return what ``ordering=`` or ``sort=`` spells; what orders nothing is the default, as in DRF's filter."""
        known = ({self.key} if self.orders_by_key else set()) | ({CREATED} if CREATED in self.table.c else set())
        terms = [(name, text != name) for text, name in _terms(text) if name in known]
        if not terms:
            return self.default
        name, descending = terms[0]
        ties = next((way for other, way in terms if other == self.key), descending)
        return Ordering(name, descending, ties_turned=name != self.key and ties != descending)


def _terms(text: str) -> Iterator[tuple[str, str]]:
    """Yield each term of an ordering, and the name in it."""
    return ((term, term.removeprefix("-")) for part in text.split(",") if (term := part.strip()))


def _named(table: Table, owner: str, to: Column[Any], *names: str) -> dict[str, Relation]:
    """Return the relations that a table holds together, told apart by their name in it."""
    return {name: Relation(table.c[owner], to, table.c.related_id, only=table.c.relation == name) for name in names}


_task_names = ("labelers", "reviewers", "groups", "stages", "workshops", "tags")

TASKS = Kind(
    target="task",
    table=tasks,
    key="id",
    default=Ordering(CREATED),
    scope="project_id",
    owners={"project_id": projects},
    relations={
        **_named(task_relations, "task_id", tasks.c.id, *_task_names),
        "assignments": Relation(assignments.c.task_id, tasks.c.id, assignments.c.id),
        "assignments__is_discarded": Relation(assignments.c.task_id, tasks.c.id, assignments.c.is_discarded),
        "data_collection": Relation(projects.c.id, tasks.c.project_id, projects.c.data_collection_id),
    },
)

ASSIGNMENTS = Kind(
    target="assignment",
    table=assignments,
    key="id",
    default=Ordering(CREATED),
    scope="project_id",
    owners={"project_id": projects},
    relations={
        **_named(assignment_relations, "assignment_id", assignments.c.id, "reviewers", "groups", "stages", "tags"),
        "task_tags": Relation(
            task_relations.c.task_id,
            assignments.c.task_id,
            task_relations.c.related_id,
            only=task_relations.c.relation == "tags",
        ),
    },
)

GROUND_TRUTH = Kind(
    target="ground_truth",
    table=ground_truth_events,
    key="pgh_id",
    default=Ordering("pgh_id"),
    scope="versions",
    line_id="ground_truth_id",
    owners={"ground_truth_dataset_id": ground_truth_datasets, "versions": ground_truth_dataset_versions},
    relations={
        "versions": Relation(
            ground_truth_version_events.c.pgh_id,
            ground_truth_events.c.pgh_id,
            ground_truth_version_events.c.version_id,
            listed=True,
        ),
        "classes": Relation(
            ground_truth_event_classes.c.pgh_id, ground_truth_events.c.pgh_id, ground_truth_event_classes.c.name
        ),
        "projects": Relation(
            ground_truth_datasets.c.id,
            ground_truth_events.c.ground_truth_dataset_id,
            ground_truth_datasets.c.project_id,
            listed=True,
        ),
    },
    walked="versions",
)

DATASETS = Kind(
    target="ground_truth_dataset",
    table=ground_truth_datasets,
    key="id",
    default=Ordering("id"),
    scope="project_id",
    owners={"project_id": projects},
)

AGENTS = Kind(target="agent", table=agents, key="id", default=Ordering("id", descending=False), scope="id")

SERVE_APPLICATIONS = Kind(
    target="serve_application",
    table=serve_applications,
    key="id",
    default=Ordering("id", descending=False),
    scope="plugin_code",
)

JOBS = Kind(target="job", table=jobs, key="id", default=Ordering(CREATED), scope="status", orders_by_key=False)

JOB_LOGS = Kind(target="job_log", table=logs, key="id", default=Ordering("id"), scope="job_id")

DATA_COLLECTIONS = Kind(
    target="data_collection",
    table=data_collections,
    key="id",
    default=Ordering("id"),
    scope="id",
    relations={"projects": Relation(projects.c.data_collection_id, data_collections.c.id, projects.c.id)},
)

DATA_UNITS = Kind(
    target="data_unit",
    table=data_units,
    key="id",
    default=Ordering("id"),
    scope="data_collection_id",
    relations={
        "projects": Relation(projects.c.data_collection_id, data_units.c.data_collection_id, projects.c.id, listed=True)
    },
)

DATASET_VERSIONS = Kind(
    target="ground_truth_dataset_version",
    table=ground_truth_dataset_versions,
    key="id",
    default=Ordering("id"),
    scope="ground_truth_dataset_id",
    relations={
        "projects": Relation(
            ground_truth_datasets.c.id,
            ground_truth_dataset_versions.c.ground_truth_dataset_id,
            ground_truth_datasets.c.project_id,
        )
    },
)

STORAGES = Kind(target="storage", table=storages, key="id", default=Ordering("id", descending=False), scope="id")

PLUGIN_RELEASES = Kind(target="plugin_release", table=plugin_releases, key="id", default=Ordering("id"), scope="code")

BY_TARGET: Mapping[str, Kind] = MappingProxyType({kind.target: kind for kind in (TASKS, ASSIGNMENTS, GROUND_TRUTH)})
"""What can be exported, by the name of the target."""

KINDS = (
    *BY_TARGET.values(),
    *(STORAGES, DATASETS, DATASET_VERSIONS, DATA_COLLECTIONS, DATA_UNITS),
    *(AGENTS, PLUGIN_RELEASES, SERVE_APPLICATIONS, JOBS, JOB_LOGS),
)
"""All of them."""
