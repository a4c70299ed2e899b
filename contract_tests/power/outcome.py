"""What became of the clauses with one bug on. Pure."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Sequence

type Transport = Literal["in-process", "live"]

IN_PROCESS: Final = "in-process"
LIVE: Final = "live"
TRANSPORTS: Final[tuple[Transport, ...]] = (IN_PROCESS, LIVE)


@dataclass(frozen=True)
class Verdict:
    """What became of one case of a clause.

    Args:
        node: Node id of the clause, without parameters.
        is_red: Whether it failed.
        saw: Whether it failed as a test does that sees something wrong, and not by a crash.
        reason: By what it failed.
    """

    node: str
    is_red: bool
    saw: bool
    reason: str

    def as_json(self) -> dict[str, Any]:
        """Return all of it."""
        return asdict(self)


@dataclass(frozen=True)
class Trial:
    """The clauses with one bug on, over one transport.

    Args:
        bug: Its id; ``None`` for the backend as it should be.
        transport: How the backend was asked.
        verdicts: Of every case that was run.
        trouble: What pytest said when it could not run them; blank where it could.
        seconds: How long it took.
    """

    bug: str | None
    transport: Transport
    verdicts: Sequence[Verdict]
    trouble: str = ""
    seconds: float = 0.0

    @property
    def red(self) -> list[str]:
        """Clauses that saw something wrong."""
        return sorted({verdict.node for verdict in self.verdicts if verdict.saw})

    @property
    def broken(self) -> list[str]:
        """Clauses that crashed and saw nothing."""
        return sorted({verdict.node for verdict in self.verdicts if verdict.is_red} - set(self.red))

    def has_seen(self, clause: str) -> bool:
        """Return whether a clause saw something wrong."""
        return clause in self.red

    def reason(self, clause: str) -> str:
        """Return by what a clause failed first, blank where it did not."""
        return next((one.reason for one in self.verdicts if one.node == clause and one.is_red), "")


def saw(error: BaseException) -> bool:
    """Return whether a test has seen something wrong: an assertion failed, or what should be refused was not.

    Args:
        error: What ended the test; groups are hypothesis' own, of several failures.
    """
    if isinstance(error, BaseExceptionGroup):
        return all(saw(one) for one in error.exceptions)
    return isinstance(error, AssertionError) or type(error).__qualname__ == "Failed"  # pytest's, of ``raises``
