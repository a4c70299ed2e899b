"""Which streams the published client is shown, and what it makes of each: contract.md 2.3, numbers included."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from contract_tests.relay import Changes
from fake_backend import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROWS: Final = 20  # of the small document's project
CHUNK: Final = 4  # rows; so five chunks, and the start
COUNTS: Final = (0, 4, 8, 12, 16, 20)
SLACK: Final = 1.5  # seconds that a machine under load may add to a wait
QUICK: Final = 0.2  # seconds; the client's own parameter ``backoff_base``, 5 when nobody sets it

type Gap = tuple[float, float]  # least and most seconds between two arrivals


@dataclass(frozen=True)
class Case:
    """One stream.

    Args:
        case: In words.
        arrivals: How many requests for it the journal shows.
        gaps: The time between them; empty where it is not looked at.
        settings: Of the backend.
        effect: What befalls the first connection (docs/faults.md).
        changes: What a relay does in between; ``None`` goes without one.
        waits: Base of the client's back-off in seconds, where its stream is read alone; ``None`` runs the second step
            of its delegated export, with the client's own times.
        error: The class that the stream ends in, as far as it is let out.
        counts: The counts that the client is told of, repeated ones once.
        skips: Whether what happens during a wait is not told.
        ended: Whether the job is over before it is followed.
    """

    case: str
    arrivals: int
    gaps: Sequence[Gap] = ()
    settings: Settings = field(default_factory=lambda: Settings(chunk_seconds=1.0))
    effect: Mapping[str, object] = field(default_factory=dict)
    changes: Changes | None = None
    waits: float | None = None
    error: str = ""
    counts: Sequence[int] = COUNTS
    skips: bool = False
    ended: bool = False


def exactly(seconds: float) -> Gap:
    """Return the gap of a wait that is not drawn."""
    return (seconds * 0.95, seconds + SLACK)


# The adapter's three retries, without and with a Retry-After of 1 s (contract.md 1.2).
BACK_OFF: Final = (exactly(0), exactly(4), exactly(8))
TOLD: Final = (exactly(1),) * 3

CASES: Final = (
    Case("as it should be", 1),
    Case("hub full: 503", 4, BACK_OFF, Settings(chunk_seconds=0.2, streams=0, stream_retry_after=None), counts=()),
    Case(
        "hub full: 503, Retry-After 1, the stream alone",
        4,
        TOLD,
        Settings(chunk_seconds=0.2, streams=0, stream_retry_after=1),
        waits=QUICK,
        error="RetryError",
        counts=(),
    ),
    Case(
        "member's ceiling: 429, Retry-After 1",
        24,
        (exactly(1),) * 23,
        Settings(chunk_seconds=0.2, streams_per_member=0, stream_retry_after=1),
        counts=(),
    ),
    Case(
        "member's ceiling: 429, the stream alone",
        6,
        tuple((QUICK * 2**turn / 2 * 0.95, QUICK * 2**turn + SLACK) for turn in range(5)),
        Settings(chunk_seconds=0.2, streams_per_member=0, stream_retry_after=None),
        waits=QUICK,
        error="HTTPError",
        counts=(),
    ),
    Case(
        "cut within a frame",
        2,
        (
            (1.0 + 2.5, 2.0 + 5.0 + SLACK),
        ),  # the second progress event comes after 2 s; then the client waits 2.5 to 5 s
        Settings(chunk_seconds=1.0),
        effect={"drop": 300},
        skips=True,
    ),
    Case("reset before the head", 2, (exactly(0),), effect={"reset": "before"}),
    Case("lifetime cap", 3, settings=Settings(chunk_seconds=1.0, stream_seconds=2.4), waits=QUICK),
    Case("without Content-Type", 1, changes=Changes(takes=frozenset({"content-type"})), counts=()),
    Case(
        "an error event amid progress",
        1,
        effect={"event": {"name": "error", "data": {"message": "consumer"}, "after": 2}},
        counts=(0,),
    ),
    Case("after the end", 1, waits=QUICK, counts=(20,), ended=True),
)
