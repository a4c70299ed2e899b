"""The command that is interrupted and given again: ``synapse plugin run --mode local export``, in its own process."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT = Path(__file__).resolve().parents[2]
TIME_LIMIT = 150  # seconds; a run that meets a dead server takes some thirty
CONFIG = """\
name: Interruptions
code: interruptions
actions:
  export:
    entrypoint: sdk.plugins.actions.export:ExportAction
"""
# Many small requests, so that there are many points to be interrupted at, and few retries of lists: a run that meets a
# dead server is to end soon.
PACE = {
    "SYNAPSE_EXPORT_PAGE_SIZE": "30",
    "SYNAPSE_EXPORT_V2_PAGE_SIZE": "20",
    "SYNAPSE_EXPORT_CHUNK_SIZE": "30",
    "SYNAPSE_EXPORT_PAGE_RETRIES": "0",
    "SYNAPSE_EXPORT_THROTTLE_SECONDS": "0",
    "SYNAPSE_EXPORT_DELEGATE_POLL_INACTIVITY_DEADLINE_SECONDS": "20",
}


class Command:
    """One command, to be run any number of times.

    Args:
        folder: Of the plugin; made.
        params: Of the export.
        url: Of the backend.
        token: A user's.
        tenant: Their tenant.
    """

    def __init__(self, folder: Path, params: Mapping[str, object], *, url: str, token: str, tenant: str) -> None:
        folder.mkdir()
        (folder / "config.yaml").write_text(CONFIG, encoding="utf-8")
        self.staging = folder / "stagings"
        self._folder = folder
        self._line = [sys.executable, "-m", "sdk.cli", "plugin", "run", "--mode", "local", "export"]
        self._line += ["--json", "--params", json.dumps(params)]
        self._variables = {
            "PATH": os.defpath,
            "HOME": str(folder),
            "TMPDIR": str(folder),
            "PYTHONPATH": str(ROOT),
            "PYTHONUTF8": "1",
            "SYNAPSE_HOST": url,
            "SYNAPSE_PLUGIN_RUN_USER_TOKEN": token,
            "SYNAPSE_PLUGIN_RUN_TENANT": tenant,
            "SYNAPSE_EXPORT_STAGING": str(self.staging),
            **PACE,
        }
        self._process: subprocess.Popen[str] | None = None

    def begin(self) -> None:
        """Start it."""
        self._process = subprocess.Popen(
            self._line,
            cwd=self._folder,
            env=self._variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def kill(self) -> None:
        """End it without a word."""
        self._process.kill()

    def fill_disk(self) -> None:
        """Let every write to a file fail from now on, with EFBIG: what a full disk is to a process."""
        resource.prlimit(self._process.pid, resource.RLIMIT_FSIZE, (0, 0))

    def ended(self) -> tuple[int, str]:
        """Wait for its end; return its exit status and its last words."""
        try:
            _, said = self._process.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            _, said = self._process.communicate()
            said += f"\nit took more than {TIME_LIMIT} s"
        return self._process.returncode, (said.strip().splitlines() or [""])[-1]
