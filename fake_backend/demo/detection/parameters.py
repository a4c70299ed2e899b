"""What a caller may ask of the detector (to_task guide, Pre-processor Parameters)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from fake_backend.demo.payloads import CLASSES

if TYPE_CHECKING:
    from fake_backend.demo.detection.fitting import Proposal

WITHIN: Final = ("post_processing", "model_config")
"""Where the guide's examples put parameters besides the top."""

KNOWN: Final = frozenset(known.id for known in CLASSES)
MOST_AT_A_TIME: Final = 32  # the largest batch of the guide's examples


class ParameterInvalid(ValueError):  # noqa: N818 (named as the package's refusals are)
    """A parameter that the detector has no meaning for."""


@dataclass(frozen=True)
class Parameters:
    """What the caller wants; other parameters are for other models, and are not looked at.

    Args:
        confidence_threshold: Least confidence of what is told, 0 to 1.
        nms_threshold: Largest overlap (intersection over union) of two boxes of one class that are both told, 0 to 1.
        class_filter: Ids of the classes that are told.
        min_object_size: Least length of a box's shorter side, in pixels.
        batch_size: Pictures that are worked on at a time.
    """

    confidence_threshold: float = 0.5
    nms_threshold: float = 0.5
    class_filter: frozenset[int] = KNOWN
    min_object_size: float = 0.0
    batch_size: int = 1

    @classmethod
    def read(cls, given: Mapping[str, Any]) -> Self:
        """Return the parameters of a call.

        Args:
            given: The call's JSON without its picture; a parameter may stand at the top or in an object of ``WITHIN``.

        Raises:
            ParameterInvalid: A value is out of its range, or of another type.
        """
        found = {name: _found(given, name) for name in cls.__dataclass_fields__}
        return cls(**{name: CHECKS[name](name, value) for name, value in found.items() if value is not None})

    def wants(self, one: Proposal) -> bool:
        """Return whether the caller asked for such a box."""
        return (
            one.confidence >= self.confidence_threshold
            and one.class_id in self.class_filter
            and min(one.width, one.height) >= self.min_object_size
        )


def _found(given: Mapping[str, Any], name: str) -> Any:
    deeper = (given.get(key) for key in WITHIN)
    places = (given, *(place for place in deeper if isinstance(place, Mapping)))
    return next((place[name] for place in places if place.get(name) is not None), None)


def _share(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ParameterInvalid(f"{name} is {value!r}; a number from 0 to 1 is needed.")
    return value


def _length(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise ParameterInvalid(f"{name} is {value!r}; a number of pixels from 0 is needed.")
    return value


def _classes(name: str, value: object) -> frozenset[int]:
    if not isinstance(value, list) or not all(type(one) is int and one in KNOWN for one in value):
        raise ParameterInvalid(
            f"{name} is {value!r}; a list of class ids is needed, from {min(KNOWN)} to {max(KNOWN)}."
        )
    return frozenset(value)


def _batch(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST_AT_A_TIME:
        raise ParameterInvalid(f"{name} is {value!r}; a whole number from 1 to {MOST_AT_A_TIME} is needed.")
    return value


CHECKS: Final[Mapping[str, Any]] = {
    "confidence_threshold": _share,
    "nms_threshold": _share,
    "class_filter": _classes,
    "min_object_size": _length,
    "batch_size": _batch,
}
