"""Agents, plugin releases and serve applications of a seed document as rows of tables."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from sqlalchemy import select

from fake_backend.seeding.upserts import put
from fake_backend.store import schema

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fake_backend.core.ids import Draws
    from fake_backend.seeding.rows import SeedDocument

RELEASE_COLUMNS: Final = ("id", "tenant", "code", "version")
NEEDS: Final = ("num_cpus", "num_gpus", "memory_bytes", "num_replicas")


def write(connection: Connection, document: SeedDocument, draws: Draws, moment: int) -> None:
    """Write what ``document`` says of serving.

    Args:
        connection: In a transaction, after projects and jobs.
        document: Valid rows.
        draws: Where tokens come from that the document leaves out.
        moment: Instant of loading, in microseconds since the epoch.
    """
    _agents(connection, document, draws)
    put(
        connection,
        schema.plugin_releases,
        (
            {
                **{name: getattr(row, name) for name in RELEASE_COLUMNS},
                "spec": json.dumps(
                    {name: value for name, value in asdict(row).items() if name not in RELEASE_COLUMNS},
                    ensure_ascii=False,
                ),
            }
            for row in document.plugin_releases
        ),
    )
    release_of = {row.id: row for row in document.plugin_releases}
    put(
        connection,
        schema.serve_applications,
        (
            {
                "id": row.id,
                "tenant": release_of[row.plugin_release].tenant,
                "plugin_release_id": row.plugin_release,
                "plugin_code": release_of[row.plugin_release].code,
                "agent_id": row.agent,
                "job_id": row.job,
                "owns_job": False,
                "status": row.status,
                "phase": "image_pull" if row.status == "DEPLOYING" else "",
                "reason": row.reason,
                "needs": json.dumps({name: getattr(release_of[row.plugin_release], name) for name in NEEDS}),
                "calls": 0,
                "is_lasting": True,
                "queued": None,
                "created": moment,
                "changed": moment,
            }
            for row in document.serve_applications
        ),
    )


def _agents(connection: Connection, document: SeedDocument, draws: Draws) -> None:
    held = {row.id: row.token for row in connection.execute(select(schema.agents.c.id, schema.agents.c.token))}
    put(
        connection,
        schema.agents,
        (
            {
                **asdict(row),
                "token": row.token or held.get(row.id) or draws.token(f"agents/{row.id}"),
                "projects": None if row.projects is None else json.dumps(row.projects),
            }
            for row in document.agents
        ),
    )
