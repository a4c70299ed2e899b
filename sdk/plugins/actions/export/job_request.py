"""What a server-side job is asked for, and how once: after a lost answer it is looked for before it is asked again.

The backend has no key of idempotency for an enqueue, but a list of the caller's own jobs (OpenAPI ``async_job_list``)
that shows what each was asked for and by which run. The run's id is the mark: a run that has none gets one of its own.

Source: contract.md 2.2; incidents.md 2 and 4, the enqueue that was sent four times and made four jobs.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import TRANSIENT, ClientError, IncompleteResponseError, ServerError
from sdk.plugins.actions.export.delegated import FAILED
from sdk.plugins.actions.export.errors import EnqueueError
from sdk.plugins.actions.export.manifest import bundle_place

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from sdk.clients.backend_v2 import BackendV2Client
    from sdk.clients.pagination import Row

SENDS = 4  # as many as the transport's own, contract.md 1.2
FIRST_WAIT, LONGEST_WAIT = 2.0, 20.0  # seconds, doubling: contract.md 1.4
LOOKS, PAUSE = 3, 2.0  # looks for a job whose answer is lost, and seconds before each: it may still be on its way
FAILURE = "Failed to enqueue server-side export"


@dataclass(frozen=True)
class JobRequest:
    """What a job is asked for; the fields of the enqueue body (contract.md 2.2).

    Args:
        storage_id: Where the bundle goes.
        path: The export's path; the bundle lies below it.
        target: Kind of row.
        include_original_files: Whether originals are copied into the bundle.
        project_id: Scope, for targets that belong to a project.
        filter: The export's filter.
        chunk_size: Rows at a time; ``None`` leaves it to the server.
        ray_job_id: The run that asks; without it a job whose answer is lost cannot be told from others.
    """

    storage_id: int
    path: str
    target: str
    include_original_files: bool
    project_id: int | None
    filter: dict[str, Any]
    chunk_size: int | None = None
    ray_job_id: str | None = None

    def enqueue(self, client: BackendV2Client, *, known: Collection[str] = (), refused: Collection[str] = ()) -> str:
        """Create the job and return its id.

        A refusal for now (429, no connection) is asked again. After a lost answer or a 5xx, behind which the job may
        have been created, it is looked for first. One that is not there after a time-out is not asked for again: it may
        come late.

        Args:
            client: The v2 client; its clock waits.
            known: Jobs of earlier runs that will not do.
            refused: Places of bundles that will not do.

        Raises:
            EnqueueError: The backend refuses it or cannot be reached, or it is not known whether it was created.
        """
        for attempt in range(SENDS):
            failure: ClientError
            try:
                return self._create(client)
            except ClientError as error:
                failure = error
            last = attempt + 1 == SENDS
            if _may_be_there(failure):
                found = self._looked_for(client, failure, known, refused)
                if found is not None:
                    return found
                if getattr(failure, "timed_out", False):
                    break
            elif not isinstance(failure, TRANSIENT):
                break
            if not last:
                wait = min(FIRST_WAIT * 2.0**attempt, LONGEST_WAIT)
                client.clock.sleep(max(wait, getattr(failure, "retry_after", None) or 0.0))
        raise EnqueueError(f"{FAILURE}: {failure}") from failure

    def _create(self, client: BackendV2Client) -> str:
        row = client.plugin_exports.create(
            storage_id=self.storage_id,
            path=self.path,
            targets=(self.target,),
            include_original_files=self.include_original_files,
            project_id=self.project_id,
            filter=self.filter or None,
            chunk_size=self.chunk_size,
            ray_job_id=self.ray_job_id,
        )
        return str(row["job_id"])

    def _looked_for(
        self, client: BackendV2Client, failure: ClientError, known: Collection[str], refused: Collection[str]
    ) -> str | None:
        """Return the job that the last request has made after all; ``None`` when it has made none."""
        problem: ClientError | None = None
        if self.ray_job_id is not None:
            for _ in range(LOOKS):
                client.clock.sleep(PAUSE)
                try:
                    rows = client.async_jobs.newest()
                except ClientError as error:
                    problem = error
                    continue
                problem = None
                for row in rows:
                    if self._is_it(row) and row.get("id") not in known and bundle_place(row) not in refused:
                        return str(row["id"])
            if problem is None:
                return None
        why = f", and the jobs cannot be listed: {problem}" if problem else ""
        raise EnqueueError(f"{FAILURE}: {failure} It is not known whether the job was created{why}") from failure

    def _is_it(self, row: Row) -> bool:
        """Return whether a job is of this run and asks for the same; what the list does not show, it cannot deny."""
        if row.get("ray_job_id") != self.ray_job_id or str(row.get("status") or "").lower() in FAILED:
            return False
        data = row.get("data")
        params = data.get("params") if isinstance(data, dict) else None
        asked = {"targets": [self.target], "filter": self.filter, "project_id": self.project_id}
        shown = params if isinstance(params, dict) else {}
        return all(shown[name] == value for name, value in asked.items() if name in shown)


def mark_of(export: str, at: datetime) -> str:
    """Return an id for a run that has none: another one for each export and each instant.

    Args:
        export: Digest of the export's identity.
        at: When it is asked for.
    """
    return f"export-{hashlib.sha256(f'{export} {at.isoformat()}'.encode()).hexdigest()[:32]}"


def _may_be_there(error: ClientError) -> bool:
    return isinstance(error, IncompleteResponseError | ServerError)
