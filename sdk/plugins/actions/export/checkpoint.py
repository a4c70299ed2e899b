"""How far an export has come, in one small file that is replaced as a whole: ``checkpoint.json`` of its staging.

    {"format": 1, "scope": {...}, "scope_digest": sha256, "ids": {"count", "sha256"} | null,
     "job": {"id", "probe": {"at", "count", "newest"}, "document": {...} | null,
             "verified": {"count", "sha256", "removed", "created_since", "moved"} | null} | null,
     "refused": [prefix, ...], "publishing": {...} | null, "made": [directory, ...], "digest": sha256 of all the rest}

What grows with the rows is not in it: ids, completed rows and files lie beside it and carry digests of their own. The
last completed row is the last whole line of the spool.

A checkpoint that cannot be read is refused, never dropped: what it stands for may have taken hours.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.errors import DestinationError, StagingError
from sdk.plugins.actions.export.identity import ExportIdentity, digest_of

if TYPE_CHECKING:
    from pathlib import Path

FORMAT = 1
FILE = "checkpoint.json"
WAY_OUT = "pass discard=True (--discard) to remove it and begin again, or choose another name"


@dataclass
class Checkpoint:
    """What a run has reached and the next one need not do again; every change is on disk when its method returns.

    Args:
        location: The file.
        identity: Of the export.
        ids: Of the in-process head: how many ids were found and the SHA-256 of their file.
        job: Of the delegated head: the job's id, the probe before it, its document once it has succeeded, and what its
            bundle was verified to hold.
        refused: Prefixes of bundles that contradicted themselves or their scope; they go when the export stands.
        publishing: What is being published where, as the destination notes it.
        made: Directories above the staging that were made for it, the innermost first.
        resumed: Whether an earlier run wrote it.
    """

    location: Path
    identity: ExportIdentity
    ids: dict[str, Any] | None = None
    job: dict[str, Any] | None = None
    refused: list[str] = field(default_factory=list)
    publishing: dict[str, Any] | None = None
    made: list[str] = field(default_factory=list)
    resumed: bool = False

    @classmethod
    def open(cls, location: Path, identity: ExportIdentity) -> Checkpoint:
        """Return the checkpoint of a staging, the one that is there or a new one; a new one is not written yet.

        Args:
            location: The file.
            identity: Of the export.

        Raises:
            StagingError: It is of another scope, damaged, or of another version; it was left alone.
            OSError: It cannot be read.
        """
        try:
            text = location.read_bytes()
        except FileNotFoundError:
            return cls(location, identity)
        body = _parsed(location, text)
        if different := ExportIdentity.differences(body["scope"], identity):
            raise StagingError(
                f"The staging {str(location.parent)!r} holds an unfinished export of another scope: {different}. "
                f"Run that export again to finish it, {WAY_OUT}."
            )
        return cls(
            location,
            identity,
            ids=body["ids"],
            job=body["job"],
            refused=list(body["refused"]),
            publishing=body["publishing"],
            made=list(body["made"]),
            resumed=True,
        )

    @classmethod
    def left(cls, location: Path, identity: ExportIdentity) -> Checkpoint | None:
        """Return the checkpoint that is about to be discarded, of whatever filter or target it is.

        Args:
            location: The file.
            identity: Of the export that takes its place.

        Returns:
            ``None`` when there is none that can be read, or none of the same backend, tenant and storage.
        """
        try:
            body = _parsed(location, location.read_bytes())
        except (OSError, StagingError):
            return None
        there, here = body["scope"], identity.as_json()
        if any(there[key] != here[key] for key in ("backend", "tenant", "storage")):
            return None
        kept = {name: body[name] for name in ("job", "refused", "publishing", "made")}
        return cls(location, identity, **kept)

    @property
    def has_acquired(self) -> bool:
        """Whether there is anything that a next run would have to do again, or to clear up."""
        found = self.ids is not None and self.ids["count"] > 0
        return found or self.job is not None or bool(self.refused) or self.publishing is not None

    def note(self, **changes: Any) -> None:
        """Change fields and write them.

        Args:
            **changes: ``ids``, ``job``, ``refused``, ``publishing``.

        Raises:
            DestinationError: It cannot be written; what was there before still is.
        """
        replace(self, **changes).save()
        for name, value in changes.items():  # only now: what is not on disk is nothing to go on from
            setattr(self, name, value)

    def save(self) -> None:
        """Write it, in one step from before to after.

        Raises:
            DestinationError: It cannot be written; what was there before still is.
        """
        body: dict[str, Any] = {
            "format": FORMAT,
            "scope": self.identity.as_json(),
            "scope_digest": self.identity.digest,
            "ids": self.ids,
            "job": self.job,
            "refused": self.refused,
            "publishing": self.publishing,
            "made": self.made,
        }
        text = json.dumps({**body, "digest": digest_of(body)}, ensure_ascii=True, indent=1)
        new = self.location.with_suffix(".new")
        try:
            with new.open("w", encoding="ascii") as sink:
                sink.write(text)
                sink.flush()
                os.fsync(sink.fileno())
            new.replace(self.location)
        except OSError as error:
            raise DestinationError(
                f"The checkpoint {str(self.location)!r} cannot be written: {error.strerror}."
            ) from error

    def remove(self) -> None:
        """Remove the file: what lies beside it is worth nothing from now on."""
        self.location.unlink(missing_ok=True)


def _parsed(location: Path, text: bytes) -> dict[str, Any]:
    """Return the checkpoint that a file holds.

    Raises:
        StagingError: It is damaged or of another version.
    """
    try:
        body = json.loads(text)
        version = body["format"]
        digest = body.pop("digest", None)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        body, version, digest = None, None, None
    if isinstance(version, int) and version != FORMAT:
        raise StagingError(
            f"The checkpoint {str(location)!r} is of format {version}; this version reads {FORMAT}. Finish that export "
            f"with the version that began it, {WAY_OUT}."
        )
    if not isinstance(body, dict) or digest_of(body) != digest:
        raise StagingError(f"The checkpoint {str(location)!r} is damaged, so nothing goes on from it: {WAY_OUT}.")
    return body
