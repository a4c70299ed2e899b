"""What became of an incident on one client, and whether that is what its file says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract_tests.incidents.told import summary
from fake_backend.incidents import holds, missed, staged

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.incidents import Ended, Evidence, Incident, Staging


@dataclass(frozen=True)
class Verdict:
    """One incident on one client.

    Args:
        incident: Its id.
        client: Whose run.
        state: What it was: ``bites``, ``cured``, ``clear-error``.
        summary: What there was to see.
        complaint: What is not as the file says; blank when all is.
    """

    incident: str
    client: str
    state: str
    summary: str
    complaint: str = ""


def of_thin(one: Incident) -> Verdict:
    """Run an incident against the thin SDK and hold it against its file."""
    from contract_tests.incidents.thin import run  # noqa: PLC0415 - the SDK, which the proof has no use for

    with staged(one) as staging:
        seen = staging.seen(run(staging))
    return Verdict(one.id, "thin SDK", _thin_state(one, seen), summary(seen), thin_complaint(one, seen))


def _thin_state(one: Incident, seen: Evidence) -> str:
    if seen.ended.error:
        return "clear-error"
    return "bites" if holds(one.symptom, seen) else "cured"


def thin_complaint(one: Incident, seen: Evidence) -> str:
    """Return what is not as the file says of the thin SDK; blank when all is.

    Args:
        one: The incident.
        seen: What the thin SDK left behind.
    """
    error = seen.ended.error
    if one.thin.state == "clear-error":
        if not error or one.thin.says.lower() not in error.lower():
            return f"No error that says {one.thin.says!r}, but {error or 'success'}."
        return f"{len(seen.tree)} files stand at the destination." if seen.tree else ""
    if holds(one.symptom, seen):
        return f"The symptom shows. {error}"
    if error:
        return f"It is not cured: {error}"
    return "; ".join(missed(one.cured, seen))


def of_run(one: Incident, client: str, claim: str, troubled: Mapping[str, Any], calm: Mapping[str, Any]) -> Verdict:
    """Return the verdict on a run of another client, which was told as JSON.

    Args:
        one: The incident.
        client: Its name.
        claim: ``bites`` or ``cured``, as the file says.
        troubled: What was told of the run with the trouble (``told.py``).
        calm: Without.
    """
    state = "bites" if troubled["bites"] else "cured"
    complaint = ""
    if state != claim:
        complaint = f"The file says {claim}. {'; '.join(troubled['missed'])} {troubled['error']}"
    elif claim == "bites" and calm["bites"]:
        complaint = "It bites without the trouble as well."
    elif never := [name for name, times in troubled["fired"].items() if _unfelt(client, claim, times)]:
        complaint = f"Never struck: {', '.join(never)}."
    return Verdict(one.id, client, state, troubled["summary"], complaint)


def _unfelt(client: str, claim: str, times: int) -> bool:
    """Return whether a fault should have struck and did not; a naive client opens no progress stream."""
    return not times and claim == "bites" and not client.startswith("naive")


def told_of(one: Incident, run: Callable[[Staging], Ended], *, troubled: bool) -> dict[str, Any]:
    """Run a client of this process and return what there is to tell (``told.py``)."""
    from contract_tests.incidents.told import told  # noqa: PLC0415 - a name that this module uses otherwise

    with staged(one, troubled=troubled) as staging:
        seen = staging.seen(run(staging))
    return told(one, seen, 0.0)
