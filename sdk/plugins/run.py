"""The runtime object of the guides: what one run of an action uses, made in one line.

run_instance = Run.from_environment()
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from sdk.clients.backend import BackendClient
from sdk.loggers import BaseLogger, JobLogger
from sdk.loggers.console import QuietConsoleLogger
from sdk.plugins.context import PluginEnvironment, RuntimeContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clock import Clock


class Run:
    """One run: client, logger and clock. Actions take it as ``run=`` (to_task guide, Basic Usage).

    Args:
        client: The v1 client.
        job_id: Job that the run reports its progress, metrics and messages to; without one they go to the console.
        logger: Takes them instead.
        env: Settings of the plugin.
        clock: Tells the time and waits; the client's when absent.
    """

    def __init__(
        self,
        client: BackendClient,
        *,
        job_id: str | None = None,
        logger: BaseLogger | None = None,
        env: Mapping[str, object] | None = None,
        clock: Clock | None = None,
    ) -> None:
        clock = clock or client.clock
        if logger is None and job_id is not None:
            logger = JobLogger(client, job_id, clock=clock)
        self.context = RuntimeContext(
            logger=logger or QuietConsoleLogger(redact=client.redact),
            env=PluginEnvironment(env),
            client=client,
            job_id=job_id,
            clock=clock,
        )

    @classmethod
    def from_environment(
        cls, environ: Mapping[str, str] | None = None, *, job_id: str | None = None, clock: Clock | None = None
    ) -> Self:
        """Return a run against SYNAPSE_HOST, with the tokens of the environment.

        Args:
            environ: Variables; those of the process when absent.
            job_id: As the class.
            clock: As the class.

        Raises:
            ConfigurationError: Host or token is missing.
        """
        variables = os.environ if environ is None else environ
        client = BackendClient.from_environment(variables, clock=clock)
        return cls(client, job_id=job_id, env=dict(variables), clock=clock)

    def __repr__(self) -> str:
        return f"<Run against {self.client.base_url}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def client(self) -> BackendClient:
        """The v1 client."""
        client = self.context.client
        if client is None:
            raise RuntimeError("The run's client was taken away.")
        return client

    @property
    def logger(self) -> BaseLogger:
        """Takes progress, metrics, events and messages."""
        return self.context.logger

    def close(self) -> None:
        """Send what the logger holds back, and close connections."""
        self.logger.finish()
        self.client.close()
