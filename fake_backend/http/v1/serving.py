"""Agents, plugin releases and serve applications (contract.md 4 and 7)."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from flask import Blueprint, Response

from fake_backend.core.filter_sets import AGENTS_V1, SERVE_APPLICATIONS_V1
from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import answer
from fake_backend.http.request import api_url, caller, world
from fake_backend.http.v1.lists import list_rows
from fake_backend.http.wire import Field, List, Shape, column, columns, instant
from fake_backend.store.instants import stored
from fake_backend.store.kinds import AGENTS, SERVE_APPLICATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.http.wire import Around, Row

serving = Blueprint("v1-serving", __name__)

MINUTE = 60_000_000  # microseconds
BEFORE: Final[Mapping[str, str]] = {
    "RUNNING": "DEPLOYING",
    "DEPLOY_FAILED": "DEPLOYING",
    "UNHEALTHY": "RUNNING",
    "UNAVAILABLE": "RUNNING",
    "DELETING": "RUNNING",
}
"""The status that an application most likely had before the one that it has."""


def agent_url(agent_id: int) -> str:
    """Return the address of an agent, which is below the backend's own."""
    return f"{api_url()}/__agents__/{agent_id}"


def _script(row: Row, _: Around) -> str | None:
    """Return the command that installs a node, which is where some agents' token can be read (contract.md 4)."""
    if not row["token_in_script"]:
        return None
    return f"curl -sSL {api_url()}/agents/{row['token']}/node_install_script/ | bash"


AGENT = Shape(
    {
        **columns("id", "name"),
        "url": Field(("id", "has_address"), lambda row, _: agent_url(row["id"]) if row["has_address"] else None),
        "status": Field(("failure",), lambda row, _: "disconnected" if row["failure"] == "down" else "connected"),
        "token": Field(("token", "token_in_script"), lambda row, _: None if row["token_in_script"] else row["token"]),
        "node_install_script": Field(("token", "token_in_script"), _script),
        "projects": Field(
            ("projects",), lambda row, _: None if row["projects"] is None else json.loads(row["projects"])
        ),
    }
)


def _data(row: Row, around: Around) -> dict[str, Any]:
    return {
        "name": around.world.serving.release(row["tenant"], str(row["plugin_release_id"])).label,
        **{name: row[name] for name in ("phase", "reason", "calls")},
        **json.loads(row["needs"]),
    }


def _status(row: Row, around: Around) -> str:
    age = stored(around.world.clock.now()) - row["changed"]
    if "serving-status-stale" in around.world.bugs and age < MINUTE:
        return BEFORE.get(row["status"], row["status"])
    return str(row["status"])


SERVE_APPLICATION = Shape(
    {
        "id": column("id"),
        "job": column("job_id"),
        "agent": column("agent_id"),
        "plugin_release": column("plugin_release_id"),
        "plugin_code": column("plugin_code"),
        "status": Field(("status", "changed"), _status),
        "data": Field(("tenant", "plugin_release_id", "phase", "reason", "calls", "needs"), _data),
        "created": instant("created"),
        "updated": instant("changed"),
    }
)

LISTS = (
    List("agents", AGENTS, AGENTS_V1, AGENT),
    List("serve_applications", SERVE_APPLICATIONS, SERVE_APPLICATIONS_V1, SERVE_APPLICATION),
)


@serving.get("/plugin_releases/<lookup>/")
def get_release(lookup: str) -> Response:
    """One release, by its id or as ``code@version``, with its configuration."""
    found = world().serving.release(caller().tenant, lookup)
    return answer(
        {
            "id": found.id,
            "plugin": found.code,
            "name": found.name,
            "version": found.version,
            "config": found.shown_config(),
        }
    )


@serving.delete(f"/serve_applications/<int(max={MAX_ID}):application_id>/")
def delete_application(application_id: int) -> Response:
    """Take an application down; it is ``DELETING`` until the calls under way are over."""
    world().serving.delete(caller().tenant, application_id)
    return answer(None)


for _listed in LISTS:
    serving.add_url_rule(f"/{_listed.path}/", _listed.path, partial(list_rows, _listed))
