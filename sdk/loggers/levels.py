"""How grave a log entry is (contract.md 5)."""

from __future__ import annotations

from enum import StrEnum


class LogLevel(StrEnum):
    """Levels that the backend knows."""

    DEBUG = "debug"
    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    DANGER = "danger"
    ERROR = "error"
    CRITICAL = "critical"
