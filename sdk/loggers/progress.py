"""Progress of a run as the backend wants to read it (contract.md 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ProgressRecord:
    """Percentages by step, and the whole that follows from them.

    The whole never goes back. Steps without a share are shown and do not count, unless no step has one: then the
    latest step's percentage is the whole.
    """

    def __init__(self) -> None:
        self._steps: dict[str, dict[str, Any]] = {}
        self._started: dict[str, float] = {}
        self._current: str | None = None
        self._bare_percent = 0.0
        self._overall = 0.0

    def expect(self, proportions: Mapping[str, int]) -> None:
        """Say which steps there will be, in order, with their shares in per cent."""
        for order, (step, proportion) in enumerate(proportions.items()):
            self._steps.setdefault(step, {}).update(proportion=proportion, order=order)

    def update(self, step: str | None, percent: float, at: float) -> None:
        """Take a step's percentage.

        Args:
            step: Name; ``None`` when the run has no steps.
            percent: From 0 to 100.
            at: Seconds of a monotonic clock.
        """
        if step is None:
            self._bare_percent = percent
        else:
            entry = self._steps.setdefault(step, {"proportion": 0, "order": len(self._steps)})
            began = self._started.setdefault(step, at)
            entry["percent"] = percent
            entry["time_remaining"] = round((at - began) * (100 - percent) / percent, 2) if percent else None
        self._current = step
        self._overall = max(self._overall, self._whole(percent))

    def body(self) -> dict[str, Any]:
        """Return ``record`` and ``current_progress`` as ``PATCH /jobs/<id>/`` takes them; a copy."""
        current: dict[str, Any] = {"overall": round(self._overall, 2), "step": self._current}
        if self._current is None:
            current["percent"] = self._bare_percent
        else:
            entry = self._steps[self._current]
            current.update({key: entry.get(key) for key in ("percent", "time_remaining", "order")})
        return {
            "record": {"steps": {step: dict(entry) for step, entry in self._steps.items()}},
            "current_progress": current,
        }

    def _whole(self, latest: float) -> float:
        shares = {step: entry["proportion"] for step, entry in self._steps.items() if entry["proportion"]}
        if not shares:
            return latest
        done = sum(share * self._steps[step].get("percent", 0.0) for step, share in shares.items())
        return float(done / sum(shares.values()))
