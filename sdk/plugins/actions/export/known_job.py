"""The server-side job that an interrupted export has left: it is followed, or its bundle read, rather than made again.

A job that failed, was cancelled, or is known to nobody leads to a new one, and so does one whose bundle is gone or was
found to contradict itself or its scope. A job that nobody waits for any more is cancelled, or its bundle removed.

Source: incidents.md 2, SYN-7166 (the job finished, its bundle was orphaned) and 6.7 (the bundle was deleted).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ConflictError, NotFoundError
from sdk.plugins.actions.export.delegated import FAILED, PASSING, SUCCEEDED
from sdk.plugins.actions.export.errors import ManifestError
from sdk.plugins.actions.export.manifest import Manifest, bundle_place
from sdk.plugins.actions.export.scope import Probe
from sdk.plugins.actions.export.verification import Verified

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdk.clients.backend_v2 import BackendV2Client
    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.checkpoint import Checkpoint
    from sdk.plugins.actions.export.targets import Target
    from sdk.storage import StorageRoot


@dataclass(frozen=True)
class KnownJob:
    """A job of this export.

    Args:
        id: Of the job.
        probe: The scope before it.
        document: What the backend says about it once it has succeeded, ``None`` before.
        verified: What its bundle was found to hold, ``None`` before.
    """

    id: str
    probe: Probe
    document: Row | None = None
    verified: Verified | None = None

    @classmethod
    def noted(cls, checkpoint: Checkpoint) -> KnownJob | None:
        """Return the job of a checkpoint, if it has one."""
        job = checkpoint.job
        if job is None:
            return None
        probe = job["probe"]
        at = datetime.fromisoformat(probe["at"])
        verified = job.get("verified")  # checkpoints of earlier versions have none
        return cls(
            job["id"],
            Probe(at, probe["count"], probe["newest"]),
            job["document"],
            None if verified is None else Verified.of_json(verified),
        )

    def note(self, checkpoint: Checkpoint) -> None:
        """Write it into a checkpoint.

        Raises:
            DestinationError: It cannot be written.
        """
        probe = {"at": self.probe.at.isoformat(), "count": self.probe.count, "newest": self.probe.newest}
        verified = None if self.verified is None else self.verified.as_json()
        checkpoint.note(job={"id": self.id, "probe": probe, "document": self.document, "verified": verified})

    def present(
        self, client: BackendV2Client, root: StorageRoot, target: Target, tell: Callable[[str], None]
    ) -> KnownJob | None:
        """Return the job as it is now; ``None`` when only a new one can give a bundle.

        A job that has been seen to succeed is not asked about again.

        Args:
            client: The v2 client.
            root: The storage of its bundle.
            target: Kind of row.
            tell: Told in a sentence why the job will not do.

        Raises:
            ClientError: The job may not be asked about.
            StorageError: The storage cannot be asked for the bundle.
        """
        document = self.document
        if document is None:
            try:
                found = client.async_jobs.retrieve(self.id)
            except NotFoundError:
                tell(f"The server-side job {self.id} of the interrupted run is not known any more.")
                return None
            except PASSING:  # whoever follows it has the patience to ask again
                return self
            status = str(found.get("status") or "").lower()
            if status in FAILED:
                tell(f"The server-side job {self.id} of the interrupted run ended as {found.get('status')}.")
                return None
            if status not in SUCCEEDED:
                return self
            document = found
        if not _is_there(root, document, target):
            tell(f"The bundle of the server-side job {self.id} is not in the storage any more.")
            return None
        return self if document is self.document else replace(self, document=document)


def give_up_job(job: KnownJob, client: BackendV2Client | None, root: StorageRoot, prune_to: str) -> None:
    """See to it that a job that nobody waits for any more leaves nothing behind: cancel it, or remove its bundle.

    Args:
        job: The job.
        client: The v2 client, if there is one.
        root: The storage of its bundle.
        prune_to: Directory in it that stays.

    Raises:
        ClientError: It can be neither cancelled nor asked about.
        StorageError: Its bundle cannot be removed.
    """
    document: dict[str, Any] | None = job.document
    if document is None and client is not None:
        try:
            client.async_jobs.cancel(job.id)
        except NotFoundError:
            return
        except ConflictError:  # finished already (contract.md 6)
            document = client.async_jobs.retrieve(job.id)
    place = bundle_place(document or {})
    if place is not None:
        root.delete_tree(place, prune_to=prune_to)


def _is_there(root: StorageRoot, document: Row, target: Target) -> bool:
    """Return whether every part of a bundle is in the storage."""
    try:
        manifest = Manifest.of_job(document, target)
    except ManifestError:  # for the reading step to refuse in words
        return True
    return all(root.exists(f"{manifest.prefix}/{part.path}") for part in manifest.parts)
