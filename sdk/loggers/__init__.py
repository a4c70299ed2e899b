"""Loggers: where progress, metrics, events and messages of a run go."""

from sdk.loggers.base import BaseLogger, NoOpLogger
from sdk.loggers.console import ConsoleLogger
from sdk.loggers.job import JobLogger
from sdk.loggers.levels import LogLevel

__all__ = ["BaseLogger", "ConsoleLogger", "JobLogger", "LogLevel", "NoOpLogger"]
