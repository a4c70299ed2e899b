"""What becomes of the jobs whose worker ended with an earlier process.

The real backend's own recovery takes 15 to 45 minutes (SYN-7166); here it is done when the database is opened again.
A job is not taken up anew: its client may have given up long ago, and can always ask for another.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from fake_backend.core.errors import Refusal
from fake_backend.core.jobs import AsyncJob
from fake_backend.exports.roots import open_root

if TYPE_CHECKING:
    from datetime import datetime

    from fake_backend.objects import ObjectStore
    from fake_backend.store.async_jobs import AsyncJobs
    from fake_backend.store.catalogue import Catalogue

LOST = "WorkerLost: the worker was lost when its process ended; enqueue the export again."


def recover(rows: AsyncJobs, catalogue: Catalogue, objects: ObjectStore, at: datetime) -> None:
    """End the unfinished jobs as failed, and remove what they wrote; finished ones keep document and bundle.

    Args:
        rows: All jobs.
        catalogue: Where storages are told.
        objects: Behind storages that are buckets.
        at: The instant of their end.
    """
    for state, tenant, place in rows.all():
        job = AsyncJob(state)
        if job.finished:
            continue
        with suppress(OSError, Refusal):  # a storage that is gone has nothing left of the bundle
            root = open_root(catalogue.storage(tenant, place.storage_id), objects)
            root.remove(PurePosixPath(place.prefix))
        job.fail(at, LOST)
        rows.save(job.id, job.state)
