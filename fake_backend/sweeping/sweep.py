"""``sweep``: a user's code once for each fault that can strike it."""

from __future__ import annotations

import reprlib
from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from fake_backend.backend import FakeBackend
from fake_backend.core.errors import BadRequest
from fake_backend.sweeping.classes import CLASSES, FaultClass
from fake_backend.sweeping.guard import Limits
from fake_backend.sweeping.points import points
from fake_backend.sweeping.trial import Cell, Outcome, Verdict, Work, trial, undisturbed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PATIENCE = 6 * 3600.0  # seconds of world time beyond an undisturbed run: no client's back-off is that long
TIMES = 30  # as many requests as an undisturbed run, and some
SOME = 200


@dataclass(frozen=True)
class Sweep:
    """What single faults did to a run.

    Args:
        due: The run without faults.
        cells: Each fault at each request, in the order of the requests.
    """

    due: Outcome
    cells: tuple[Cell, ...]

    @property
    def counts(self) -> Counter[Verdict]:
        """How often each verdict was given."""
        return Counter(cell.verdict for cell in self.cells)

    def of(self, *verdicts: Verdict) -> list[Cell]:
        """Return the cells with one of these verdicts."""
        return [cell for cell in self.cells if cell.verdict in verdicts]


def sweep(
    run: Callable[[FakeBackend], Any],
    *,
    left: Callable[[FakeBackend], Any] | None = None,
    backend: Callable[[], FakeBackend] = FakeBackend,
    classes: Sequence[FaultClass] = CLASSES,
    patience: float = PATIENCE,
    heard: Callable[[Cell], None] | None = None,
) -> Sweep:
    """Run ``run`` once for each fault point that it reaches: each request that it makes, times each class of fault.

    Args:
        run: Takes an open backend, does the work against it, and returns what the work came to, comparable by ``==``.
        left: Reads what a run has left behind, comparable by ``==``, where its value does not say. It is asked once the
            run is over; its own requests are struck by nothing.
        backend: Makes a new backend with a virtual clock, the same each time.
        classes: The faults.
        patience: Seconds of world time, beyond what a run without faults takes, after which a run counts as one that
            hangs.
        heard: Told each cell as it comes, for progress.

    Raises:
        BadRequest: The backend's clock is not virtual, or a run without any fault makes no request, or comes to
            something else the second time.
        Exception: What ``run`` raises without any fault.
    """
    work = Work(run, left or _nothing, backend)
    due, entries = undisturbed(work)
    _check(work, due)
    limits = Limits(due.seconds + patience, due.requests * TIMES + SOME)
    cells = []
    for point, fault in product(points(entries), classes):
        if fault.strikes(point):
            cell = trial(work, point, fault, due, limits)
            cells.append(cell)
            if heard is not None:
                heard(cell)
    return Sweep(due, tuple(cells))


def _check(work: Work, due: Outcome) -> None:
    """Refuse a run that no fault can strike, or of which it cannot be said what a fault has changed."""
    if not due.requests:
        raise BadRequest("A sweep strikes requests, and the run makes none.", expected="a run that asks its backend")
    again, _ = undisturbed(work)
    for what, first, second in [
        ("returns", due.value, again.value),
        ("leaves behind", due.left, again.left),
        ("makes of tasks", due.facts.tasks, again.facts.tasks),
    ]:
        if second != first:
            raise BadRequest(
                f"What a run without any fault {what} is not the same twice.",
                received=second,
                expected=f"as the first time, by ==: {reprlib.repr(first)}",
            )


def _nothing(_: FakeBackend) -> None:
    return None
