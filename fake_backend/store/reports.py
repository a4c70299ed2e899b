"""What plugin runs report: job state, progress, metrics, log entries (contract.md 5)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from fake_backend.core.errors import NotFound
from fake_backend.store.instants import shown
from fake_backend.store.schema import jobs, logs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_backend.store.database import Database

JSON_FIELDS = ("progress_record", "metrics_record", "result")


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

    def add_job(self, tenant: str, job_id: str, at: int) -> None:
        """Store a job that nothing is reported of yet."""
        empty = dict.fromkeys(JSON_FIELDS, "{}")
        with self._database.transaction() as connection:
            connection.execute(insert(jobs).values(id=job_id, tenant=tenant, status="PENDING", updated=at, **empty))

    def update_job(self, tenant: str | None, job_id: str, fields: Mapping[str, Any], at: int) -> dict[str, Any]:
        """Store what a run reports of itself; ``fields`` are status, progress_record, metrics_record, result.

        Raises:
            NotFound: No such job for this tenant.
        """
        values = {name: json.dumps(value) if name in JSON_FIELDS else value for name, value in fields.items()}
        with self._database.transaction() as connection:
            statement = update(jobs).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
            connection.execute(statement.values(updated=at, **values))
        return self.job(tenant, job_id)

    def add_logs(self, tenant: str | None, entries: Sequence[Mapping[str, Any]], at: int) -> None:
        """Store log entries, all or none.

        Raises:
            NotFound: An entry names a job that does not exist for this tenant.
        """
        if not entries:  # SQL has no insert of nothing
            return
        with self._database.transaction() as connection:
            for job_id in {str(entry["job"]) for entry in entries}:
                query = select(jobs.c.id).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
                if connection.execute(query).first() is None:
                    raise NotFound("Not found.", received=job_id, field="job")
            connection.execute(
                insert(logs),
                [
                    {
                        "job_id": str(entry["job"]),
                        "event": str(entry["event"]),
                        "entry": json.dumps(entry, ensure_ascii=False),
                        "received": at,
                    }
                    for entry in entries
                ],
            )

    def logs(self, tenant: str | None, job_id: str) -> list[dict[str, Any]]:
        """Return a job's log entries as they came."""
        query = select(logs.c.entry).join(jobs).where(jobs.c.id == job_id, jobs.c.tenant == tenant)
        with self._database.transaction() as connection:
            return [json.loads(entry) for entry in connection.execute(query.order_by(logs.c.id)).scalars()]
