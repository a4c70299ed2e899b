"""What a run leaves behind in a backend, and what it had carried out on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select

from fake_backend.store.schema import async_jobs, serve_applications, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fake_backend.backend import FakeBackend
    from fake_backend.core.journal import Entry

ANNOTATE = "/annotate_task_data/"


@dataclass(frozen=True)
class Facts:
    """State after a run.

    Args:
        tasks: Id, status and payload's digest of every task.
        writes: How often data were written to each task's path.
        jobs: How many jobs were enqueued.
        applications: How many applications are served.
    """

    tasks: tuple[tuple[int, str, str], ...]
    writes: tuple[tuple[str, int], ...]
    jobs: int
    applications: int

    def doubled(self, other: Facts) -> str:
        """Return what was carried out more often here than in ``other``, blank for nothing."""
        once = dict(other.writes)
        told = [f"{path} written {times} times" for path, times in self.writes if times > max(1, once.get(path, 0))]
        if self.jobs > other.jobs:
            told.append(f"{self.jobs} jobs where {other.jobs} would do")
        if self.applications > other.applications:
            told.append(f"{self.applications} applications where {other.applications} would do")
        return "; ".join(told)


def facts(backend: FakeBackend, entries: Iterable[Entry]) -> Facts:
    """Return what there is in a backend now, after a run that made these requests."""
    world = backend._world  # noqa: SLF001 (of the same house; a sweep looks behind the API on purpose)
    writes = Counter(
        entry.path
        for entry in entries
        if entry.path.endswith(ANNOTATE)
        for status in entry.carried
        if entry.method == "PUT" and status < 300
    )
    query = select(tasks.c.id, tasks.c.status_label, tasks.c.payload_digest).order_by(tasks.c.id)
    with world.database.transaction() as connection:
        found = tuple((row[0], row[1], row[2]) for row in connection.execute(query))
        jobs = len(connection.execute(select(async_jobs)).all())
        applications = len(connection.execute(select(serve_applications)).all())
    return Facts(found, tuple(sorted(writes.items())), jobs, applications)
