"""What ground truth rows say of each other and of the rest: the tenant of a dataset is the tenant of all it holds.

Pure. A version takes one event at most of each ground truth: it says what a ground truth was, and that is one thing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fake_backend.seeding.errors import SeedInvalid
from fake_backend.seeding.lookups import among, by_id, once
from fake_backend.seeding.shape import path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.seeding.rows import GroundTruthDatasetRow, GroundTruthRow, SeedDocument


def check(
    document: SeedDocument,
    *,
    project_tenants: Mapping[int, str],
    unit_tenants: Mapping[int, str],
    task_tenants: Mapping[int, str],
) -> None:
    """Refuse the first ground truth row that repeats a key or names what is not there.

    Args:
        document: Rows of the right shape, whose other references are known to be good.
        project_tenants: Tenant of each project, by id.
        unit_tenants: Tenant of each data unit, by id.
        task_tenants: Tenant of each task, by id.

    Raises:
        SeedInvalid: With the place of the offending value.
    """
    datasets = _datasets(document, project_tenants)
    truths = _ground_truths(document, datasets, unit_tenants, task_tenants)
    _versions(document, datasets, truths, _events(document, truths))


def _datasets(document: SeedDocument, project_tenants: Mapping[int, str]) -> dict[int, GroundTruthDatasetRow]:
    rows = document.ground_truth_datasets
    for index, row in enumerate(rows):
        if row.project is not None and project_tenants.get(row.project) != row.tenant:
            own = _of_tenant(row.tenant, project_tenants)
            raise SeedInvalid(
                path(("ground_truth_datasets", index, "project")),
                row.project,
                f"null or the id of a project of tenant {row.tenant} {among(own)}",
            )
    return by_id("ground_truth_datasets", rows, rows)


def _ground_truths(
    document: SeedDocument,
    datasets: Mapping[int, GroundTruthDatasetRow],
    unit_tenants: Mapping[int, str],
    task_tenants: Mapping[int, str],
) -> dict[int, GroundTruthRow]:
    rows = document.ground_truths
    for index, row in enumerate(rows):
        dataset = datasets.get(row.ground_truth_dataset)
        if dataset is None:
            place = path(("ground_truths", index, "ground_truth_dataset"))
            raise SeedInvalid(place, row.ground_truth_dataset, f"the id of a ground truth dataset {among(datasets)}")
        if unit_tenants.get(row.data_unit) != dataset.tenant:
            own = _of_tenant(dataset.tenant, unit_tenants)
            raise SeedInvalid(
                path(("ground_truths", index, "data_unit")),
                row.data_unit,
                f"the id of a data unit of tenant {dataset.tenant} {among(own)}",
            )
        if row.task is not None and task_tenants.get(row.task) != dataset.tenant:
            own = _of_tenant(dataset.tenant, task_tenants)
            raise SeedInvalid(
                path(("ground_truths", index, "task")),
                row.task,
                f"null or the id of a task of tenant {dataset.tenant} {among(own)}",
            )
    return by_id("ground_truths", rows, rows)


def _events(document: SeedDocument, truths: Mapping[int, GroundTruthRow]) -> dict[int, int]:
    """Return the ground truth of each event."""
    rows = document.ground_truth_events
    for index, row in enumerate(rows):
        if row.ground_truth not in truths:
            place = path(("ground_truth_events", index, "ground_truth"))
            raise SeedInvalid(place, row.ground_truth, f"the id of a ground truth {among(truths)}")
    once("ground_truth_events", "pgh_id", [row.pgh_id for row in rows])
    return {row.pgh_id: row.ground_truth for row in rows}


def _versions(
    document: SeedDocument,
    datasets: Mapping[int, GroundTruthDatasetRow],
    truths: Mapping[int, GroundTruthRow],
    events: Mapping[int, int],
) -> None:
    rows = document.ground_truth_dataset_versions
    once("ground_truth_dataset_versions", "id", [row.id for row in rows])
    for index, row in enumerate(rows):
        dataset = row.ground_truth_dataset
        if dataset not in datasets:
            place = path(("ground_truth_dataset_versions", index, "ground_truth_dataset"))
            raise SeedInvalid(place, dataset, f"the id of a ground truth dataset {among(datasets)}")
        held: dict[int, int] = {}
        for position, event in enumerate(row.events):
            place = path(("ground_truth_dataset_versions", index, "events", position))
            truth = events.get(event)
            if truth is None or truths[truth].ground_truth_dataset != dataset:
                own = [other for other, of in events.items() if truths[of].ground_truth_dataset == dataset]
                raise SeedInvalid(
                    place, event, f"the pgh_id of an event of ground truth dataset {dataset} {among(own)}"
                )
            if truth in held:
                raise SeedInvalid(
                    place, event, f"an event of a ground truth other than {truth}, which event {held[truth]} stands for"
                )
            held[truth] = event


def _of_tenant(tenant: str, tenants: Mapping[int, str]) -> list[int]:
    """Return the ids of a tenant's rows."""
    return [identity for identity, owner in tenants.items() if owner == tenant]
