"""Async jobs as rows: the state is one JSON document that its state machine writes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import bindparam, func, insert, select, update

from fake_backend.core.filters import Comparison
from fake_backend.store.schema import async_jobs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import ColumnElement

    from fake_backend.core.filters import Condition
    from fake_backend.store.database import Database

OF_TENANT = select(async_jobs.c.state).where(
    async_jobs.c.id == bindparam("job"), async_jobs.c.tenant == bindparam("tenant")
)
OF_OWNER = OF_TENANT.where(async_jobs.c.owner_id == bindparam("owner"))  # asked by every request about a job


@dataclass(frozen=True)
class Place:
    """Where a job writes.

    Args:
        storage_id: Of the storage.
        prefix: Of everything that it writes, below the storage's root.
    """

    storage_id: int
    prefix: str


class AsyncJobs:
    """Rows of async jobs, by owner."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, state: Mapping[str, Any], place: Place, *, tenant: str, owner: int) -> None:
        """Store a new job.

        Args:
            state: Its document.
            place: Where its bundle is written.
            tenant: Code.
            owner: Id of a user.
        """
        with self._database.transaction() as connection:
            newest = connection.execute(select(func.coalesce(func.max(async_jobs.c.number), 0))).scalar_one()
            connection.execute(
                insert(async_jobs).values(
                    id=state["id"],
                    tenant=tenant,
                    owner_id=owner,
                    number=newest + 1,
                    state=json.dumps(state),
                    storage_id=place.storage_id,
                    prefix=place.prefix,
                )
            )

    def save(self, job_id: str, state: Mapping[str, Any]) -> None:
        """Store a job's new state."""
        with self._database.transaction() as connection:
            connection.execute(update(async_jobs).where(async_jobs.c.id == job_id).values(state=json.dumps(state)))

    def state(self, job_id: str, tenant: str | None, owner: int | None) -> dict[str, Any] | None:
        """Return a job's state for its owner, ``None`` for anybody else; without an owner, for all of its tenant."""
        asked = {"job": job_id, "tenant": tenant} | ({} if owner is None else {"owner": owner})
        with self._database.transaction() as connection:
            found = connection.execute(OF_TENANT if owner is None else OF_OWNER, asked).scalar_one_or_none()
        return None if found is None else json.loads(found)

    def of(self, tenant: str | None, owner: int) -> list[dict[str, Any]]:
        """Return the states of an owner's jobs, newest first."""
        query = select(async_jobs.c.state).where(async_jobs.c.tenant == tenant, async_jobs.c.owner_id == owner)
        with self._database.transaction() as connection:
            return [json.loads(row) for row in connection.execute(query.order_by(async_jobs.c.number.desc())).scalars()]

    def count(self, tenant: str | None, owner: int, conditions: Sequence[Condition]) -> int:
        """Return how many of an owner's jobs pass ``conditions``."""
        query = select(func.count()).select_from(async_jobs).where(*_mine(tenant, owner, conditions))
        with self._database.transaction() as connection:
            return connection.execute(query).scalar_one()

    def page(
        self, tenant: str | None, owner: int, conditions: Sequence[Condition], *, oldest_first: bool, part: slice
    ) -> list[dict[str, Any]]:
        """Return the states of some of an owner's jobs, in the order in which they were made, or the other way round.

        Args:
            tenant: Who asks.
            owner: Whose jobs.
            conditions: What jobs must pass.
            oldest_first: The direction.
            part: Which of them, by position.
        """
        by = async_jobs.c.number.asc() if oldest_first else async_jobs.c.number.desc()
        query = select(async_jobs.c.state).where(*_mine(tenant, owner, conditions)).order_by(by)
        with self._database.transaction() as connection:
            rows = connection.execute(query.offset(part.start).limit(part.stop - part.start)).scalars()
            return [json.loads(row) for row in rows]

    def all(self) -> list[tuple[dict[str, Any], str, Place]]:
        """Return (state, tenant, place) of every job of every owner, oldest first."""
        query = select(async_jobs).order_by(async_jobs.c.number)
        with self._database.transaction() as connection:
            return [
                (json.loads(row.state), row.tenant, Place(row.storage_id, row.prefix))
                for row in connection.execute(query)
            ]


def _mine(tenant: str | None, owner: int, conditions: Sequence[Condition]) -> list[ColumnElement[bool]]:
    """Return the clauses of a list of jobs; each condition names ids that must be among, or must not."""
    clauses = [async_jobs.c.tenant == tenant, async_jobs.c.owner_id == owner]
    for condition in conditions:
        inside = async_jobs.c.id.in_(cast("Sequence[str]", condition.value))
        clauses.append(~inside if condition.test is Comparison.OUTSIDE else inside)
    return clauses
