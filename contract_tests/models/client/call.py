"""A planned call: what is asked of a client, what its answer must come to, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

type Rows = list[Mapping[str, Any]]


@dataclass
class Here:
    """What a call is made with.

    Args:
        v1: The first client.
        v2: The second.
        seed: The document that the backend was seeded with.
        known: What earlier calls have learnt, such as the id of a job that one has made.
    """

    v1: Any
    v2: Any
    seed: Mapping[str, Rows]
    known: dict[str, Any] = field(default_factory=dict)

    def row(self, resource: str, key: object, name: str = "id") -> Mapping[str, Any]:
        """Return the seed's row with a key."""
        return next(row for row in self.seed[resource] if row[name] == key)


@dataclass(frozen=True)
class Call:
    """One call of a method.

    Args:
        what: What it is there to show.
        act: Makes it; what it returns has been through the client's own parser, or through ``model``.
        shown: What of the answer is compared.
        expected: What it must be, from the seed document.
        model: The package's own model of an answer's rows where the method itself hands on what it got.
        refused: Name of the client's error that it must end in instead.
    """

    what: str
    act: Callable[[Here], Any]
    shown: Callable[[Any], Any] = lambda _: None
    expected: Callable[[Here], Any] = lambda _: None
    model: Any = None
    refused: str = ""


@dataclass(frozen=True)
class Method:
    """The calls of one method.

    Args:
        name: As in ``surface.methods``.
        calls: In order.
    """

    name: str
    calls: tuple[Call, ...]


def planned(name: str, *calls: Call) -> Method:
    """Return the calls of a method."""
    return Method(name, calls)


def gone(act: Callable[[Here], Any]) -> Call:
    """Return the call of a single row that is not there."""
    return Call("nothing there", act, refused="NotFoundError")
