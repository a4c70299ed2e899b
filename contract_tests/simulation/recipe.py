"""All that one run is, as data: nothing else decides what happens in it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

type Kind = Literal["export", "to_task"]
type Promise = Literal["none", "within", "beyond"]

START = "2026-03-02T08:00:00+00:00"  # of every world: what is drawn must not depend on the day it is drawn on


@dataclass(frozen=True)
class Command:
    """What the SDK is told to do.

    Args:
        kind: ``export`` or ``to_task``.
        params: As the action takes them, but for name, storage and path of an export, and the name of to_task.
        exporter: ``row`` or ``sheet``, of an export.
        predictions: Task to what the model says of its picture, of an inference.
    """

    kind: Kind
    params: Mapping[str, Any]
    exporter: str = "row"
    predictions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def target(self) -> str:
        """Kind of row that it is about."""
        return str(self.params["target"]) if self.kind == "export" else "task"

    @property
    def is_delegated(self) -> bool:
        """Whether the rows are asked of a job of the backend."""
        return self.kind == "export" and not self.params["disable_async_delegate"]

    @property
    def way(self) -> str:
        """Name of what it does, for counts: ``task delegated``, ``to_task inference``."""
        if self.kind == "to_task":
            return f"to_task {self.params['method']}"
        return f"{self.target} {'delegated' if self.is_delegated else 'in-process'}"


@dataclass(frozen=True)
class Recipe:
    """One run.

    Args:
        seed: Of the campaign.
        run: Which run of it, from 0.
        document: The world, as a seed document.
        settings: Conventions, sizes and paces, as ``Settings`` takes them.
        command: What the SDK does.
        faults: The plan that is in force while it does it the first time.
        promise: What the plan is drawn to be: ``none`` has no rule, ``within`` stays inside of the retry budgets,
            ``beyond`` promises nothing.
        jumps: Clock script: number of a wait of the SDK, from 1, to the seconds by which it lasts longer.
        order: Names the stream that the order of what runs side by side is drawn from.
        bugs: Named bugs of the backend that are on.
        start: Instant at which the world begins.
    """

    seed: int
    run: int
    document: Mapping[str, Any]
    settings: Mapping[str, Any]
    command: Command
    faults: Mapping[str, Any]
    promise: Promise
    jumps: Mapping[str, float] = field(default_factory=dict)
    order: str = "first"
    bugs: tuple[str, ...] = ()
    start: str = START

    def __repr__(self) -> str:
        rules = [rule["id"] for rule in self.faults.get("rules", ())]
        return f"<Recipe {self.seed}/{self.run} {self.command.way}, {self.promise}, faults={rules}>"

    @property
    def rules(self) -> list[Mapping[str, Any]]:
        """The rules of its fault plan."""
        return list(self.faults.get("rules", ()))

    def with_(self, **changes: Any) -> Recipe:
        """Return the same run but for some fields."""
        return replace(self, **changes)

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "bugs": list(self.bugs)}

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> Self:
        """Read what ``as_json`` returned.

        Raises:
            TypeError: Fields are missing, or there is one that a recipe does not have.
        """
        fields = dict(told)
        fields["command"] = Command(**fields["command"])
        fields["bugs"] = tuple(fields["bugs"])
        return cls(**fields)
