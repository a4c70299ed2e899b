"""Ground truth of a seed document as rows of tables: datasets, versions, ground truths and their events.

An event is a snapshot: it keeps the dataset, data unit and task that its ground truth had when it was loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.seeding.upserts import hang, put
from fake_backend.store import schema
from fake_backend.store.instants import stored

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fake_backend.payloads import Payloads
    from fake_backend.seeding.rows import SeedDocument


def write(connection: Connection, document: SeedDocument, payloads: Payloads, moment: int) -> None:
    """Write the ground truth of ``document``.

    Args:
        connection: In a transaction, after projects, data units and tasks.
        document: Valid rows.
        payloads: Where large payloads go.
        moment: Instant of loading, in microseconds since the epoch.
    """
    tenant_of = {row.id: row.tenant for row in document.ground_truth_datasets}
    put(
        connection,
        schema.ground_truth_datasets,
        (
            {"id": row.id, "tenant": row.tenant, "name": row.name, "project_id": row.project}
            for row in document.ground_truth_datasets
        ),
    )
    put(
        connection,
        schema.ground_truths,
        (
            {
                "id": row.id,
                "tenant": tenant_of[row.ground_truth_dataset],
                "ground_truth_dataset_id": row.ground_truth_dataset,
                "data_unit_id": row.data_unit,
                "task_id": row.task,
            }
            for row in document.ground_truths
        ),
    )
    _events(connection, document, payloads, moment, tenant_of)
    _versions(connection, document, tenant_of)


def _events(
    connection: Connection, document: SeedDocument, payloads: Payloads, moment: int, tenant_of: dict[int, str]
) -> None:
    truth_of = {row.id: row for row in document.ground_truths}
    rows: list[dict[str, Any]] = []
    classes: list[dict[str, Any]] = []
    for row in document.ground_truth_events:
        truth = truth_of[row.ground_truth]
        rows.append(
            {
                "pgh_id": row.pgh_id,
                "tenant": tenant_of[truth.ground_truth_dataset],
                "ground_truth_id": truth.id,
                "ground_truth_dataset_id": truth.ground_truth_dataset,
                "data_unit_id": truth.data_unit,
                "task_id": truth.task,
                "pgh_label": row.pgh_label,
                "created": moment if row.created is None else stored(row.created),
                "category": row.category,
                **payloads.columns("ground_truth_events", row.pgh_id, row.data),
            }
        )
        classes.extend(
            {"pgh_id": row.pgh_id, "name": name, "position": position} for position, name in enumerate(row.classes)
        )
    put(connection, schema.ground_truth_events, rows)
    hang(connection, schema.ground_truth_event_classes, "pgh_id", (row["pgh_id"] for row in rows), classes)


def _versions(connection: Connection, document: SeedDocument, tenant_of: dict[int, str]) -> None:
    versions = document.ground_truth_dataset_versions
    put(
        connection,
        schema.ground_truth_dataset_versions,
        (
            {
                "id": row.id,
                "ground_truth_dataset_id": row.ground_truth_dataset,
                "tenant": tenant_of[row.ground_truth_dataset],
                "name": row.name,
                "is_released": row.is_released,
            }
            for row in versions
        ),
    )
    hang(
        connection,
        schema.ground_truth_version_events,
        "version_id",
        (row.id for row in versions),
        [{"version_id": row.id, "pgh_id": event} for row in versions for event in row.events],
    )
