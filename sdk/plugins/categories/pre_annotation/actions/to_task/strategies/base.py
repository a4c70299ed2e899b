"""What a strategy is: where the annotations of a task come from, and what else has to hold before the first one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
    from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import Task

type Annotated = tuple[Task, dict[str, Any] | Exception]
"""A task, with what it is to hold or why that is not known."""


class ValidationStrategy(ABC):
    """A condition of the plugin's own, checked when the tasks are known and before anything is started or written."""

    @abstractmethod
    def validate(self, context: ToTaskContext) -> None:
        """Return when the run may go on.

        Args:
            context: With project, data collection, agent, task ids and parameters.

        Raises:
            CriticalError: It may not; any other exception counts as one.
        """


class AnnotationStrategy(ABC):
    """Makes the annotations of tasks. ``annotate`` is all that one of the plugin's own has to say."""

    def prepare(self, context: ToTaskContext) -> None:  # noqa: B027  (most strategies need nothing)
        """Check what the method needs, before tasks are looked for; nothing is changed here.

        Raises:
            CriticalError: It is not there.
        """

    def start(self, context: ToTaskContext) -> None:  # noqa: B027
        """Bring up what the method needs, once it is known that there are tasks to annotate.

        Raises:
            CriticalError: It does not come up; ``undo`` is called.
        """

    def undo(self, context: ToTaskContext) -> None:  # noqa: B027
        """Undo ``start``, wherever it was interrupted, because the run is over before its end."""

    def window(self, context: ToTaskContext) -> int:
        """Return how many tasks are handed to ``annotate_window`` at a time."""
        del context
        return 1

    @abstractmethod
    def annotate(self, context: ToTaskContext, task: Task) -> dict[str, Any]:
        """Return what a task is to hold.

        Args:
            context: Of the run; ``workspace`` is a directory for temporary files.
            task: The task with its files.

        Returns:
            A JSON object; it is written, unless the task holds it already.

        Raises:
            Exception: Ends this task alone; its text is the reason that is logged.
        """

    def annotate_window(self, context: ToTaskContext, tasks: Sequence[Task]) -> Iterator[Annotated]:
        """Yield each task with what it is to hold, or with the exception that says why that is not known.

        Args:
            context: Of the run.
            tasks: As many as ``window`` says, or fewer.
        """
        for task in tasks:
            try:
                yield task, self.annotate(context, task)
            except Exception as error:  # noqa: BLE001  (a plugin's strategy may raise anything)
                yield task, error
