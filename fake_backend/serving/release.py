"""A plugin release as serving knows it: what it needs, how it rolls out, how it answers and how it goes wrong. Pure.

The values are those of the seed document's row (``docs/seeding.md``, ``plugin_releases``).
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, Literal, Self

from fake_backend.serving.capacity import Resources

if TYPE_CHECKING:
    from collections.abc import Mapping

type Calls = tuple[int, ...] | Literal["all"]

PHASES: Final = ("image_pull", "start", "warm_up")
"""The parts of a roll-out, in their order."""


@dataclass(frozen=True)
class Call:
    """What one call will be like.

    Args:
        seconds: World time until there is a prediction.
        is_empty: Whether the prediction is empty.
        fails: Whether there is none.
    """

    seconds: float
    is_empty: bool = False
    fails: bool = False


@dataclass(frozen=True)
class Release:
    """One release; each argument is a key of the seed row.

    Calls are counted from 1 for each application, anew with each roll-out.
    """

    id: int
    tenant: str
    code: str
    version: str
    name: str
    model: str | None
    data_types: tuple[str, ...]
    max_batch_size: int
    config: Mapping[str, Any]
    num_cpus: float
    num_gpus: float
    memory_bytes: int
    num_replicas: int
    image_pull_seconds: float
    start_seconds: float
    warm_up_seconds: float
    drain_seconds: float
    answer_seconds: float
    fails_at: str | None
    unhealthy_after: int | None
    unavailable_after: int | None
    recovers_after: float | None
    drains_after: int | None
    out_of_memory_above: int | None
    late_calls: Calls
    late_seconds: float
    empty_calls: Calls
    failed_calls: Calls
    deferred_after: float | None

    @classmethod
    def read(cls, row: Mapping[str, Any]) -> Self:
        """Return the release of a row of the table: columns, and the rest as JSON in ``spec``."""
        told = json.loads(row["spec"])
        return cls(**{one.name: row[one.name] if one.name in row else told[one.name] for one in fields(cls)})

    @property
    def label(self) -> str:
        """What it is served under, ``code@version``."""
        return f"{self.code}@{self.version}"

    @property
    def replica(self) -> Resources:
        """What one replica needs."""
        return Resources.of(num_cpus=self.num_cpus, num_gpus=self.num_gpus, memory_bytes=self.memory_bytes, replicas=1)

    def seconds_of(self, phase: str) -> float:
        """Return how long a part of its roll-out takes."""
        return float(getattr(self, f"{phase}_seconds"))

    def call(self, number: int) -> Call:
        """Return what its call number ``number`` will be like."""
        late = self.late_seconds if _names(self.late_calls, number) else 0.0
        return Call(
            self.answer_seconds + late,
            is_empty=_names(self.empty_calls, number),
            fails=_names(self.failed_calls, number),
        )

    def shown_config(self) -> dict[str, Any]:
        """Return the configuration as the wire shows it: what the row says of itself, under what the row gives."""
        needs: dict[str, Any] = {"required_cpu_count": self.num_cpus, "required_gpu_count": self.num_gpus}
        if self.memory_bytes:
            needs["memory"] = self.memory_bytes
        if self.num_replicas != 1:
            needs["num_replicas"] = self.num_replicas
        told = {
            "name": self.name,
            "code": self.code,
            "version": self.version,
            "category": "pre_annotation",
            "supported_data_types": list(self.data_types),
            "actions": {
                "deployment": {"serve_options": {"batch": {"max_batch_size": self.max_batch_size}}},
                "inference": {"required_resources": needs},
            },
        }
        return _over(told, self.config)


def _names(calls: Calls, number: int) -> bool:
    return calls == "all" or number in calls


def _over(told: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``told`` with ``given`` over it, object by object."""
    return {
        **told,
        **{
            key: _over(told[key], value) if isinstance(value, dict) and isinstance(told.get(key), dict) else value
            for key, value in given.items()
        },
    }
