"""The document's other rows, as the filters of a target ask for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract_tests.oracle.document import GroundTruthRow, SeedDocument, TaskRow


class Lookup:
    """What stands behind the references of a seed document.

    Args:
        document: A seed document.
    """

    def __init__(self, document: SeedDocument) -> None:
        self._assignments: dict[int, list[tuple[int, bool]]] = {}
        for row in document.get("assignments", []):
            self._assignments.setdefault(row["task"], []).append((row["id"], row.get("is_discarded", False)))
        self._file_names = {
            unit["id"]: [file.get("file_name_original", "") for file in unit.get("files", {}).values()]
            for unit in document.get("data_units", [])
        }
        self._tasks = {row["id"]: row for row in document.get("tasks", [])}
        self._tenants = {row["id"]: row["tenant"] for row in document.get("projects", [])}
        self._ground_truths = {row["id"]: row for row in document.get("ground_truths", [])}
        self._dataset_tenants = {row["id"]: row["tenant"] for row in document.get("ground_truth_datasets", [])}
        self._versions: dict[int, set[int]] = {}
        for version in document.get("ground_truth_dataset_versions", []):
            for event in version.get("events", []):
                self._versions.setdefault(event, set()).add(version["id"])

    def assignment_ids(self, task: TaskRow) -> set[int]:
        """Return the ids of a task's assignments."""
        return {number for number, _ in self._assignments.get(task["id"], [])}

    def assignment_flags(self, task: TaskRow) -> set[bool]:
        """Return the values of ``is_discarded`` that occur among a task's assignments."""
        return {flag for _, flag in self._assignments.get(task["id"], [])}

    def file_names(self, unit: int | None) -> list[str]:
        """Return the original names of all files of a data unit; of none when there is no unit."""
        return [] if unit is None else self._file_names.get(unit, [])

    def task(self, number: int) -> TaskRow:
        """Return a task."""
        return self._tasks[number]

    def tenant(self, project: int) -> str | None:
        """Return the tenant of a project."""
        return self._tenants.get(project)

    def ground_truth(self, number: int) -> GroundTruthRow:
        """Return a ground truth."""
        return self._ground_truths[number]

    def dataset_tenant(self, dataset: int) -> str | None:
        """Return the tenant of a ground-truth dataset."""
        return self._dataset_tenants.get(dataset)

    def versions(self, event: int) -> set[int]:
        """Return the dataset versions that hold an event.

        Args:
            event: Its ``pgh_id``.
        """
        return self._versions.get(event, set())
