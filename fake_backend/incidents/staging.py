"""An incident set up: a backend with its world, faults, bugs, settings and time."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from fake_backend.backend import FakeBackend
from fake_backend.incidents.evidence import Evidence
from fake_backend.incidents.reading import CALL, RECIPE, incident, merged, settings_of
from fake_backend.incidents.recipe import MODEL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_backend.incidents.evidence import Ended
    from fake_backend.incidents.incident import Call, Incident, Trouble
    from fake_backend.incidents.recipe import Recipe
    from fake_backend.serving.models import InferenceRequest
    from fake_backend.settings import Settings


@dataclass(frozen=True)
class Stage:
    """What an incident asks of a backend, with its trouble or without.

    Args:
        incident: Which one.
        troubled: Whether anything is wrong.
    """

    incident: Incident
    troubled: bool = True

    @property
    def trouble(self) -> Trouble:
        """What is wrong, or what it is without."""
        return self.incident.trouble if self.troubled else self.incident.calm

    @property
    def recipe(self) -> Recipe:
        """The world."""
        return merged(RECIPE, self.incident.world, self.trouble.world)

    @property
    def call(self) -> Call:
        """What a client is asked for."""
        return merged(CALL, self.incident.call, self.trouble.call)

    @property
    def settings(self) -> Settings:
        """The world's settings."""
        return settings_of(self.trouble)

    @property
    def plan(self) -> dict[str, Any]:
        """The fault plan."""
        return {"rules": list(self.trouble.faults)}

    def begin(self, backend: FakeBackend) -> None:
        """Register the model of the world's pre-processor, switch bugs on and put the faults in force."""
        answer: dict[str, Any] | None = {} if self.recipe.predicts == "nothing" else None

        def model(request: InferenceRequest) -> dict[str, Any]:
            box = {"x": 1, "y": 2, "width": 3, "height": 4}
            found = {"id": "box", "class_id": request.model, "type": "bbox", "coordinates": box}
            return {"objects": [found]} if answer is None else answer

        backend.serving.register(MODEL, model)
        if self.trouble.bugs:
            backend.bugs.on(*self.trouble.bugs)
        if self.trouble.faults:
            backend.faults.put(self.plan)


@dataclass(frozen=True)
class Staging:
    """An incident that is set up and waits for its client.

    Args:
        stage: What was asked for.
        backend: Open, in virtual time.
    """

    stage: Stage
    backend: FakeBackend

    @property
    def incident(self) -> Incident:
        """Which one."""
        return self.stage.incident

    @property
    def call(self) -> Call:
        """What the client is to do."""
        return self.stage.call

    def seen(self, ended: Ended) -> Evidence:
        """Return what there is to see once the client is through; faults and bugs end with it.

        Args:
            ended: What the client said.
        """
        seconds = self.backend.clock.monotonic()
        fired = {one.id: one.fired for one in self.backend.faults.report()}
        self.backend.faults.clear()
        self.backend.bugs.off()
        return Evidence.gather(self.backend, ended, seconds, fired)


@contextmanager
def staged(name: str | Incident, *, troubled: bool = True) -> Iterator[Staging]:
    """Set an incident up in this process, for as long as the block lasts.

    Args:
        name: Id of an incident, or one that was read.
        troubled: Whether anything is wrong; without, the same world works.

    Raises:
        UnknownIncident: There is no such incident.
    """
    stage = Stage(incident(name) if isinstance(name, str) else name, troubled)
    start = datetime.fromisoformat(stage.incident.clock.start)
    with FakeBackend(seed=stage.recipe.document(), start=start, settings=stage.settings) as backend:
        stage.begin(backend)
        yield Staging(stage, backend)
