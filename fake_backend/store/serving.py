"""Agents, plugin releases and serve applications as rows."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from fake_backend.core.errors import NotFound
from fake_backend.store.database import as_dicts
from fake_backend.store.schema import agents, plugin_releases, serve_applications

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Select, Table

    from fake_backend.store.database import Database

type Row = dict[str, Any]

SAVE = update(serve_applications).where(serve_applications.c.id == bindparam("row_id"))


class ServingRows:
    """Look-ups within a tenant, and the changes of serve applications."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def agent(self, agent_id: int, tenant: str | None = None) -> Row:
        """Return an agent.

        Args:
            agent_id: Its id.
            tenant: Whose it must be; anybody's when left out.

        Raises:
            NotFound: There is none.
        """
        return self._one(agents, agent_id, tenant)

    def agents(self) -> list[Row]:
        """Return every agent of every tenant."""
        return self._all(agents)

    def agent_of_token(self, token: str) -> Row | None:
        """Return the agent that presents a token, ``None`` for a token that no agent has."""
        found = self._all(agents, token=token)
        return found[0] if found else None

    def set_failure(self, agent_id: int, failure: str | None) -> None:
        """Store how an agent fails, ``None`` for not at all."""
        with self._database.transaction() as connection:
            connection.execute(update(agents).where(agents.c.id == agent_id).values(failure=failure))

    def release(self, release_id: int, tenant: str | None) -> Row:
        """Return a plugin release.

        Raises:
            NotFound: No such release for this tenant.
        """
        found = self._all(plugin_releases, id=release_id, tenant=tenant)
        return _only(found, received=release_id)

    def releases(self, tenant: str | None, code: str, version: str | None = None) -> list[Row]:
        """Return the releases of a plugin, or those of one version, the newest first."""
        of_version = {} if version is None else {"version": version}
        return self._all(plugin_releases, tenant=tenant, code=code, **of_version)[::-1]

    def application(self, application_id: int, tenant: str | None = None) -> Row:
        """Return a serve application.

        Args:
            application_id: Its id.
            tenant: Whose it must be; anybody's when left out.

        Raises:
            NotFound: There is none.
        """
        return self._one(serve_applications, application_id, tenant)

    def applications(
        self, *, agent_id: int | None = None, release_id: int | None = None, job_id: str | None = None
    ) -> list[Row]:
        """Return serve applications of every tenant, or those on an agent, of a release, of a job; by id."""
        wanted = {"agent_id": agent_id, "plugin_release_id": release_id, "job_id": job_id}
        return self._all(serve_applications, **{name: value for name, value in wanted.items() if value is not None})

    def greatest_id(self) -> int:
        """Return the greatest id of a serve application, 0 for none."""
        with self._database.transaction() as connection:
            return connection.execute(select(func.max(serve_applications.c.id))).scalar_one() or 0

    def add(self, columns: Mapping[str, Any]) -> None:
        """Store a new serve application."""
        with self._database.transaction() as connection:
            connection.execute(insert(serve_applications).values(**columns))

    def save(self, columns: Mapping[str, Any]) -> None:
        """Store what a serve application is now."""
        with self._database.transaction() as connection:
            connection.execute(SAVE, {"row_id": columns["id"], **columns})

    def remove(self, application_id: int) -> None:
        """Delete a serve application."""
        with self._database.transaction() as connection:
            connection.execute(delete(serve_applications).where(serve_applications.c.id == application_id))

    def _one(self, table: Table, row_id: int, tenant: str | None) -> Row:
        """Return the row of an id, anybody's where no tenant is named."""
        owned = {} if tenant is None else {"tenant": tenant}
        return _only(self._all(table, id=row_id, **owned), received=row_id)

    def _all(self, table: Table, **values: object) -> list[Row]:
        """Return the rows whose columns have these values, by id."""
        with self._database.transaction() as connection:
            return as_dicts(connection.execute(_holding(table, tuple(values)), values))


def _only(found: list[Row], *, received: object) -> Row:
    if not found:
        raise NotFound("Not found.", received=received)
    return found[0]


@cache
def _holding(table: Table, names: tuple[str, ...]) -> Select[Any]:
    """Return the statement that reads the rows whose columns have given values, built once for its names."""
    return select(table).where(*(table.c[name] == bindparam(name) for name in names)).order_by(table.c.id)
