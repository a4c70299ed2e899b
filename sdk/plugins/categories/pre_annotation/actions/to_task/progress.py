"""What a run says about its tasks, task by task (to_task guide, Real-time Progress Updates and Task-level Errors)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from sdk.loggers import LogLevel
from sdk.plugins.categories.pre_annotation.actions.to_task.outcome import ANNOTATE

if TYPE_CHECKING:
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext


class ProgressReport:
    """Counts the tasks of a run and tells about each: an event, the metrics, and a line for each whole per cent.

    Metrics and progress are told together and from one tally, so that they agree at every moment.

    Args:
        context: Of the run; its tally is counted on.
    """

    def __init__(self, context: ToTaskContext) -> None:
        self._context = context
        self._shown = -1
        context.set_metrics(context.tally.metrics(), ANNOTATE)

    def success(self, task_id: int) -> None:
        """Count a task that was annotated."""
        self._context.tally.success += 1
        self._tell(task_id, "success")

    def failed(self, task_id: int, error: Exception) -> None:
        """Count a task that could not be annotated, and log the guide's line about it."""
        context = self._context
        reason = " ".join(context.client.redact(str(error) or type(error).__name__).split())
        line = f"[Task {task_id}] Failed: {reason}"
        context.tally.failed += 1
        context.first_failure = context.first_failure or line
        context.log_message(line, LogLevel.ERROR)
        self._tell(task_id, "failed", reason)

    def skipped(self, task_id: int) -> None:
        """Count a task that is annotated already."""
        self._context.tally.skip()
        self._tell(task_id, "skipped")

    def _tell(self, task_id: int, status: Literal["success", "failed", "skipped"], error: str | None = None) -> None:
        context, tally = self._context, self._context.tally
        event = {
            "task_info": {"task_id": task_id},
            "status": status,
            "method": context.params.method,
            "index": tally.done,
            "total": tally.total,
            "created": context.clock.now().isoformat(),
            "error": error,
        }
        context.log(ANNOTATE, event, level=LogLevel.ERROR if error else LogLevel.INFO)
        context.set_metrics(tally.metrics(), ANNOTATE)
        context.set_progress(tally.done, tally.total, ANNOTATE)
        share = 100 * tally.done // tally.total if tally.total else -1
        if tally.done and share != self._shown:
            self._shown = share
            context.log_message(f"[{ANNOTATE}] Progress: {tally.progress()}")
