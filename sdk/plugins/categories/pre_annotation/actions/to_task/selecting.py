"""The tasks that a selection stands for, as the backend lists them, and held against it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdk.clients.lists import TASKS
from sdk.clients.retry import PagePolicy
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import SelectionError
from sdk.plugins.categories.pre_annotation.actions.to_task.filters import PENDING

if TYPE_CHECKING:
    from sdk.clients.backend import BackendClient
    from sdk.clients.pagination import Row
    from sdk.plugins.categories.pre_annotation.actions.to_task.filters import TaskSelection

PAGE_SIZE = 1000  # rows; the most that a caller may ask for (contract.md 3.2)


@dataclass(frozen=True)
class ListedTask:
    """A task as the list shows it.

    Args:
        id: Its id.
        status: Its label status, if the list says it.
    """

    id: int
    status: str | None


def is_annotated(status: str | None) -> bool:
    """Return whether a label status says that somebody has taken the task on; unknown says nothing."""
    return status is not None and status != PENDING


def selected_tasks(client: BackendClient, selection: TaskSelection) -> list[ListedTask]:
    """Return the tasks of a selection in ascending order of id; a limit takes the first ones.

    Args:
        client: The v1 client.
        selection: Which tasks.

    Raises:
        SelectionError: The list holds a task of another project or status than selected, so it has not understood the
            filter (incidents.md 1, SYN-7398).
        ClientError: A page cannot be had.
    """
    options = {"fields": "id,project,status_label", "ordering": "id", "page_size": PAGE_SIZE}
    query = {**selection.query, **options}
    rows = client.walk(TASKS.path, query, policy=PagePolicy.export_default(TASKS.throttle))
    found: dict[int, ListedTask] = {}
    for row in itertools.islice(rows, selection.limit):
        task = _task(row, selection)
        found[task.id] = task
    return [found[number] for number in sorted(found)]


def _task(row: Row, selection: TaskSelection) -> ListedTask:
    number, project, status = row.get("id"), row.get("project"), row.get("status_label")
    if not isinstance(number, int) or isinstance(number, bool):
        raise SelectionError(f"The backend listed a task with the id {number!r}", "Ask whoever runs the backend.")
    statuses = selection.statuses
    foreign = project is not None and project != selection.query["project"]
    other = status is not None and statuses is not None and status not in statuses
    if foreign or other:
        what = f"of project {project}" if foreign else f"in status {status!r}"
        raise SelectionError(
            f"The backend listed task {number} {what}, which the filter leaves out",
            "Nothing was written; ask whoever runs the backend which filters it takes.",
        )
    return ListedTask(number, status if isinstance(status, str) else None)
