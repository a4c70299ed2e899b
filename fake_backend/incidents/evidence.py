"""What a client left behind: artefacts, journal, jobs, reports; all that a symptom may be judged by."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import requests

from fake_backend.incidents.recipe import JOB, STORAGE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_backend.backend import FakeBackend
    from fake_backend.core.journal import Entry

PATH: Final = "exports"  # where every staged export writes
NAME: Final = "out"
PARKED: Final = ".async_jobs"


@dataclass(frozen=True)
class Ended:
    """What the client itself said in the end.

    Args:
        error: What it ended in, as ``Type: sentence``; blank when it reported success.
        reported: Rows that it says it has exported or annotated.
    """

    error: str = ""
    reported: int = 0


@dataclass(frozen=True)
class Evidence:
    """What there is to see afterwards.

    Args:
        ended: The client's own word.
        seconds: World time that the call took.
        requests: Every request of the call.
        tree: Files of the export by path.
        parked: Files of bundles that nobody removed.
        elsewhere: Files of the storage that are neither.
        jobs: Status of each export job, oldest first.
        tasks: Id to payload of each task.
        job: The run's own job as it was reported.
        log_entries: Log entries that the backend took.
        fired: How often each fault struck.
    """

    ended: Ended
    seconds: float
    requests: Sequence[Entry]
    tree: Mapping[str, bytes] = field(default_factory=dict)
    parked: Sequence[str] = ()
    elsewhere: Sequence[str] = ()
    jobs: Sequence[str] = ()
    tasks: Mapping[int, Any] = field(default_factory=dict)
    job: Mapping[str, Any] = field(default_factory=dict)
    log_entries: int = 0
    fired: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def gather(cls, backend: FakeBackend, ended: Ended, seconds: float, fired: Mapping[str, int]) -> Evidence:
        """Look around in a staged backend, once its faults are gone.

        Args:
            backend: Where the call was made.
            ended: What the client said.
            seconds: World time that it took.
            fired: How often each fault struck.
        """
        entries = list(backend.journal)  # before our own questions
        root = Path(backend.storage_root(STORAGE) or "")
        tree, parked, elsewhere = {}, [], []
        for file in sorted(root.rglob("*")):
            if not file.is_file():
                continue
            place = file.relative_to(root)
            if PARKED in place.parts:
                parked.append(place.as_posix())
            elif place.parts[:1] == (PATH,) and len(place.parts) > 2 and place.parts[1].startswith(NAME):
                tree[Path(*place.parts[2:]).as_posix()] = file.read_bytes()
            elif not any(part.startswith(".") for part in place.parts):
                elsewhere.append(place.as_posix())
        headers = backend.tokens["acme"].headers
        return cls(
            ended=ended,
            seconds=seconds,
            requests=entries,
            tree=tree,
            parked=parked,
            elsewhere=elsewhere,
            jobs=[row["status"] for row in reversed(_asked(backend, "/v2/async_jobs/?page_size=200", headers))],
            tasks={
                row["id"]: row["data"]
                for row in _asked(
                    backend, "/sdk/tasks/?page_size=1000&response_mode=inline&fields=id,data&project=1", headers
                )
            },
            job=requests.get(f"{backend.url}/jobs/{JOB}/", headers=headers, timeout=60).json(),
            log_entries=len(backend.logs("acme", JOB)),
            fired=fired,
        )

    def rows(self) -> list[int | None]:
        """Return the row of each label; ``None`` where it is no payload of a row."""
        return [_row(body) for path, body in self.tree.items() if path.startswith("labels/")]


def _row(body: bytes) -> int | None:
    try:
        document = json.loads(body)
    except ValueError:
        return None
    held = document.get("data", document) if isinstance(document, dict) else None
    if not isinstance(held, dict) or "mode" in held or "mode" in document:  # a wrapper of a payload, and no payload
        return None
    number = held.get("row")
    return number if isinstance(number, int) else None


def _asked(backend: FakeBackend, path: str, headers: Mapping[str, str]) -> list[dict[str, Any]]:
    answer = requests.get(f"{backend.url}{path}", headers=dict(headers), timeout=60)
    answer.raise_for_status()
    found: list[dict[str, Any]] = answer.json()["results"]
    return found
