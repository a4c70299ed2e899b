"""The gate: which of the two heads gathers the rows.

An export is delegated when the kill switch is off, a v2 client is there and the scope is known; the number of rows
decides nothing. Source: export guide, delegation gate.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdk.clients.lists import VERSIONS
from sdk.plugins.actions.export.settings import KILL_SWITCH, Sources, truth

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Scope:
    """What a server-side job is confined to.

    Args:
        project_id: The project, for targets that belong to one.
        versions: Ids of ground-truth dataset versions, for ground truth, which belongs to no project.
    """

    project_id: int | None = None
    versions: tuple[int, ...] = ()


@dataclass(frozen=True)
class DelegationDecision:
    """The outcome, found once per run.

    Args:
        delegate: Whether the server gathers the rows.
        reason: Why it does not; ``None`` when it does.
        scope: What the job is confined to; ``None`` when that is not known.
    """

    delegate: bool
    reason: str | None = None
    scope: Scope | None = None


def project_scope(filters: Mapping[str, object]) -> Scope | None:
    """Return the scope of a filter that names one project, else ``None``."""
    value = str(filters.get("project") or "").strip()
    return Scope(int(value)) if value.isascii() and value.isdigit() else None


def version_scope(filters: Mapping[str, object]) -> Scope | None:
    """Return the scope of a checked filter that names versions of ground-truth datasets, else ``None``.

    Source: export guide, SYN-7214 FR-6: ground truth is confined by versions and needs no project.
    """
    versions = filters.get(VERSIONS)
    return Scope(versions=tuple(versions)) if isinstance(versions, list) and versions else None


def resolve_delegation(sources: Sources, *, has_v2_client: bool, scope: Scope | None) -> DelegationDecision:
    """Return which head an export takes, and why.

    Args:
        sources: Where the kill switch may be set.
        has_v2_client: Whether the runtime context has a v2 client.
        scope: What a job would be confined to.

    Raises:
        ExportSettingError: The kill switch is set to something that is neither true nor false.
    """
    switch = killed_by(sources)
    if switch is not None:
        return DelegationDecision(False, f"delegation is switched off by {switch}", scope)
    if not has_v2_client:
        return DelegationDecision(False, "the runtime context has no v2 client", scope)
    if scope is None:
        reason = (
            "the filter names no scope that a server-side job could be confined to: a project, or for ground truth "
            f"{VERSIONS}"
        )
        return DelegationDecision(False, reason, None)
    return DelegationDecision(True, None, scope)


def killed_by(sources: Sources) -> str | None:
    """Return who switches delegation off; ``None`` when nobody does.

    The environment goes first: an operator's switch cannot be undone by configuration, nor by the plugin's own
    environment, which only other tunables read before the process's.
    """
    if any(truth(KILL_SWITCH, environ.get(KILL_SWITCH, "")) for environ in (sources.process, sources.environ)):
        return KILL_SWITCH
    found = sources.flag("disable_async_delegate", "export_disable_async_delegate", KILL_SWITCH)
    return found[0] if found is not None and found[1] else None
