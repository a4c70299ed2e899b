"""Schemas of a PostgreSQL database, one for each world, made by the world and removed after it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.pool import StaticPool

if TYPE_CHECKING:
    from collections.abc import Iterator


class Schemas:
    """Schemas that are there while they are needed.

    Args:
        url: Of the database, ``postgresql://...``.
        prefix: Of their names.
    """

    def __init__(self, url: str, prefix: str = "world") -> None:
        self._url = make_url(url)
        engine = create_engine(self._url.set(drivername="postgresql+psycopg"), poolclass=StaticPool)
        self._administrator = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._prefix = f"{prefix}_{os.getpid()}"
        self._numbers = count(1)

    def fresh(self) -> str:
        """Return the URL of a schema that is not there yet."""
        schema = f"{self._prefix}_{next(self._numbers)}"
        return self._url.update_query_dict({"schema": schema}).render_as_string(hide_password=False)

    def drop(self, url: str) -> None:
        """Remove the schema of a URL with all that is in it."""
        with self._administrator.connect() as connection:
            connection.execute(text(f"DROP SCHEMA IF EXISTS {make_url(url).query['schema']} CASCADE"))

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Yield the URL of a schema that goes when the block is left."""
        url = self.fresh()
        try:
            yield url
        finally:
            self.drop(url)

    def close(self) -> None:
        """Let go of the server."""
        self._administrator.dispose()
