"""Whether a bundle is whole: its lines against the manifest, its rows against the probe and the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.clients.errors import ClientError
from sdk.plugins.actions.export.errors import BundlePartError
from sdk.plugins.actions.export.reconcile import Findings, Since, ensure_explained, judge

if TYPE_CHECKING:
    from sdk.plugins.actions.export.bundle import Bundle, Scan
    from sdk.plugins.actions.export.manifest import Manifest
    from sdk.plugins.actions.export.scope import Probe, TargetScope


def verified(
    bundle: Bundle, manifest: Manifest, scope: TargetScope, probe: Probe, since: Since
) -> tuple[int, Findings]:
    """Return the number of rows of a bundle, and what happened to its scope since the probe.

    The scope is walked only when the probe's count is another, or when there is none.

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
    if probe.count == scan.total:
        return scan.total, Findings()
    findings = judge(bundle.ids(), scope.listed(), since, scope.existing)
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
