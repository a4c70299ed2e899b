"""One world's database: SQLite in memory unless a URL names a file, or a PostgreSQL server.

All access is serialised by one lock: SQLite has one writer anyway, a backend has one session with PostgreSQL, and a
reader that waits a millisecond is cheaper than a lock error that no real client would ever see.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Result, delete
from sqlalchemy.exc import DBAPIError

from fake_backend.store import postgresql, sqlite
from fake_backend.store.addresses import DatabaseUnusable, address
from fake_backend.store.schema import lives, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fake_backend.store.hold import Hold

__all__ = ["Database", "DatabaseUnusable", "as_dicts"]


class Database:
    """Connections to one world's rows.

    Args:
        url: SQLAlchemy URL; ``None`` keeps the rows in memory, for this world alone. A file of SQLite, or a schema of a
            PostgreSQL database, is held until ``close``.

    Raises:
        DatabaseUnusable: The URL cannot be opened.
    """

    def __init__(self, url: str | None = None) -> None:
        self._address = None if url is None else address(url)
        self._lock = threading.RLock()
        self._under_way: Connection | None = None
        self._kept: Connection | None = None
        self._hold: Hold | None = None
        if self._address is None:
            self._engine = sqlite.in_memory()
        elif self._address.schema is not None:
            self._engine = postgresql.opened(self._address)  # which is held by the session
        else:
            self._hold = sqlite.held(self._address)
            try:
                self._engine = sqlite.opened(self._address)
            except BaseException:
                self._let_go()
                raise

    def __repr__(self) -> str:
        return f"<Database {self.told}>"

    @property
    def told(self) -> str:
        """Where the rows are, for people: the URL without its password."""
        return "in memory" if self._address is None else self._address.told

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection in a transaction: committed at the end, rolled back when an error leaves it.

        Within a transaction of the same thread it is that one.

        Raises:
            DatabaseLost: The server has ended the session.
        """
        with self._lock:
            if self._under_way is not None:
                yield self._under_way
                return
            try:
                with self._begun() as connection:
                    self._under_way = connection
                    try:
                        yield connection
                    finally:
                        self._under_way = None
            except DBAPIError as error:
                if error.connection_invalidated and self._address is not None:
                    raise postgresql.lost(self._address) from error
                raise

    @contextmanager
    def _begun(self) -> Iterator[Connection]:
        """Yield a connection in a new transaction; rows in memory have one for good, which spares its making."""
        if self._address is not None:
            with self._engine.begin() as connection:
                yield connection
            return
        if self._kept is None:
            self._kept = self._engine.connect()
        with self._kept.begin():
            yield self._kept

    @property
    def file(self) -> Path | None:
        """The file that holds the rows, ``None`` where it is no single one."""
        return None if self._address is None else self._address.file

    def empty(self) -> None:
        """Delete every row, but remember how often the database was opened: what was drawn stays drawn."""
        with self.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                if table is not lives:
                    connection.execute(delete(table))

    def learn(self) -> None:
        """Tell PostgreSQL's planner how many rows there are: by itself it learns that minutes later."""
        with self.transaction() as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"ANALYZE {', '.join(metadata.tables)}")

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            if self._kept is not None:
                self._kept.close()
                self._kept = None
            self._engine.dispose()
            self._let_go()

    def _let_go(self) -> None:
        if self._hold is not None:
            self._hold.close()


def as_dicts(result: Result[Any]) -> list[dict[str, Any]]:
    """Return rows as dicts: quicker than by ``mappings()``, which looks the names up for each row anew."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]
