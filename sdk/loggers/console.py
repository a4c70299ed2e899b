"""A logger for a person at a terminal."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any, TextIO, override

from sdk.clients.redaction import redact_urls
from sdk.loggers.base import BaseLogger

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sdk.loggers.levels import LogLevel


class ConsoleLogger(BaseLogger):
    """Writes one line for each report, and one for each whole per cent of progress.

    Args:
        stream: Where lines go; the standard output of the moment when absent.
        redact: Masks secrets in a line; signatures in URLs are masked in any case.
    """

    def __init__(self, stream: TextIO | None = None, *, redact: Callable[[str], str] = redact_urls) -> None:
        super().__init__()
        self._stream = stream
        self._redact = redact
        self._shown: dict[str | None, int] = {}

    @override
    def _take_entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> None:
        words = data["content"] if event == "message" and "content" in data else f"{event} {_json(data)}"
        self._write(f"[{level.value}] {f'{step}: ' if step else ''}{words}{f' ({file})' if file else ''}")

    @override
    def _take_progress(self, percent: float, step: str | None) -> None:
        if self._shown.get(step) != int(percent):
            self._shown[step] = int(percent)
            self._write(f"[progress] {step or 'run'}: {int(percent)} %")

    @override
    def _take_metrics(self, value: dict[str, Any], step: str) -> None:
        self._write(f"[metrics] {step}: {_json(value)}")

    @override
    def flush(self) -> None:
        (self._stream or sys.stdout).flush()

    def _write(self, line: str) -> None:
        (self._stream or sys.stdout).write(redact_urls(self._redact(line)) + "\n")


class QuietConsoleLogger(ConsoleLogger):
    """Writes the sentences for the user, and progress by the tenth; nothing of single files.

    A step that is done at once shows no progress.
    """

    @override
    def _take_entry(
        self, event: str, data: Mapping[str, Any], level: LogLevel, step: str | None, file: str | None
    ) -> None:
        if event == "message":
            super()._take_entry(event, data, level, None, file)

    @override
    def _take_progress(self, percent: float, step: str | None) -> None:
        if 10 <= percent < 100 or step in self._shown:
            super()._take_progress(percent // 10 * 10, step)

    @override
    def _take_metrics(self, value: dict[str, Any], step: str) -> None:
        pass


def _json(data: Mapping[str, Any]) -> str:
    return json.dumps(data, ensure_ascii=False, default=str)
