"""``/plugins/<code>/run/``: deployments and inferences (contract.md 4).

A deployment answers at once with its job, and rolls out by itself. An inference answers when the model is done, in the
world's time, unless something ends the wait before: the release's own deadline (a ticket to poll with), the client's
read time-out where it is known, or the gateway.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, request

from fake_backend.core.errors import BadRequest, NotFound
from fake_backend.http.answers import answer
from fake_backend.http.gateway import page
from fake_backend.http.request import caller, json_object, storage_url, world
from fake_backend.serving.application import Needs
from fake_backend.serving.calls import POLL_KEY
from fake_backend.serving.models import InferenceRequest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.serving.predictions import Prediction
    from fake_backend.serving.release import Release

plugins = Blueprint("v1-plugins", __name__)

ACTIONS: Final = ("deployment", "inference")
NEEDS: Final = {
    "num_cpus": ("num_cpus",),
    "num_gpus": ("num_gpus",),
    "memory_bytes": ("memory", "memory_bytes"),  # contract 4: the run's word first
    "num_replicas": ("num_replicas",),
}


@plugins.post("/plugins/<code>/run/")
def run(code: str) -> Response:
    """Run an action of a plugin on an agent."""
    body = json_object()
    action, version = body.get("action"), body.get("version")
    if action not in ACTIONS:
        raise BadRequest(
            f'"{action}" is not a valid choice.', received=action, expected=" or ".join(ACTIONS), field="action"
        )
    if version is not None and not isinstance(version, str):
        raise BadRequest("Not a valid string.", received=version, field="version")
    params = body.get("params")
    if not isinstance(params, dict):
        raise BadRequest("Expected an object.", received=type(params).__name__, field="params")
    releases = world().serving.releases(caller().tenant, code, version)
    if action == "deployment":
        return _deploy(releases[0], body, params)
    return _infer(releases, body, params)


def _deploy(release: Release, body: Mapping[str, Any], params: Mapping[str, Any]) -> Response:
    here, tenant = world(), caller().tenant
    agent = here.serving.agent(tenant, body.get("agent"))
    application = here.serving.deploy(release, agent, _needs(release, params), _job(body))
    job = here.reports.job(tenant, application.job_id) if application.job_id is not None else {}
    return answer(
        {
            "id": application.job_id,
            "action": "deployment",
            "agent": agent["id"],
            "status": job.get("status"),
            "serve_application": application.id,
        }
    )


def _job(body: Mapping[str, Any]) -> str | None:
    """Return the job that the caller says it runs in."""
    job_id = body.get("job_id")
    if job_id is None:
        return None
    try:
        world().reports.job(caller().tenant, str(job_id))
    except NotFound as error:
        message = f'Invalid pk "{job_id}" - object does not exist.'
        raise BadRequest(message, received=job_id, field="job_id") from error
    return str(job_id)


def _needs(release: Release, params: Mapping[str, Any]) -> Needs:
    """Return what the caller asks for, completed by what the release says that it needs."""
    told: dict[str, Any] = {}
    for name, keys in NEEDS.items():
        own = getattr(release, name)
        key = next((key for key in keys if params.get(key) is not None), None)
        value = own if key is None else params[key]
        whole = isinstance(own, int)
        if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or not _counts(value):
            least = "a whole number" if whole else "a number"
            raise BadRequest(f"{least.capitalize()} is required.", received=value, field=f"params.{key}")
        told[name] = value if whole else float(value)
    if told["num_replicas"] < 1:
        raise BadRequest("At least one replica.", received=told["num_replicas"], field="params.num_replicas")
    return Needs(**told)


def _counts(value: float) -> bool:
    return 0 <= value < 2**63  # which also no NaN is


def _infer(releases: list[Release], body: Mapping[str, Any], params: Mapping[str, Any]) -> Response:
    here, tenant = world(), caller().tenant
    asked = params.get("json")
    if isinstance(asked, dict) and POLL_KEY in asked:
        return answer(here.serving.calls.poll(tenant, asked[POLL_KEY]))
    agent = here.serving.agent(tenant, body.get("agent"))
    arrived = here.clock.monotonic()
    prediction = here.serving.calls.take(releases, agent["id"], InferenceRequest.read(params, storage_url()))
    ended_by = Wait.of(prediction, arrived).until_over(prediction)
    if ended_by == "prediction":
        return answer(here.serving.calls.hand_over(prediction))
    if ended_by == "deadline":
        return answer(here.serving.calls.defer(prediction))
    if ended_by == "client":
        raise request.environ["fake_backend.no_answer"]
    status = here.settings.gateway_status
    return Response(page(status), status=status, content_type="text/html")


@dataclass(frozen=True)
class Wait:
    """How long a call waits for its prediction, from its arrival.

    Args:
        since: Instant of arrival, in seconds of the world's monotonic time.
        limits: Seconds by what ends the wait: the release's ``deadline``, the ``client``'s time-out, the ``gateway``.
    """

    since: float
    limits: Mapping[str, float]

    @classmethod
    def of(cls, prediction: Prediction, arrived: float) -> Wait:
        """Return the wait of the call that arrived at an instant."""
        known = {
            "deadline": prediction.deferred_after,
            "client": request.environ.get("fake_backend.read_timeout"),
            "gateway": world().settings.gateway_seconds,
        }
        return cls(arrived, {name: limit for name, limit in known.items() if limit is not None})

    def until_over(self, prediction: Prediction) -> str:
        """Wait, and return what ended it: ``prediction``, or the name of the limit."""
        clock = world().clock
        connection = request.environ.get("fake_backend.connection")
        ended_by = min(self.limits, key=lambda name: self.limits[name])
        hung_up: list[bool] = []

        def left() -> None:
            hung_up.append(True)
            clock.changed()

        forget = connection.on_close(left) if connection is not None else None
        try:
            clock.wait_until(
                lambda: prediction.is_over or bool(hung_up),
                deadline=self.since + self.limits[ended_by],
                autojump=bool(request.environ.get("fake_backend.autojump")),
            )
        finally:
            if forget is not None:
                forget()
        if prediction.is_over and not hung_up:
            return "prediction"
        return "gateway" if hung_up else ended_by
