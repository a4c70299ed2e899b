"""Agents, plugin releases and what they serve (contract.md 4 and 7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from sdk.clients.agent import AgentClient
from sdk.clients.backend.requesting import RequestingClient
from sdk.clients.pagination import Row, row_of
from sdk.clients.retry import PagePolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.credentials import Credentials
    from sdk.clients.retry import Timeouts


READ = PagePolicy.single_read()


class ServingClient(RequestingClient):
    """Finds pre-processors, runs their actions, and reaches the agents that they run on."""

    _credentials: Credentials

    def get_plugin_release(self, release_id: int) -> Row:
        """Return a plugin release: ``version`` and ``config``."""
        return row_of(self.read(f"/plugin_releases/{release_id}/"), what=f"plugin release {release_id}")

    def list_agents(self, agent_id: int | None = None) -> list[Row]:
        """Return agents: ``id``, ``name``, ``url``, ``token``.

        Args:
            agent_id: Of this agent; a backend that ignores the key answers with the others as well.
        """
        return list(self.walk("agents", None if agent_id is None else {"id": agent_id}, policy=READ, cursor=False))

    def list_serve_applications(self, plugin_code: str, agent_id: int) -> list[Row]:
        """Return what an agent serves of a plugin: ``id``, ``status``."""
        params = {"plugin_code": plugin_code, "job__agent": agent_id}
        return list(self.walk("serve_applications", params, policy=READ, cursor=False))

    def delete_serve_application(self, application_id: int | str) -> None:
        """Stop what is served under an id."""
        self._transport.request("DELETE", f"/serve_applications/{application_id}/")

    def run_plugin(self, code: str, body: Mapping[str, object], *, timeouts: Timeouts | None = None) -> Any:
        """Run an action of a plugin: sent once, whatever happens.

        Args:
            code: Code of the plugin.
            body: ``agent``, ``action``, ``params`` and what else the action takes.
            timeouts: Limits; an inference may take longer than other requests.

        Returns:
            What the action answers: of a deployment the job, of an inference the result itself.

        Raises:
            IncompleteResponseError: The answer is lost, and the action may have run.
        """
        path = f"/plugins/{quote(code, safe='')}/run/"
        return self._transport.request("POST", path, json=dict(body), timeouts=timeouts, once=True)

    def agent_client(self, agent: Mapping[str, object]) -> AgentClient | None:
        """Return a client of an agent that has an address and a token; ``None`` for one that lacks either.

        Args:
            agent: A row of ``list_agents``.

        Raises:
            ConfigurationError: Its address cannot be used.
        """
        return AgentClient.of(
            agent,
            user_token=self._credentials.user_token,
            tenant=self._credentials.tenant,
            clock=self.clock,
        )
