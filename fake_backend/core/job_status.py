"""Statuses of plugin jobs and which may follow which (OpenAPI ``job_partial_update``).

Source: the operation's text: a job that is over stays what it is, and being told so again is no error. What a job
that is not over may become is ours: anything but PENDING again.
"""

from __future__ import annotations

from typing import Final

PENDING: Final = "PENDING"
OVER: Final = frozenset({"STOPPED", "SUCCEEDED", "FAILED"})


def may_follow(current: str, wanted: str) -> bool:
    """Return whether a job may go from one status to another, or stay where it is."""
    return wanted == current or (current not in OVER and wanted != PENDING)
