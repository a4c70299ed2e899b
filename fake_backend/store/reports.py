"""What plugin runs report: job state, progress, metrics, log entries (contract.md 5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import case, insert, select, update

from fake_backend.core.errors import NotFound
from fake_backend.core.filter_sets import LOG_LEVELS
from fake_backend.core.job_status import OVER
from fake_backend.store.instants import shown
from fake_backend.store.schema import jobs, logs, plugin_releases

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_backend.store.database import Database

JSON_FIELDS = ("progress_record", "metrics_record", "result")
FREE_FIELDS = (*JSON_FIELDS, "meta")  # JSON that is replaced as a whole


class Reports:
    """Jobs of plugin runs and their logs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def job(self, tenant: str | None, job_id: str) -> dict[str, Any]:
        """Return a job as it was reported.

        Raises:
            NotFound: No such job for this tenant.
        """
        with self._database.transaction() as connection:
            query = select(jobs).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
            row = connection.execute(query).mappings().first()
        if row is None:
            raise NotFound("Not found.", received=job_id)
        reported = {name: json.loads(row[name]) for name in JSON_FIELDS}
        return {"id": row["id"], "status": row["status"], **reported, "updated": shown(row["updated"])}

    def detail(self, tenant: str | None, job_id: str) -> dict[str, Any]:
        """Return everything that is kept of a job, JSON parsed, with ``plugin_release``: the release's row or none.

        Raises:
            NotFound: No such job for this tenant.
        """
        query = select(jobs).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
        release = select(plugin_releases.c.id, plugin_releases.c.code, plugin_releases.c.version)
        with self._database.transaction() as connection:
            row = connection.execute(query).mappings().first()
            if row is None:
                raise NotFound("Not found.", received=job_id)
            ran = connection.execute(release.where(plugin_releases.c.id == row["plugin_release_id"])).mappings().first()
        told = {name: json.loads(row[name]) for name in FREE_FIELDS}
        return {**row, **told, "plugin_release": None if ran is None else dict(ran)}

    def add_job(self, tenant: str, job_id: str, at: int, *, action: str, plugin_release: int | None) -> None:
        """Store a job that nothing is reported of yet."""
        values = new_job(job_id, tenant, at, action=action, plugin_release=plugin_release)
        with self._database.transaction() as connection:
            connection.execute(insert(jobs).values(**values))

    def update_job(self, tenant: str | None, job_id: str, fields: Mapping[str, Any], at: int) -> dict[str, Any]:
        """Store what a run reports of itself; ``fields`` are status, progress_record, metrics_record, result.

        Raises:
            NotFound: No such job for this tenant.
        """
        values = {name: json.dumps(value) if name in FREE_FIELDS else value for name, value in fields.items()}
        if fields.get("status") is not None:
            values["completed"] = case((jobs.c.completed.is_not(None), jobs.c.completed), else_=at)
            if fields["status"] not in OVER:
                values["completed"] = None
        with self._database.transaction() as connection:
            statement = update(jobs).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
            connection.execute(statement.values(updated=at, **values))
        return self.job(tenant, job_id)

    def add_logs(self, tenant: str | None, entries: Sequence[Mapping[str, Any]], at: int) -> list[int]:
        """Store log entries, all or none, and return their ids in the same order.

        Raises:
            NotFound: An entry names a job that does not exist for this tenant.
        """
        if not entries:  # SQL has no insert of nothing
            return []
        with self._database.transaction() as connection:
            for job_id in {str(entry["job"]) for entry in entries}:
                query = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
                if connection.execute(query).first() is None:
                    raise NotFound("Not found.", received=job_id, field="job")
            return list(
                connection.execute(
                    insert(logs).returning(logs.c.id, sort_by_parameter_order=True),
                    [
                        {
                            "job_id": str(entry["job"]),
                            "tenant": tenant,
                            "event": str(entry["event"]),
                            "level": entry["level"] if entry.get("level") in LOG_LEVELS else "info",
                            "entry": json.dumps(entry, ensure_ascii=False),
                            "received": at,
                        }
                        for entry in entries
                    ],
                ).scalars()
            )

    def logs(self, tenant: str | None, job_id: str) -> list[dict[str, Any]]:
        """Return a job's log entries as they came."""
        query = select(logs.c.entry).join(jobs).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
        with self._database.transaction() as connection:
            return [json.loads(entry) for entry in connection.execute(query.order_by(logs.c.id)).scalars()]


def new_job(
    job_id: str, tenant: str, at: int, *, action: str = "", plugin_release: int | None = None, status: str = "PENDING"
) -> dict[str, Any]:
    """Return the columns of a job that nothing is reported of yet.

    Args:
        job_id: UUID.
        tenant: Whose job.
        at: When it was made, in microseconds since the epoch.
        action: What runs, such as ``export``.
        plugin_release: Id of what it is an action of.
        status: Where it stands.
    """
    return {
        "id": job_id,
        "tenant": tenant,
        "status": status,
        **dict.fromkeys(FREE_FIELDS, "{}"),
        "action": action,
        "plugin_release_id": plugin_release,
        "created": at,
        "updated": at,
        "completed": at if status in OVER else None,
    }
