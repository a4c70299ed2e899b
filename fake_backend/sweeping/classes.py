"""The classes of fault that a sweep tries: one strike each, at one request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.sweeping.points import Point


def _any(_: Point) -> bool:
    return True


def _has_body(point: Point) -> bool:
    return point.sent > 1


def _is_stream(point: Point) -> bool:
    return point.target == "sse"


def _may_give_urls(point: Point) -> bool:
    return point.target == "api" and point.sent > 1


@dataclass(frozen=True)
class FaultClass:
    """One kind of single fault.

    Args:
        name: As the table has it.
        effect: What happens, as fault plans say it; made for the request that is struck.
        strikes: Whether it can befall a request.
    """

    name: str
    effect: Callable[[Point], Mapping[str, Any]]
    strikes: Callable[[Point], bool] = _any


def _always(**effect: Any) -> Callable[[Point], Mapping[str, Any]]:
    return lambda _: effect


CLASSES = (
    FaultClass("429", _always(status=429)),
    FaultClass("429 Retry-After", _always(status=429, retry_after=7)),
    FaultClass("500", _always(status=500)),
    FaultClass("502", _always(status=502)),
    FaultClass("503", _always(status=503)),
    FaultClass("504, carried out", _always(status=504, processed=True)),
    FaultClass("504", _always(status=504)),
    FaultClass("no answer", _always(no_answer=True)),
    FaultClass("dropped", _always(drop="before")),
    FaultClass("dropped, carried out", _always(drop="before", processed=True)),
    FaultClass("reset", _always(reset="before")),
    FaultClass("cut body", lambda point: {"drop": point.sent // 2}, _has_body),
    FaultClass("reset body", lambda point: {"reset": point.sent // 2}, _has_body),
    FaultClass("expired URLs", _always(expire_urls=True), _may_give_urls),
    FaultClass("cut stream", lambda point: {"drop": max(1, point.sent - 7)}, _is_stream),
)
"""Those of the house; a sweep takes others too."""
