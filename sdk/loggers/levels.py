"""How grave a log entry is (contract.md 5)."""

from __future__ import annotations

from enum import StrEnum


class LogLevel(StrEnum):
    """Levels that the backend knows, the gravest first."""

    CRITICAL = "critical"
    ERROR = "error"
    DANGER = "danger"
    WARNING = "warning"
    SUCCESS = "success"
    INFO = "info"
    DEBUG = "debug"
