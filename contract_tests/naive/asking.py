"""What every naive client needs: a session with its tokens, and a place to write labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import requests

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.incidents import Staging


def ask(staging: Staging, method: str, path: str, **options: Any) -> Any:
    """Return the JSON of an answer; a refusal is raised."""
    headers: Mapping[str, str] = staging.backend.tokens["acme"].headers
    url = path if path.startswith("http") else f"{staging.backend.url}{path}"
    answer = requests.request(method, url, headers=dict(headers), timeout=30, **options)
    answer.raise_for_status()
    return answer.json()


def save(staging: Staging, name: str, payload: object, folder: str = "labels") -> None:
    """Write a file of the export."""
    place = Path(staging.backend.storage_root(3) or "") / "exports" / "out" / folder
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(json.dumps(payload), encoding="utf-8")


def job_of(staging: Staging) -> Mapping[str, Any]:
    """Enqueue an export of the world's tasks and return the answer."""
    body = {"storage_id": 3, "path": "exports", "targets": ["task"], "project_id": 1, "filter": {"project": 1}}
    found: Mapping[str, Any] = ask(staging, "POST", "/v2/plugin_exports/", json=body)
    job: Mapping[str, Any] = found.get("data", found)
    return job


def state_of(staging: Staging, job: object) -> Mapping[str, Any]:
    """Return a job's document."""
    found: Mapping[str, Any] = ask(staging, "GET", f"/v2/async_jobs/{job}/")
    return found.get("data", found) if "meta" in found else found


def in_process(staging: Staging) -> int:
    """Export the world's tasks without a job, rightly; return how many."""
    rows = ask(staging, "GET", "/sdk/tasks/?project=1&page_size=1000&response_mode=inline")["results"]
    for row in rows:
        save(staging, f"{row['id']}.json", row["data"])
    return len(rows)
