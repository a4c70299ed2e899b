"""What the steps of one run share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdk.loggers.levels import LogLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.backend import BackendClient
    from sdk.clock import Clock
    from sdk.plugins.context.runtime import RuntimeContext
    from sdk.plugins.steps.result import StepResult


@dataclass
class BaseStepContext:
    """State that the steps of one run share; actions add fields of their own (export guide, ExportContext).

    Args:
        runtime_ctx: Logger, environment, clients and clock.
        step_results: Results of the steps so far, in order, skipped ones included.
        errors: What went wrong without ending the run, as sentences.
        current_step: Name of the step that runs; set by the orchestrator.
    """

    runtime_ctx: RuntimeContext
    step_results: list[StepResult] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    current_step: str | None = field(init=False, default=None)

    @property
    def clock(self) -> Clock:
        """The clock of the runtime context."""
        return self.runtime_ctx.clock

    @property
    def client(self) -> BackendClient:
        """The v1 client.

        Raises:
            RuntimeError: The runtime context has none.
        """
        if self.runtime_ctx.client is None:
            raise RuntimeError("No client in runtime context; give RuntimeContext(client=...) one.")
        return self.runtime_ctx.client

    def log(
        self, event: str, data: Mapping[str, Any], *, level: LogLevel = LogLevel.INFO, file: str | None = None
    ) -> None:
        """Report an event under the current step.

        Args:
            event: Name of the event.
            data: JSON object that goes with it.
            level: How grave it is.
            file: Path of a file that goes with it.
        """
        self.runtime_ctx.log(event, data, level=level, step=self.current_step, file=file)

    def log_message(self, message: str, level: LogLevel = LogLevel.INFO, *, key: str | None = None) -> None:
        """Tell the user something under the current step.

        Args:
            message: Sentence for a person.
            level: How grave it is.
            key: Code of the message, for translation.
        """
        self.runtime_ctx.log_message(message, level, key=key, step=self.current_step)

    def set_progress(self, current: int, total: int, step: str | None = None) -> None:
        """Report progress of the current step, or of the one named.

        Args:
            current: Units done.
            total: Units in all.
            step: Name to report under.
        """
        self.runtime_ctx.set_progress(current, total, step or self.current_step)

    def set_metrics(self, value: Mapping[str, Any], step: str | None = None) -> None:
        """Report counters of the current step, or under the name given.

        Args:
            value: Counters by name.
            step: Name to report under.

        Raises:
            ValueError: There is no current step, and no name is given.
        """
        name = step or self.current_step
        if not name:
            raise ValueError("set_metrics outside of a step needs the name of a step")
        self.runtime_ctx.set_metrics(value, name)
