"""Whether a bundle is whole: its lines against the manifest, its rows against the probe and the scope.

Equal counts prove little: a worker that misreads a filter, or a bundle of another job, may well hold as many rows as
were counted, and other ones. The one witness is the scope itself, so its keys are walked and compared with the bundle's
one by one, always. A digest in the manifest would say nothing, since whoever wrote wrong rows computes it from them; a
sample would miss the single row; counting the scope by pieces of the bundle's own ids takes as many requests as the
walk. The walk is cheap beside what it guards: for 100,000 rows a hundred pages of two small fields, without a pause
between them, since the throttle is for pages and chunks that carry payloads (contract.md 1.4), while the job has read
and written 100,000 payloads and the files are still to come. What cannot be compared is not published.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.clients.errors import ClientError
from sdk.plugins.actions.export.errors import NAMED_IDS, BundlePartError
from sdk.plugins.actions.export.reconcile import Findings, Since, ensure_explained, judge

if TYPE_CHECKING:
    from sdk.plugins.actions.export.bundle import Bundle, Scan
    from sdk.plugins.actions.export.manifest import Manifest
    from sdk.plugins.actions.export.scope import Probe, TargetScope


def verified(
    bundle: Bundle, manifest: Manifest, scope: TargetScope, probe: Probe, since: Since
) -> tuple[int, Findings]:
    """Return the number of rows of a bundle, and what happened to its scope since the probe.

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
    findings = judge(bundle.ids(), scope.listed(), since, scope.existing, enough=enough)
    if may_move and findings.is_movement:
        findings = findings.as_movement()
    ensure_explained(findings, counted=scan.total, probed=probe.count)
    return scan.total, findings


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
