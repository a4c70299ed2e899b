"""What every logger takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from sdk.loggers.levels import LogLevel

if TYPE_CHECKING:
    from collections.abc import Mapping


class BaseLogger:
    """Takes reports of one run, and knows which step they belong to.

    Subclasses say what becomes of an entry, of progress and of metrics. Not thread-safe: reports come from the thread
    that runs the action.
    """

    def __init__(self) -> None:
        self.step: str | None = None
        self.step_order: int | None = None

    def set_step(self, step: str | None, order: int | None = None) -> None:
        """Say which step reports from now on.

        Args:
            step: Name; ``None`` between steps.
            order: Position of the step, from 0.
        """
        self.step = step
        self.step_order = order

    def set_step_proportions(self, proportions: Mapping[str, int]) -> None:
        """Say which steps there will be, in order.

        Args:
            proportions: Share of each step in the whole, in per cent.
        """

    def log(
        self,
        event: str,
        data: Mapping[str, Any],
        *,
        level: LogLevel = LogLevel.INFO,
        step: str | None = None,
        file: str | None = None,
    ) -> None:
        """Take an event.

        Args:
            event: Name of the event.
            data: JSON object that goes with it.
            level: How grave it is.
            step: Step that it belongs to; the current one when absent.
            file: Path of a file that goes with it.
        """
        self._take_entry(event, data, level, step or self.step, file)

    def log_message(
        self, message: str, level: LogLevel = LogLevel.INFO, *, key: str | None = None, step: str | None = None
    ) -> None:
        """Take a sentence for the user.

        Args:
            message: The sentence.
            level: How grave it is.
            key: Its code, for translation.
            step: Step that it belongs to; the current one when absent.
        """
        data = {"content": message} if key is None else {"content": message, "key": key}
        self.log("message", data, level=level, step=step)

    def debug(self, message: str) -> None:
        """Take a sentence of level debug."""
        self.log_message(message, LogLevel.DEBUG)

    def info(self, message: str) -> None:
        """Take a sentence of level info."""
        self.log_message(message, LogLevel.INFO)

    def warning(self, message: str) -> None:
        """Take a sentence of level warning."""
        self.log_message(message, LogLevel.WARNING)

    def error(self, message: str) -> None:
        """Take a sentence of level error."""
        self.log_message(message, LogLevel.ERROR)

    def critical(self, message: str) -> None:
        """Take a sentence of level critical."""
        self.log_message(message, LogLevel.CRITICAL)

    def set_progress(self, current: int, total: int, step: str | None = None) -> None:
        """Take progress.

        Args:
            current: Units done.
            total: Units in all; 0 means that there was nothing to do, so all is done.
            step: Step that it belongs to; the current one when absent.
        """
        percent = 100.0 if total <= 0 else min(max(100.0 * current / total, 0.0), 100.0)
        self._take_progress(round(percent, 2), step or self.step)

    def set_metrics(self, value: Mapping[str, Any], step: str) -> None:
        """Take counters; those of the same name replace earlier ones.

        Args:
            value: Counters by name.
            step: What they belong to.

        Raises:
            ValueError: ``step`` is empty.
        """
        if not step:
            raise ValueError("metrics need the name of what they belong to")
        self._take_metrics(dict(value), step)

    def flush(self) -> None:
        """Send what is held back."""

    def finish(self) -> None:
        """Send what is held back, for the last time; a second call does nothing."""
        self.flush()

    def _take_entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> None:
        raise NotImplementedError

    def _take_progress(self, percent: float, step: str | None) -> None:
        raise NotImplementedError

    def _take_metrics(self, value: dict[str, Any], step: str) -> None:
        raise NotImplementedError


class NoOpLogger(BaseLogger):
    """Takes everything and keeps nothing."""

    @override
    def _take_entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> None:
        pass

    @override
    def _take_progress(self, percent: float, step: str | None) -> None:
        pass

    @override
    def _take_metrics(self, value: dict[str, Any], step: str) -> None:
        pass
