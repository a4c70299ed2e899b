"""Everything that an action may use: logger, settings, clients, clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdk.clock import Clock, SystemClock
from sdk.executor import Executors, threads
from sdk.loggers.levels import LogLevel

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.backend import BackendClient
    from sdk.clients.backend_v2 import BackendV2Client
    from sdk.loggers import BaseLogger
    from sdk.plugins.context.environment import PluginEnvironment


@dataclass
class RuntimeContext:
    """What surrounds one run of an action (contract.md 5, recipe).

    Args:
        logger: Takes progress, metrics, events and messages.
        env: Settings of the plugin.
        client: v1 client; actions that need none run without.
        v2_client: v2 client; without it nothing is delegated.
        job_id: Job that the run reports to.
        clock: Tells the time and waits.
        executors: Makes what runs side by side; threads unless told.
    """

    logger: BaseLogger
    env: PluginEnvironment
    client: BackendClient | None = None
    v2_client: BackendV2Client | None = None
    job_id: str | None = None
    clock: Clock = field(default_factory=SystemClock)
    executors: Executors = threads

    def set_progress(self, current: int, total: int, step: str | None = None) -> None:
        """Report progress.

        Args:
            current: Units done.
            total: Units in all.
            step: Name of the step; the logger's current one when absent.
        """
        self.logger.set_progress(current, total, step)

    def set_metrics(self, value: Mapping[str, Any], step: str) -> None:
        """Report counters.

        Args:
            value: Counters by name.
            step: What they belong to, for example ``data_file``.
        """
        self.logger.set_metrics(value, step)

    def log(
        self,
        event: str,
        data: Mapping[str, Any],
        *,
        level: LogLevel = LogLevel.INFO,
        step: str | None = None,
        file: str | None = None,
    ) -> None:
        """Report an event.

        Args:
            event: Name of the event.
            data: JSON object that goes with it.
            level: How grave it is.
            step: Name of the step; the logger's current one when absent.
            file: Path of a file that goes with it.
        """
        self.logger.log(event, data, level=level, step=step, file=file)

    def log_message(
        self, message: str, level: LogLevel = LogLevel.INFO, *, key: str | None = None, step: str | None = None
    ) -> None:
        """Tell the user something.

        Args:
            message: Sentence for a person.
            level: How grave it is.
            key: Code of the message, for translation, such as ``EXPORT_DELEGATED_TO_SERVER``.
            step: Name of the step; the logger's current one when absent.
        """
        self.logger.log_message(message, level, key=key, step=step)
