"""What every test shares: the hypothesis profiles, and what a deep search says about itself in the end.

``deep`` is chosen by hand, with ``HYPOTHESIS_PROFILE=deep``; ``make test-deep`` does it for the searches that are worth
it.
"""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "ci")

pytest.register_assert_rewrite("export_rig", "to_task_rig")  # before they are imported: they assert too

settings.register_profile("ci", max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("deep", max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(PROFILE)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what stays to the end: thousands of tests and all that they import."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what each search looked at, as its test recorded it under ``searched``."""
    if PROFILE == "ci":
        return
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, told in report.user_properties:
                if name == "searched":
                    terminalreporter.write_line(f"{outcome}: {told}")
