"""Annotations from JSON files that lie beside what a task shows (to_task guide, File-based Annotation Details)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from sdk.plugins.categories.pre_annotation.actions.to_task.errors import DownloadError, NoSpecificationError
from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.base import AnnotationStrategy
from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import read_task

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
    from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import Task

STALE = frozenset({400, 401, 403})  # what storages answer to a presigned URL that has run out (contract.md 3.3)


class FileAnnotation(AnnotationStrategy):
    """Hands each task's file of the target specification to the action's ``convert_data_from_file``.

    Args:
        specification: Name of the specification.
    """

    def __init__(self, specification: str) -> None:
        self._specification = specification

    @override
    def prepare(self, context: ToTaskContext) -> None:
        names = [str(row.get("name")) for row in context.specifications]
        if self._specification not in names:
            known = ", ".join(map(repr, names)) or "none"
            raise NoSpecificationError(f"{self._specification!r}; the project's file specifications are: {known}")

    @override
    def annotate(self, context: ToTaskContext, task: Task) -> dict[str, Any]:
        try:
            return self._converted(context, task)
        except DownloadError as error:
            if error.status not in STALE:
                raise
            fresh = read_task(context.client, task.id)
            if fresh.file_of(self._specification).url == task.file_of(self._specification).url:
                raise
        return self._converted(context, fresh)

    def _converted(self, context: ToTaskContext, task: Task) -> dict[str, Any]:
        file, primary = task.file_of(self._specification), task.primary
        return context.action.convert_data_from_file(
            primary.url if primary else None,
            primary.name if primary else None,
            str(file.url),
            file.name,
            task_data=task.row,
        )
