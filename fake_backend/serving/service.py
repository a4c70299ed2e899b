"""Serving: what the rest of the world asks of pre-processors and agents, and what a test may do to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.core.errors import BadRequest, NotFound
from fake_backend.core.filters import MAX_ID
from fake_backend.serving.board import Board
from fake_backend.serving.calls import Calls
from fake_backend.serving.capacity import Account
from fake_backend.serving.holdings import Holdings
from fake_backend.serving.models import Models
from fake_backend.serving.predictions import Predictions
from fake_backend.serving.release import Release
from fake_backend.serving.timers import Timers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from contextlib import AbstractContextManager

    from fake_backend.core.clock import Clock
    from fake_backend.core.ids import Draws
    from fake_backend.serving.application import Application, Needs
    from fake_backend.serving.models import Model
    from fake_backend.store.reports import Reports
    from fake_backend.store.serving import Row, ServingRows


class Serving:
    """The pre-processors of one world.

    Args:
        clock: The world's time.
        draws: Ids of jobs, tickets.
        rows: Where agents, releases and applications are kept.
        reports: Where jobs are kept.
    """

    def __init__(self, *, clock: Clock, draws: Draws, rows: ServingRows, reports: Reports) -> None:
        self._rows = rows
        self._models = Models()
        self._predictions = Predictions()
        self._timers = Timers(clock)
        self._holdings = Holdings(clock, draws, rows, reports)
        self._board = Board(clock, self._holdings, self._timers, self._predictions)
        self.calls = Calls(
            clock=clock,
            draws=draws,
            holdings=self._holdings,
            board=self._board,
            timers=self._timers,
            models=self._models,
            predictions=self._predictions,
        )

    def __repr__(self) -> str:
        return f"<Serving {self._models!r} {self._predictions.counts()}>"

    # -- for whoever has a backend in hand ------------------------------------------------------------------------

    def register(self, name: str, model: Model) -> None:
        """Answer calls of plugin releases whose ``model`` is ``name`` with what ``model`` returns.

        Args:
            name: As the seed document spells it.
            model: Called with an ``InferenceRequest``, from the threads of its callers; it fetches the picture itself,
                and returns JSON such as ``{"objects": [...]}``. Whatever it raises fails the call.

        Raises:
            BadRequest: The name is blank, or the model cannot be called.
        """
        self._models.register(name, model)

    def lose(self, agent_id: int) -> None:
        """Let an agent be down: what it serves is ``UNAVAILABLE``, and it answers nobody.

        Raises:
            NotFound: There is no such agent.
        """
        self._board.lose(agent_id)

    def restore(self, agent_id: int) -> None:
        """Let an agent answer again.

        Raises:
            NotFound: There is no such agent.
        """
        self._board.restore(agent_id)

    def statuses(self) -> dict[str, str]:
        """Return where every application stands, by ``code@version on agent``."""
        with self._timers.turn:
            return {
                f"{self._holdings.release(one).label} on {one.agent_id}": str(one.status)
                for one in self._holdings.all()
            }

    def predictions(self) -> dict[str, int]:
        """Return how many calls were ``taken``, and where they are: that is the sum of all others."""
        with self._timers.turn:
            return self._predictions.counts()

    def account(self, agent_id: int) -> Account:
        """Return what an agent has and what is held of it.

        Raises:
            NotFound: There is no such agent.
        """
        with self._timers.turn:
            return self._holdings.account(self._rows.agent(agent_id))

    # -- for the wire ---------------------------------------------------------------------------------------------

    def agent(self, tenant: str | None, agent_id: object) -> Row:
        """Return an agent that a body names.

        Raises:
            BadRequest: The tenant has none such.
        """
        if (
            isinstance(agent_id, int)
            and not isinstance(agent_id, bool)
            and tenant is not None
            and abs(agent_id) <= MAX_ID
        ):
            try:
                return self._rows.agent(agent_id, tenant)
            except NotFound:
                pass
        raise BadRequest(f'Invalid pk "{agent_id}" - object does not exist.', received=agent_id, field="agent")

    def found_agent(self, agent_id: int) -> Row:
        """Return an agent, whoever asks.

        Raises:
            NotFound: There is none.
        """
        return self._rows.agent(agent_id)

    def agent_of_token(self, token: str) -> Row | None:
        """Return the agent that presents a token, ``None`` for a token that no agent has."""
        return self._rows.agent_of_token(token)

    def release(self, tenant: str | None, lookup: str) -> Release:
        """Return a release by its id or as ``code@version``.

        Raises:
            NotFound: The tenant has none such.
        """
        if lookup.isdecimal() and len(lookup) < 20 and int(lookup) <= MAX_ID:
            return Release.read(self._rows.release(int(lookup), tenant))
        code, _, version = lookup.partition("@")
        return self.releases(tenant, code, version or None)[0]

    def releases(self, tenant: str | None, code: str, version: str | None = None) -> list[Release]:
        """Return the releases of a plugin, the newest first, or those of one version.

        Raises:
            NotFound: The tenant has none such.
        """
        found = [Release.read(row) for row in self._rows.releases(tenant, code, version)]
        if not found:
            raise NotFound("Not found.", received=code if version is None else f"{code}@{version}")
        return found

    def deploy(self, release: Release, agent: Row, needs: Needs, job_id: str | None = None) -> Application:
        """Bring a release up on an agent; see ``Board.deploy``."""
        return self._board.deploy(release, agent, needs, job_id)

    def delete(self, tenant: str | None, application_id: int) -> None:
        """Take an application of a tenant's down.

        Raises:
            NotFound: There is none.
        """
        with self._timers.turn:
            self._board.delete(self._holdings.one(application_id, tenant or "").id)

    def served_by(self, agent_id: int) -> list[tuple[Application, Release]]:
        """Return what is on an agent."""
        with self._timers.turn:
            return [(one, self._holdings.release(one)) for one in self._holdings.all(agent_id=agent_id)]

    def queue_of(self, tenant: str | None, job_id: str) -> dict[str, Any] | None:
        """Return ``meta.queue`` of a job: where its deployment waits for room, ``None`` where none does."""
        with self._timers.turn:
            for application in self._holdings.all(job_id=job_id):
                waiting = self._holdings.waiting(application) if application.tenant == tenant else None
                if waiting is not None:
                    return waiting.as_meta()
        return None

    # -- for the world --------------------------------------------------------------------------------------------

    def held(self) -> AbstractContextManager[object]:
        """Hold still: nothing moves until it is left."""
        return self._timers.turn

    def adopt(self, ids: Iterable[int]) -> None:
        """Let applications of a seed document go on from where it has put them."""
        with self._timers.turn:
            self._board.adopt(ids)

    def crowded(self) -> Mapping[int, str]:
        """Return what is wrong with agents whose applications hold more than there is, or are two of one release."""
        wrong: dict[int, str] = {}
        for agent in self._rows.agents():
            there = [one.plugin_release_id for one in self._holdings.all(agent_id=agent["id"])]
            short = Account(self._holdings.account(agent).owned).shortages(self._holdings.account(agent).held)
            if short:
                wrong[agent["id"]] = "; ".join(map(str, short))
            elif len(set(there)) < len(there):
                wrong[agent["id"]] = "two applications of one release"
        return wrong

    def recover(self) -> None:
        """End what an earlier process was about."""
        self._board.recover()

    def clear(self) -> None:
        """Forget calls, predictions and what is to happen; models stay registered."""
        with self._timers.turn:
            self._timers.clear()
            self._predictions.clear()
