"""Runs steps in order, and undoes them in reverse when one fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.plugins.errors import StepFailed
from sdk.plugins.steps.context import BaseStepContext
from sdk.plugins.steps.result import StepResult

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdk.plugins.steps.base import BaseStep
    from sdk.plugins.steps.registry import StepRegistry

SCALE = 1000  # progress of the whole run is told in per mille


class Orchestrator[C: BaseStepContext]:
    """One run of the steps of a registry (export guide, step-based mode).

    Args:
        registry: Steps in order.
        context: What they share.
        progress_callback: Called as ``(done, 1000)`` after each step, by the steps' weights; a skipped step counts
            as done.
        before_step: Called with each step and the context before ``can_skip`` is asked.
    """

    def __init__(
        self,
        registry: StepRegistry[C],
        context: C,
        progress_callback: Callable[[int, int], None] | None = None,
        *,
        before_step: Callable[[BaseStep[C], C], None] | None = None,
    ) -> None:
        self._steps = registry.get_steps()
        self._context = context
        self._progress_callback = progress_callback
        self._before_step = before_step
        self._executed: list[tuple[BaseStep[C], StepResult]] = []

    def execute(self) -> dict[str, Any]:
        """Run all steps.

        Returns:
            ``success`` (true), ``steps_executed``, ``steps_skipped`` and ``steps_total``.

        Raises:
            StepFailed: A step raised or returned ``success=False``. Executed steps were rolled back in reverse order,
                the failing one first; what failed in a rollback stands in ``context.errors``.
        """
        logger = self._context.runtime_ctx.logger
        logger.set_step_proportions({step.name: step.progress_proportion for step in self._steps})
        done = 0.0
        total = sum(step.progress_weight for step in self._steps)
        try:
            for order, step in enumerate(self._steps):
                self._context.current_step = step.name
                logger.set_step(step.name, order)
                self._run(step)
                self._context.set_progress(100, 100, step.name)
                done += step.progress_weight
                if self._progress_callback is not None:
                    self._progress_callback(round(SCALE * done / total) if total else SCALE, SCALE)
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._context.current_step = None
            logger.set_step(None)
        return {
            "success": True,
            "steps_executed": len(self._executed),
            "steps_skipped": len(self._steps) - len(self._executed),
            "steps_total": len(self._steps),
        }

    def _run(self, step: BaseStep[C]) -> None:
        cause: Exception | None = None
        started = False
        try:
            if self._before_step is not None:
                self._before_step(step, self._context)
            if step.can_skip(self._context):
                self._record(StepResult(skipped=True))
                return
            started = True
            self._executed.append((step, StepResult(success=False, error="interrupted")))
            result = _checked(step.execute(self._context))
        except Exception as error:  # noqa: BLE001  (a plugin's step may raise anything; it is chained below)
            cause = error
            result = StepResult(success=False, error=str(error) or type(error).__name__)
        self._record(result)
        if started:
            self._executed[-1] = (step, result)
        if not result.success:
            message = f"Step {step.name!r} failed: {result.error or 'it gave no reason'}"
            self._context.errors.append(message)
            raise StepFailed(message, step=step.name, result=result) from cause

    def _record(self, result: StepResult) -> None:
        result.timestamp = self._context.clock.now()
        self._context.step_results.append(result)

    def _roll_back(self) -> None:
        for step, result in reversed(self._executed):
            try:
                step.rollback(self._context, result)
            except Exception as error:  # noqa: BLE001  (the other steps have to be undone all the same)
                self._context.errors.append(f"Rollback of step {step.name!r} failed: {type(error).__name__}: {error}")


def _checked(result: object) -> StepResult:
    if isinstance(result, StepResult):
        return result
    return StepResult(success=False, error=f"execute() returned {result!r:.200}; it has to return a StepResult")
