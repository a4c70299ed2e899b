"""The agents' own surface."""

from sdk.clients.agent.client import AgentClient

__all__ = ["AgentClient"]
