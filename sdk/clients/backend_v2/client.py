"""Client of the v2 API (contract.md 1, 2 and 6)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

from sdk.clients.backend_v2.assignments import Assignments
from sdk.clients.backend_v2.async_jobs import AsyncJobs
from sdk.clients.backend_v2.ground_truth import GroundTruthDatasets, GroundTruthEvents
from sdk.clients.backend_v2.plugin_exports import PluginExports
from sdk.clients.backend_v2.tasks import Tasks
from sdk.clients.connected import ConnectedClient
from sdk.clients.credentials import Credentials, credentials_from
from sdk.clients.errors import ConfigurationError
from sdk.clients.retry import Timeouts
from sdk.clients.transport import Transport
from sdk.clock import Clock, SystemClock

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping


DEFAULT_TIMEOUTS = Timeouts(connect=5, read=30)  # contract.md 1.1
STREAM_TIMEOUTS = Timeouts(connect=5, read=120)  # a stream that is silent for so long has lost its server


class BackendV2Client(ConnectedClient):
    """The v2 API as one caller sees it; safe to share between threads.

    Args:
        base_url: Address of the backend; v2 resources lie below ``/v2/``.
        user_token: Token of a user.
        access_token: Access token; both are sent when both are given.
        tenant: Tenant code.
        clock: Tells the time and waits; the machine's own when absent.
        timeouts: Limits of a request.
        stream_timeouts: Limits of a progress stream; ``read`` is the longest silence.
        rng: Draws the jitter of reconnects; one that is seeded with the job's id when absent.
        url_host: ``internal`` asks for presigned URLs of the private network (contract.md 1.1).

    Attributes:
        tasks: Lists and bulk fetch of tasks.
        assignments: Lists and bulk fetch of assignments.
        ground_truth_events: Lists and bulk data of ground-truth events.
        ground_truth_datasets: Ground-truth datasets.
        plugin_exports: Delegated exports.
        async_jobs: State and progress of jobs.

    Raises:
        ConfigurationError: Address or a token cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_token: str | None = None,
        access_token: str | None = None,
        tenant: str | None = None,
        clock: Clock | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        stream_timeouts: Timeouts = STREAM_TIMEOUTS,
        rng: random.Random | None = None,
        url_host: str | None = None,
    ) -> None:
        credentials = Credentials(user_token, access_token, tenant)
        self.clock: Clock = clock or SystemClock()
        super().__init__(
            Transport(
                base_url,
                headers=credentials.v2_headers(),
                secrets=credentials.secrets,
                clock=self.clock,
                timeouts=timeouts,
                extra_query={"url_host": url_host} if url_host else None,
            )
        )
        self.tasks = Tasks(self._transport)
        self.assignments = Assignments(self._transport)
        self.ground_truth_events = GroundTruthEvents(self._transport)
        self.ground_truth_datasets = GroundTruthDatasets(self._transport)
        self.plugin_exports = PluginExports(self._transport)
        self.async_jobs = AsyncJobs(self._transport, timeouts=stream_timeouts, rng=rng)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, *, clock: Clock | None = None) -> Self:
        """Return a client for SYNAPSE_HOST with the tokens and time-outs of the environment.

        Args:
            environ: Variables; those of the process when absent.
            clock: As the class.

        Raises:
            ConfigurationError: Host or token is missing, or a time-out is no number.
        """
        variables = os.environ if environ is None else environ
        host, credentials = credentials_from(variables, v2=True)
        return cls(
            host,
            user_token=credentials.user_token,
            access_token=credentials.access_token,
            tenant=credentials.tenant,
            clock=clock,
            timeouts=Timeouts(
                connect=_seconds(variables, "SYNAPSE_BACKEND_V2_TIMEOUT_CONNECT", DEFAULT_TIMEOUTS.connect),
                read=_seconds(variables, "SYNAPSE_BACKEND_V2_TIMEOUT_READ", DEFAULT_TIMEOUTS.read),
            ),
            url_host=variables.get("SYNAPSE_PLUGIN_RUN_URL_HOST", "").strip() or None,
        )


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    raw = environ.get(name, "").strip()
    if not raw:
        return default
    try:
        value = float(raw)
    except ValueError:
        value = 0.0
    if not 0 < value < float("inf"):
        raise ConfigurationError(f"{name} is {raw!r}; a number of seconds above zero is needed.")
    return value
