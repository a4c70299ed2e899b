"""What is known of a bug."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

type Topic = Literal["cursor", "filter", "bulk", "presign", "job", "bundle", "access", "annotation", "serving"]


@dataclass(frozen=True)
class Bug:
    """One wrong behaviour.

    Args:
        id: What it is switched on by.
        sentence: What the backend does wrong, without a full stop.
        ticket: Where the like of it was met: a ticket, or a section of incidents.md or contract.md.
        topic: What it is about.
        clause: Pytest node id of the contract test that is about it, and red while it is on.
        seen_by_simulation: Whether a drawn run of the thin SDK breaks a law by it; what no run can meet, or what a
            client bears without harm, only its clause sees.
    """

    id: str
    sentence: str
    ticket: str
    topic: Topic
    clause: str
    seen_by_simulation: bool = False

    def as_json(self) -> dict[str, Any]:
        """Return all of it, under the names above but for the id."""
        return {name: value for name, value in asdict(self).items() if name != "id"}
