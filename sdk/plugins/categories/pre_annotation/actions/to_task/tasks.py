"""One task as a run sees it, and the files that it shows (contract.md 4, annotate).

The files of a data unit come by specification or as a list; both occur on the wire (incidents.md 5, SYN-7255).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdk.plugins.categories.pre_annotation.actions.to_task.errors import TaskFilesError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from sdk.clients.backend import BackendClient
    from sdk.clients.pagination import Row

FIELDS = ("id", "data", "data_unit", "status_label")
_NAMES = ("file_name_original", "filename", "name")
_SPECIFICATIONS = ("specification", "specification_name", "name")


@dataclass(frozen=True)
class TaskFile:
    """One file of a data unit.

    Args:
        specification: Name of its specification, if that is known.
        url: Where it lies, if that is known.
        name: Its original name, if that is known.
        is_primary: Whether it is what the task is about.
    """

    specification: str | None
    url: str | None
    name: str | None
    is_primary: bool


@dataclass(frozen=True)
class Task:
    """One task, as it was when its turn came.

    Args:
        id: Its id.
        row: As the backend gave it, with ``data`` and the data unit in full.
        files: Files of its data unit; none when it has no data unit.
        has_unit: Whether it has a data unit.
    """

    id: int
    row: Row
    files: tuple[TaskFile, ...]
    has_unit: bool = True

    @property
    def data(self) -> object:
        """What is stored."""
        return self.row.get("data")

    @property
    def status(self) -> str | None:
        """Its label status, if the backend says it."""
        found = self.row.get("status_label")
        return found if isinstance(found, str) else None

    @property
    def primary(self) -> TaskFile | None:
        """The first primary file that can be fetched, if there is one."""
        return next((file for file in self.files if file.is_primary and file.url), None)

    def file_of(self, specification: str) -> TaskFile:
        """Return the file of a specification.

        Raises:
            TaskFilesError: There is none, or it has no URL.
        """
        self.ensure_files()
        found = [file for file in self.files if file.specification == specification]
        if not found:
            raise TaskFilesError(f"Target specification file not found for task: no file is of {specification!r}")
        if not found[0].url:
            raise TaskFilesError("Target specification URL not found for task")
        return found[0]

    def primary_file(self) -> TaskFile:
        """Return the primary file.

        Raises:
            TaskFilesError: There is none with a URL.
        """
        self.ensure_files()
        if self.primary is None:
            raise TaskFilesError("Primary file URL not found for task")
        return self.primary

    def ensure_files(self) -> None:
        """Return when there is something to work with.

        Raises:
            TaskFilesError: The task has no data unit, or that has no files.
        """
        if not self.has_unit:
            raise TaskFilesError("Task does not have a data unit")
        if not self.files:
            raise TaskFilesError("Data unit does not have files")


def read_task(client: BackendClient, task_id: int) -> Task:
    """Return a task with its data unit and files, which may take a second request.

    Args:
        client: The v1 client.
        task_id: Its id.

    Raises:
        ClientError: The backend does not give it.
    """
    row = client.get_task(task_id, fields=FIELDS, expand=("data_unit",))
    unit: Any = row.get("data_unit")
    if unit is not None and not isinstance(unit, dict):
        unit = {"id": unit}  # a backend that does not expand
    if unit is not None and not unit.get("files") and unit.get("id") is not None:
        unit = {**unit, **client.get_data_unit(unit["id"])}
    files = () if unit is None else tuple(files_of(unit.get("files")))
    return Task(task_id, {**row, "data_unit": unit}, files, has_unit=unit is not None)


def files_of(files: object) -> Iterator[TaskFile]:
    """Yield the files of a data unit in their order.

    Args:
        files: Files by specification, or a list of them; anything else holds none.
    """
    if isinstance(files, dict):
        for specification, file in files.items():
            if isinstance(file, dict):
                yield _file(file, specification)
    elif isinstance(files, list):
        for file in files:
            if isinstance(file, dict):
                yield _file(file, _first_text(file, _SPECIFICATIONS))


def _file(file: Mapping[str, object], specification: str | None) -> TaskFile:
    return TaskFile(specification, _first_text(file, ("url",)), _first_text(file, _NAMES), bool(file.get("is_primary")))


def _first_text(file: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    return next((value for key in keys if isinstance(value := file.get(key), str) and value), None)
