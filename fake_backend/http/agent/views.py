"""An agent's feasibility, cluster and serve applications, behind its own token (contract.md 1.1, 4 and 7)."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response, g, request

from fake_backend.core.errors import Forbidden, NotFound, Unauthenticated
from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import answer
from fake_backend.http.request import entry, json_object, world
from fake_backend.serving.capacity import Resources
from fake_backend.serving.errors import AgentDown, Unprocessable
from fake_backend.serving.lifecycle import Status
from fake_backend.store.instants import stored

if TYPE_CHECKING:
    from fake_backend.serving.application import Application
    from fake_backend.serving.capacity import Account
    from fake_backend.serving.release import Release

agent = Blueprint("agent", __name__, url_prefix=f"/__agents__/<int(max={MAX_ID}):agent_id>")

KINDS: Final = ("job", "serve", "container", "task")
TENANT: Final = "Synapse-Tenant"
USER: Final = "Synapse-User"
CREDENTIALS: Final = "the agent's token, and that of a user of its tenant where one is named"


@agent.before_request
def guard() -> None:
    """Admit who knows the agent's token, for the agent's own tenant (contract.md 1.1).

    An agent that is not there answers whoever asks as one does whose token they have not: neither tells.
    """
    agent_id = int((request.view_args or {})["agent_id"])
    try:
        found = world().serving.found_agent(agent_id)
    except NotFound:
        found = None
    given = request.headers.get("Authorization", "").removeprefix("Token ").strip()
    if found is None or not hmac.compare_digest(given.encode(), found["token"].encode()):
        raise Unauthenticated("Invalid token.", expected=CREDENTIALS)
    if not found["has_address"]:
        raise NotFound("Not found.", received=request.path)
    _check_user(found["tenant"])
    named = request.headers.get(TENANT, "").removeprefix("Token ").strip()
    if named and named != found["tenant"]:
        raise Forbidden("The agent is another tenant's.", received=named)
    noted = entry()
    if noted is not None:
        noted.tenant = found["tenant"]
    if found["failure"] == "down":
        raise AgentDown("The agent does not answer.", received=agent_id)
    g.agent = found


def _check_user(tenant: str) -> None:
    """Admit the user in whose name the agent is asked, where one is named (contract.md 1.1, ``SYNAPSE-User``)."""
    given = request.headers.get(USER)
    if given is None:
        return
    here = world()
    owner = here.identity.owner(given.removeprefix("Token ").strip(), stored(here.clock.now()))
    if owner is None or owner[1] != tenant:
        raise Unauthenticated("Invalid token.", expected=CREDENTIALS)


@agent.post("/resources/feasibility/")
def feasibility(agent_id: int) -> Response:
    """Whether something would fit now; nothing is reserved."""
    body = json_object()
    if g.agent["failure"] == "malformed":
        return answer({"detail": "ok"})
    if body.get("kind") not in KINDS:
        raise Unprocessable("kind is none that there is.", received=body.get("kind"), expected=", ".join(KINDS))
    replica = Resources.of(
        num_cpus=_number(body, "num_cpus"),
        num_gpus=_number(body, "num_gpus", 0.0),
        memory_bytes=int(_number(body, "memory_bytes", 0)),
        replicas=1,
    )
    replicas = int(_number(body, "replicas", 1))
    if replicas < 1:
        raise Unprocessable("replicas is a whole number.", received=replicas, expected="at least 1")
    account = world().serving.account(agent_id)
    short = account.shortages(replica.times(replicas))
    return answer(
        {
            "allowed": not short,
            "reasons": [str(one) for one in short],
            "feasible_replicas": account.feasible(replica),
        }
    )


@agent.get("/resources/cluster/")
def cluster(agent_id: int) -> Response:
    """What the agent has and what is held of it; always fresh, whatever ``use_cache`` says."""
    if g.agent["failure"] == "malformed":
        return answer({"detail": "ok"})
    here = world()
    account = here.serving.account(agent_id)
    served = [one for one, _ in here.serving.served_by(agent_id)]
    return answer(
        {
            "collected_at": here.clock.now().isoformat(),
            "stale": False,
            "cpu": _counter(account, "num_cpus"),
            "memory": _counter(account, "memory_bytes"),
            "gpu": _gpus(account),
            "object_store": None,
            "running_jobs": sum(one.status is Status.DEPLOYING for one in served),
            "total_serve_replicas": account.held.replicas,
            "node_counts": {"total": 1, "alive": 1, "dead": 0},
            "nodes": [
                {
                    "node_id": f"node-{agent_id}",
                    "is_head_node": True,
                    "state": "ALIVE",
                    "cpu": _counter(account, "num_cpus"),
                    "memory": _counter(account, "memory_bytes"),
                    "gpus": [],
                }
            ],
        }
    )


@agent.get("/serve_applications/")
def applications(agent_id: int) -> Response:
    """What is on the agent, by name."""
    return answer([_shown(one, release) for one, release in world().serving.served_by(agent_id)])


@agent.get("/serve_applications/<name>/")
def application(agent_id: int, name: str) -> Response:
    """One application by its name, ``code@version``."""
    return answer(_shown(*_named(agent_id, name)))


@agent.delete("/serve_applications/<name>/")
def delete_application(agent_id: int, name: str) -> Response:
    """Take an application down by its name."""
    found, _ = _named(agent_id, name)
    world().serving.delete(found.tenant, found.id)
    return answer(None)


def _named(agent_id: int, name: str) -> tuple[Application, Release]:
    for found, release in world().serving.served_by(agent_id):
        if release.label == name:
            return found, release
    raise NotFound("Not found.", received=name)


def _shown(found: Application, release: Release) -> dict[str, Any]:
    return {"name": release.label, "status": str(found.status), "message": found.reason, "id": found.id}


def _number(body: dict[str, Any], name: str, default: float | None = None) -> float:
    """Return a number of the body that is not negative; ``null`` is as absent."""
    value = body.get(name)
    if value is None and default is not None:
        return default
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 2**63:  # which no NaN is
        raise Unprocessable(f"{name} is a number.", received=value, expected="a number that is not negative")
    return value


def _counter(account: Account, name: str) -> dict[str, float]:
    owned, held = float(getattr(account.owned, name)), float(getattr(account.held, name))
    return {"total": owned, "used": held, "available": float(getattr(account.free, name))}


def _gpus(account: Account) -> dict[str, Any]:
    share = 100 * float(account.held.num_gpus / account.owned.num_gpus) if account.owned.num_gpus else 0.0
    return {
        "total_gpus": int(account.owned.num_gpus),
        "available_gpus": int(account.free.num_gpus),
        "total_memory_bytes": 0,
        "available_memory_bytes": 0,
        "max_utilization": share,
        "avg_utilization": share,
    }
