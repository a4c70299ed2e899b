"""What an agent has, what is held of it, and what would still fit. Pure.

Numbers of processors may be fractions, as Ray has them, and are counted in decimals: ten times 0.1 is 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CODES: Final[Mapping[str, str]] = {
    "num_cpus": "cpu_unavailable",
    "num_gpus": "gpu_unavailable",
    "memory_bytes": "memory_unavailable",
    "replicas": "replicas_full",
}
"""The word for what is short; ``gpu_unavailable`` and ``slots_full`` are the OpenAPI's (``JobQueueState.reason``)."""


@dataclass(frozen=True)
class Resources:
    """An amount of everything that is accounted.

    Args:
        num_cpus: Processors.
        num_gpus: Graphics processors.
        memory_bytes: Memory.
        replicas: Replicas of serve applications.
    """

    num_cpus: Decimal = Decimal(0)
    num_gpus: Decimal = Decimal(0)
    memory_bytes: int = 0
    replicas: int = 0

    @classmethod
    def of(cls, *, num_cpus: float, num_gpus: float, memory_bytes: int, replicas: int) -> Self:
        """Return the amount that a row or a body names."""
        return cls(Decimal(str(num_cpus)), Decimal(str(num_gpus)), memory_bytes, replicas)

    def __add__(self, other: Resources) -> Resources:
        return Resources(
            self.num_cpus + other.num_cpus,
            self.num_gpus + other.num_gpus,
            self.memory_bytes + other.memory_bytes,
            self.replicas + other.replicas,
        )

    def __sub__(self, other: Resources) -> Resources:
        return self + other.times(-1)

    def times(self, number: int) -> Resources:
        """Return so many times the amount."""
        return Resources(
            self.num_cpus * number, self.num_gpus * number, self.memory_bytes * number, self.replicas * number
        )


def total(amounts: Iterable[Resources]) -> Resources:
    """Return the sum of amounts."""
    return sum(amounts, Resources())


@dataclass(frozen=True)
class Shortage:
    """One kind of thing of which there is too little.

    Args:
        code: Word for it.
        needed: How much is asked for.
        free: How much nobody holds.
        owned: How much there is.
    """

    code: str
    needed: Decimal | int
    free: Decimal | int
    owned: Decimal | int

    def __str__(self) -> str:
        return f"{self.code}: {_plain(self.needed)} needed, {_plain(self.free)} of {_plain(self.owned)} free"


def _plain(number: Decimal | int) -> str:
    return f"{Decimal(number).normalize():f}"


@dataclass(frozen=True)
class Account:
    """One agent's capacity.

    Args:
        owned: What the agent has.
        held: What serve applications hold of it.
    """

    owned: Resources
    held: Resources = Resources()

    @property
    def free(self) -> Resources:
        """What nobody holds."""
        return self.owned - self.held

    def shortages(self, needed: Resources) -> list[Shortage]:
        """Return what is missing for ``needed`` now; nothing means that it fits."""
        free = self.free
        return [
            Shortage(code, getattr(needed, name), getattr(free, name), getattr(self.owned, name))
            for name, code in CODES.items()
            if getattr(needed, name) > getattr(free, name)
        ]

    def feasible(self, replica: Resources) -> int:
        """Return how many replicas of this size fit now.

        Args:
            replica: What one needs; ``replicas`` is 1.
        """
        free = self.free
        return min(int(getattr(free, name) // getattr(replica, name)) for name in CODES if getattr(replica, name) > 0)
