"""What an agent has room for (contract.md 4: feasibility before a deployment, and why one takes long)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdk.clients.errors import ClientError
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NotActiveError

if TYPE_CHECKING:
    from sdk.clients.agent import AgentClient
    from sdk.clients.pagination import Row
    from sdk.plugins.categories.pre_annotation.actions.to_task.pre_processor import PreProcessor


@dataclass(frozen=True)
class Capacity:
    """The room for one pre-processor on one agent.

    Args:
        agent: Client of the agent; ``None`` when it has no address of its own, and then room is its own concern.
        agent_id: Id of the agent.
        pre_processor: The release.
    """

    agent: AgentClient | None
    agent_id: int
    pre_processor: PreProcessor

    def ensure(self) -> None:
        """Return when the pre-processor fits, or nobody can be asked.

        Raises:
            NotActiveError: It does not fit, and the sentence says why; or the agent does not say.
        """
        if self.agent is None:
            return
        named = f"Pre-processor {self.pre_processor.name}"
        try:
            answer = self._asked(self.agent)
        except ClientError as error:
            failure = type(error).__name__
        else:
            if answer.get("allowed") is True:
                return
            if answer.get("allowed") is False:
                reasons = "; ".join(texts(answer.get("reasons"))) or "no reason given"
                raise NotActiveError(
                    f"{named} deployment blocked by capacity gate ({reasons})",
                    "Free capacity on the agent, or choose another one.",
                )
            failure = "MalformedResponse"
        raise NotActiveError(
            f"{named} feasibility check failed ({failure})", "Check that the agent is up and can be reached from here."
        )

    def shortage(self) -> list[str]:
        """Return what is short, as far as it can be had; nothing when the pre-processor fits."""
        if self.agent is None:
            return []
        try:
            answer = self._asked(self.agent)
            if answer.get("allowed") is not False:
                return []
            told = texts(answer.get("reasons"))
            gpus = self.agent.get_cluster_resources().get("gpu")
        except ClientError:
            return []
        free = gpus.get("available_gpus") if isinstance(gpus, dict) else None
        return told if free is None else [*told, f"{free} GPU(s) free"]

    def _asked(self, agent: AgentClient) -> Row:
        wanted = self.pre_processor
        return agent.check_feasibility(
            "serve",
            num_cpus=wanted.num_cpus,
            num_gpus=wanted.num_gpus,
            memory_bytes=wanted.memory,
            replicas=wanted.replicas or 1,
            metadata={"plugin_code": wanted.code, "agent": self.agent_id},
        )


def texts(value: object) -> list[str]:
    """Return reasons as texts: a list of them, one alone, or none."""
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value in (None, "") else [str(value)]
