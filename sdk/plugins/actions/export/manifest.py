"""The manifest of a delegated export: where its bundle lies and how many rows each part holds (contract.md 2.5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.errors import ManifestError
from sdk.storage import UnsafePathError, checked_path

if TYPE_CHECKING:
    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.targets import Target

BUNDLE_HOME = (".async_jobs", "exports")  # every bundle lies below these two, whatever the export's path


@dataclass(frozen=True)
class Part:
    """One JSONL file of a bundle.

    Args:
        path: Relative to the bundle's prefix.
        records: Lines that it is said to have; ``None`` when the manifest does not say.
    """

    path: str
    records: int | None


@dataclass(frozen=True)
class Manifest:
    """What a finished job says about its bundle.

    Args:
        prefix: Place of the bundle, relative to the storage's root.
        result_uri: The same for people; may be blank.
        records: Rows of the target; ``None`` when the manifest does not say.
        parts: Files in reading order; none for an empty export.
        key: Field that identifies a row in the lines.
    """

    prefix: str
    result_uri: str
    records: int | None
    parts: tuple[Part, ...]
    key: str = "id"

    @property
    def is_removable(self) -> bool:
        """Whether the prefix looks like a bundle's: only then is it ever deleted."""
        return is_bundle_place(self.prefix)

    @classmethod
    def of_job(cls, job: Row, target: Target) -> Manifest:
        """Return the manifest of a finished job.

        Args:
            job: The answer of ``async_jobs.retrieve``.
            target: Whose rows are looked for.

        Raises:
            ManifestError: There is none, a path would leave the storage, or the numbers contradict each other.
        """
        data = job.get("data")
        data = data if isinstance(data, Mapping) else {}
        nested = data.get("manifest")
        manifest: Mapping[str, Any] = nested if isinstance(nested, Mapping) else data  # flat in older backends
        prefix = manifest.get("prefix")
        if not isinstance(prefix, str) or not checked("prefix", prefix):
            raise ManifestError(
                f"The finished job {job.get('id')} names no bundle: its manifest's prefix is {prefix!r}."
            )
        targets = manifest.get("targets")
        summary = targets.get(target.name) if isinstance(targets, Mapping) else None
        summary = summary if isinstance(summary, Mapping) else {}
        records = _count("records", summary.get("records", _flat_records(manifest, target)))
        parts = _parts(summary.get("parts", manifest.get("parts")), records, target)
        declared = [part.records for part in parts]
        total = sum(number for number in declared if number is not None)
        if records is not None and None not in declared and total != records:
            raise ManifestError(f"The manifest declares {records} records, but its parts add up to {total}.")
        return cls(checked("prefix", prefix), str(manifest.get("result_uri") or ""), records, parts, target.key)


def is_bundle_place(prefix: str) -> bool:
    """Return whether a path looks like that of a bundle: ``.../.async_jobs/exports/<job>``."""
    return BUNDLE_HOME in pairwise(prefix.split("/")[:-1])


def bundle_place(job: Row) -> str | None:
    """Return where the bundle of a job lies if that is where bundles lie, else ``None``.

    Args:
        job: The answer of ``async_jobs.retrieve``.
    """
    data = job.get("data")
    data = data if isinstance(data, Mapping) else {}
    nested = data.get("manifest")
    prefix = (nested if isinstance(nested, Mapping) else data).get("prefix")
    try:
        place = checked("prefix", prefix) if isinstance(prefix, str) else ""
    except ManifestError:
        return None
    return place if is_bundle_place(place) else None


def checked(name: str, path: str) -> str:
    """Return a path of the manifest, safe to use below the storage's root.

    Raises:
        ManifestError: It would leave the root.
    """
    try:
        return checked_path(path)
    except UnsafePathError as error:
        raise ManifestError(f"The bundle's {name} {path!r} would leave the storage.") from error


def _flat_records(manifest: Mapping[str, Any], target: Target) -> object:
    records = manifest.get("records")
    return records.get(target.name) if isinstance(records, Mapping) else records


def _parts(entries: object, records: int | None, target: Target) -> tuple[Part, ...]:
    if entries is not None and not isinstance(entries, list):
        raise ManifestError(f"The manifest's parts are {type(entries).__name__}; a list is needed.")
    if not entries:
        return () if records == 0 else (Part(target.bundle_file, records),)  # the single-file layout
    parts = []
    for number, entry in enumerate(entries, 1):
        path = entry.get("path") if isinstance(entry, Mapping) else None
        if not isinstance(path, str) or not checked("part path", path):
            raise ManifestError(f"Part {number} of the manifest has no path.")
        parts.append(Part(checked("part path", path), _count(f"part {number}", entry.get("records"))))
    return tuple(parts)


def _count(name: str, value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ManifestError(f"The manifest's number of records ({name}) is {value!r}; a whole number is needed.")
    return value
