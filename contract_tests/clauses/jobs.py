"""One export job of the main tenant, asked for and read without the SDK."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

from contract_tests import strategies

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.verify.outcome import Target
    from fake_backend import FakeBackend


def enqueue(backend: FakeBackend, target: Target, scope: Mapping[str, Any], **changes: Any) -> requests.Response:
    """Ask for an export job.

    Args:
        backend: Whom.
        target: What to export.
        scope: The filter.
        **changes: Further fields of the body.
    """
    body = {
        "storage_id": strategies.STORAGE,
        "path": "exports/a",
        "targets": [target],
        "filter": dict(scope),
        **({"project_id": scope["project"]} if "project" in scope else {}),
        **changes,
    }
    headers = backend.tokens[strategies.MAIN_TENANT].headers
    return requests.post(f"{backend.url}/v2/plugin_exports/", json=body, headers=headers, timeout=30)


def bundle(
    backend: FakeBackend, target: Target, scope: Mapping[str, Any], **changes: Any
) -> tuple[list[str], list[int]]:
    """Return the lines of a job's bundle, part after part, and the records that each part declares.

    Args:
        backend: Whom to ask.
        target: What to export.
        scope: The filter.
        **changes: Further fields of the body.
    """
    headers = backend.tokens[strategies.MAIN_TENANT].headers
    queued = enqueue(backend, target, scope, **changes).json()["data"]
    job = f"{backend.url}/v2/async_jobs/{queued['job_id']}/"
    requests.get(f"{job}progress/", headers=headers, timeout=30)  # its end is the job's
    manifest = requests.get(job, headers=headers, timeout=30).json()["data"]["data"]["manifest"]
    folder = Path(str(backend.storage_root(strategies.STORAGE)), manifest["prefix"])
    parts = manifest["targets"][target]["parts"]
    lines = [line for part in parts for line in (folder / part["path"]).read_text("utf-8").split("\n") if line]
    return lines, [part["records"] for part in parts]
