"""Client of one agent, which runs plugins near the data (contract.md 1.1, 4 and 7)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

from sdk.clients.connected import ConnectedClient
from sdk.clients.credentials import Credentials, Headers
from sdk.clients.pagination import Row, row_of
from sdk.clients.reading import read
from sdk.clients.retry import Timeouts
from sdk.clients.transport import Transport
from sdk.clock import Clock, SystemClock

if TYPE_CHECKING:
    from collections.abc import Mapping

AGENT_TIMEOUTS = Timeouts(connect=3, read=10)  # contract.md 1.1
_INSTALL_SCRIPT = re.compile(r"agents/([a-f0-9]{40})/node_install_script")


class AgentClient(ConnectedClient):
    """One agent as one caller sees it; safe to share between threads.

    Args:
        base_url: Address of the agent.
        agent_token: Token of the agent, sent bare.
        user_token: Token of the user for whom the agent is asked.
        tenant: Tenant code.
        clock: Tells the time and waits; the machine's own when absent.
        timeouts: Limits of a request.

    Raises:
        ConfigurationError: Address or a token cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        tenant: str | None = None,
        user_token: str | None = None,
        agent_token: str,
        timeouts: Timeouts = AGENT_TIMEOUTS,
        clock: Clock | None = None,
    ) -> None:
        credentials = Credentials(user_token, agent_token, tenant)  # checks that each may stand in a header
        headers = Headers({"Authorization": credentials.access_token or ""})
        if credentials.user_token:
            headers["SYNAPSE-User"] = f"Token {credentials.user_token}"
        if credentials.tenant:
            headers["SYNAPSE-Tenant"] = f"Token {credentials.tenant}"
        super().__init__(
            Transport(
                base_url,
                headers=headers,
                secrets=credentials.secrets,
                clock=clock or SystemClock(),
                timeouts=timeouts,
            )
        )

    @classmethod
    def of(
        cls,
        agent: Mapping[str, object],
        *,
        user_token: str | None = None,
        tenant: str | None = None,
        clock: Clock | None = None,
    ) -> Self | None:
        """Return a client of an agent as the backend lists it; ``None`` without an address or a token of its own.

        Args:
            agent: ``url``, and ``token`` or the ``node_install_script`` that holds it.
            user_token: As the class.
            tenant: As the class.
            clock: As the class.

        Raises:
            ConfigurationError: The address cannot be used.
        """
        url, token = agent.get("url"), agent.get("token")
        if not token:
            found = _INSTALL_SCRIPT.search(str(agent.get("node_install_script") or ""))
            token = found[1] if found else None
        if not isinstance(url, str) or not url.strip() or not isinstance(token, str):
            return None
        return cls(url, agent_token=token, user_token=user_token, tenant=tenant, clock=clock)

    def check_feasibility(
        self,
        kind: str,
        *,
        replicas: int = 1,
        num_cpus: float,
        memory_bytes: int | None = None,
        num_gpus: float = 0.0,
        metadata: Mapping[str, object] | None = None,
    ) -> Row:
        """Ask whether something would fit; nothing is reserved.

        Args:
            kind: What: ``serve`` for a pre-processor.
            num_cpus: Processors of a replica.
            num_gpus: Graphics processors of a replica.
            memory_bytes: Memory of a replica.
            replicas: How many.
            metadata: ``plugin_code`` and ``agent``.

        Returns:
            ``allowed``, ``reasons`` and ``feasible_replicas``.
        """
        needs = {"num_cpus": num_cpus, "num_gpus": num_gpus, "memory_bytes": memory_bytes}
        body = {"kind": kind, "replicas": replicas, **needs, "metadata": dict(metadata or {})}
        return row_of(read(self._transport, "POST", "/resources/feasibility/", json=body), what="feasibility")

    def get_cluster_resources(self, *, use_cache: bool = True) -> Row:
        """Return what the agent's cluster has and uses."""
        body = self._transport.request("GET", "/resources/cluster/", params={"use_cache": use_cache})
        return row_of(body, what="cluster resources")

    def delete_serve_application(self, name: str) -> None:
        """Stop what is served under a name, ``code@version`` of its release."""
        self._transport.request("DELETE", f"/serve_applications/{quote(name, safe='@')}/")
