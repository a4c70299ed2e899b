"""Whether a bundle is whole: its lines against the manifest, its rows against the probe and the scope.

Equal counts prove little: a worker that misreads a filter, or a bundle of another job, may well hold as many rows as
were counted, and other ones. The one witness is the scope itself, so its keys are walked and compared with the bundle's
one by one, always. A digest in the manifest would say nothing, since whoever wrote wrong rows computes it from them; a
sample would miss the single row; counting the scope by pieces of the bundle's own ids takes as many requests as the
walk. The walk is cheap beside what it guards: for 100,000 rows a hundred pages of two small fields, without a pause
between them, since the throttle is for pages and chunks that carry payloads (contract.md 1.4), while the job has read
and written 100,000 payloads and the files are still to come. What cannot be compared is not published.

That is done once. From then on the bundle is held against what was verified: rows of an active project move from day
to day, and a run that goes on with a bundle exports what it was. A bundle that changes afterwards is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ClientError
from sdk.plugins.actions.export.errors import NAMED_IDS, BundlePartError
from sdk.plugins.actions.export.keys import Keys, KeyTally
from sdk.plugins.actions.export.reconcile import Findings, Since, ensure_explained, judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from sdk.clients.pagination import Row
    from sdk.plugins.actions.export.bundle import Bundle, Scan
    from sdk.plugins.actions.export.manifest import Manifest
    from sdk.plugins.actions.export.scope import Probe, TargetScope


@dataclass(frozen=True)
class Verified:
    """A bundle that was found to be whole and of its scope.

    Args:
        keys: Its rows.
        findings: What happened to its scope since the probe.
    """

    keys: Keys
    findings: Findings

    def as_json(self) -> dict[str, Any]:
        """Return it as a checkpoint notes it."""
        found = self.findings
        lists = {"removed": found.removed, "created_since": found.created_since, "moved": found.moved}
        return {"count": self.keys.count, "sha256": self.keys.sha256, **lists}

    @classmethod
    def of_json(cls, noted: Mapping[str, Any]) -> Verified:
        """Return what a checkpoint notes."""
        findings = Findings(list(noted["created_since"]), list(noted["removed"]), moved=list(noted["moved"]))
        return cls(Keys(noted["count"], noted["sha256"]), findings)


def verified(bundle: Bundle, manifest: Manifest, scope: TargetScope, probe: Probe, since: Since) -> Verified:
    """Return the rows of a bundle, and what happened to its scope since the probe.

    Where the probe counted as many rows as there are, and the filter asks for something that changes while a row
    exists, rows that moved meanwhile are reported and no error; a row that was swapped for another one is.

    Args:
        bundle: What was written.
        manifest: What is said to have been written.
        scope: What should have been.
        probe: The scope before the job.
        since: Tells rows that came into being after that.

    Raises:
        RepeatedRowError: A row comes twice.
        BundlePartError: A part is short or long.
        BundleLineError: A line cannot be read.
        ScopeDifferenceError: Rows are missing or in surplus, and nothing explains it.
    """
    scan = bundle.scan()
    if not scan.is_descending:
        bundle.index()
    if wrong := _wrong_lengths(bundle, manifest, scan):
        raise BundlePartError(f"{wrong}{_names(bundle, scope, since)}.")
    may_move = probe.count == scan.total and not scope.is_lasting
    enough = None if may_move else NAMED_IDS
    tally = KeyTally()
    findings = judge(tally.over(bundle.ids()), scope.listed(), since, scope.existing, enough=enough)
    if may_move and findings.is_movement:
        findings = findings.as_movement()
    ensure_explained(findings, counted=scan.total, probed=probe.count)
    keys = tally.keys
    if keys.count != scan.total:
        raise _changed(f"{scan.total} row(s) were counted and {keys.count} compared")
    return Verified(keys, findings)


def ensure_same(bundle: Bundle, known: Keys) -> None:
    """Refuse a bundle that is not the one that an earlier run has verified.

    Args:
        bundle: As it is now.
        known: What it was.

    Raises:
        BundlePartError: It holds other rows.
        RepeatedRowError: A row comes twice.
        BundleLineError: A line cannot be read.
    """
    if not bundle.scan().is_descending:
        bundle.index()
    tally = KeyTally()
    for number in bundle.ids():
        tally.take(number)
    _compare(tally.keys, known)


def unchanged(rows: Iterable[Row], known: Keys) -> Iterator[Row]:
    """Yield the rows of a bundle, and refuse it in the end if they are not those that were verified.

    Args:
        rows: With ``id``, in descending order.
        known: What was verified.

    Raises:
        BundlePartError: They are others, fewer or more.
    """
    tally = KeyTally()
    for row in rows:
        tally.take(row["id"])
        yield row
    _compare(tally.keys, known)


def _compare(found: Keys, known: Keys) -> None:
    if found.count != known.count:
        raise _changed(f"{known.count} row(s) were verified and {found.count} are there now")
    if found != known:
        raise _changed(f"there are {known.count} row(s) as before, and other ones")


def _changed(how: str) -> BundlePartError:
    return BundlePartError(f"The delegated bundle has changed since it was verified: {how}. Nothing was exported.")


def _wrong_lengths(bundle: Bundle, manifest: Manifest, scan: Scan) -> str:
    wrong = [
        f"part {part.name!r} declares {part.declared} line(s) and holds {found}"
        for part, found in zip(bundle.parts, scan.counts, strict=True)
        if part.declared is not None and part.declared != found
    ]
    if not wrong and manifest.records is not None and manifest.records != scan.total:
        wrong = [f"its manifest declares {manifest.records} line(s) and its parts hold {scan.total}"]
    return f"The delegated bundle is not whole: {'; '.join(wrong)}" if wrong else ""


def _names(bundle: Bundle, scope: TargetScope, since: Since) -> str:
    """Return which rows are missing or in surplus, as far as that can be known now."""
    try:
        found = judge(bundle.ids(), scope.listed(), since, scope.existing).sentence()
    except ClientError:
        return "; which rows that concerns cannot be asked for"
    return f"; {found}" if found else ""
