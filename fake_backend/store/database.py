"""One world's database: SQLite in memory unless a URL names another.

A new world in memory starts from a serialised template, which costs a copy of some pages instead of a schema. All
access is serialised by one lock: SQLite has one writer anyway, and a reader that waits a millisecond is cheaper than a
lock error that no real client would ever see.
"""

from __future__ import annotations

import sqlite3
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from zlib import crc32

from sqlalchemy import URL, Connection, Engine, Result, create_engine, delete, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateTable

from fake_backend.store.hold import AlreadyHeld, Hold
from fake_backend.store.schema import lives, metadata

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection


class DatabaseUnusable(ValueError):  # noqa: N818 (a refusal)
    """The database URL names nothing that can be opened, rows of another make, or a file that is in use."""


class Database:
    """Connections to one world's rows.

    Args:
        url: SQLAlchemy URL; ``None`` keeps the rows in memory, for this world alone. A file of SQLite is held until
            ``close``; two worlds on one server are not kept apart.

    Raises:
        DatabaseUnusable: The URL cannot be opened.
    """

    def __init__(self, url: str | None = None) -> None:
        self.url = url
        self._lock = threading.RLock()
        self._under_way: Connection | None = None
        self._hold = None if url is None else _held(url)
        try:
            self._engine = _in_memory() if url is None else _opened(url)
        except BaseException:
            self._let_go()
            raise

    def __repr__(self) -> str:
        return f"<Database {'in memory' if self.url is None else self._engine.url!r}>"

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Yield a connection in a transaction: committed at the end, rolled back when an error leaves it.

        Within a transaction of the same thread it is that one.
        """
        with self._lock:
            if self._under_way is not None:
                yield self._under_way
                return
            with self._engine.begin() as connection:
                self._under_way = connection
                try:
                    yield connection
                finally:
                    self._under_way = None

    @property
    def file(self) -> Path | None:
        """The file that holds the rows, ``None`` where it is no single one."""
        return _file(self._engine.url)

    def empty(self) -> None:
        """Delete every row, but remember how often the database was opened: what was drawn stays drawn."""
        with self.transaction() as connection:
            for table in reversed(metadata.sorted_tables):
                if table is not lives:
                    connection.execute(delete(table))

    def close(self) -> None:
        """Let go of the connections."""
        with self._lock:
            self._engine.dispose()
            self._let_go()

    def _let_go(self) -> None:
        if self._hold is not None:
            self._hold.close()


def as_dicts(result: Result[Any]) -> list[dict[str, Any]]:
    """Return rows as dicts: quicker than by ``mappings()``, which looks the names up for each row anew."""
    names = tuple(result.keys())
    return [dict(zip(names, row, strict=True)) for row in result.all()]


@dataclass(frozen=True)
class _Template:
    """What worlds in memory have in common: an empty database as bytes, and the dialect that has seen it.

    One dialect for all lets SQLAlchemy find statements that another world has compiled, since a compiled statement is
    looked up by its dialect.
    """

    image: bytes
    dialect: Dialect
    compiled: dict[Any, Any]


@cache
def _template() -> _Template:
    connection = sqlite3.connect(":memory:")
    engine = create_engine("sqlite://", creator=lambda: connection, poolclass=StaticPool)
    metadata.create_all(engine)
    image = connection.serialize()
    engine.dispose()
    return _Template(image, engine.dialect, {})


def _in_memory() -> Engine:
    template = _template()

    def connect() -> DBAPIConnection:
        connection = sqlite3.connect(":memory:", check_same_thread=False)
        connection.deserialize(template.image)
        _prepare(connection, None)
        return cast("DBAPIConnection", connection)

    return Engine(
        pool=StaticPool(connect, dialect=template.dialect),
        dialect=template.dialect,
        url=make_url("sqlite://"),
        execution_options={"compiled_cache": template.compiled},
    )


def _file(url: URL) -> Path | None:
    name = url.database if url.get_backend_name() == "sqlite" else None
    return Path(name).absolute() if name and name != ":memory:" else None


def _held(url: str) -> Hold | None:
    try:
        file = _file(make_url(url))
        return None if file is None else Hold(file)
    except AlreadyHeld:
        raise DatabaseUnusable(
            f"the database {url!r} is in use by another backend, whose jobs this one would take for lost; "
            "stop that one first, or name another file."
        ) from None
    except (ArgumentError, OSError) as error:
        raise DatabaseUnusable(f"cannot open the database {url!r}: {str(error).splitlines()[0]}") from error


def _opened(url: str) -> Engine:
    try:
        engine = create_engine(url)
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare)
            event.listen(engine, "connect", _last)
            _recognise(engine, url)
        metadata.create_all(engine)
    except (ArgumentError, DatabaseError, ModuleNotFoundError) as error:
        raise DatabaseUnusable(f"cannot open the database {url!r}: {str(error).splitlines()[0]}") from error
    return engine


def _recognise(engine: Engine, url: str) -> None:
    """Refuse a file with tables of another make, and mark a new one: tables are made once and never altered."""
    make = crc32(";".join(str(CreateTable(table)) for table in metadata.sorted_tables).encode()) >> 1
    with engine.begin() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        held = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if held and found != make:
            raise DatabaseUnusable(
                f"the database {url!r} was made by another version or another program; name a file that is not there."
            )
        connection.exec_driver_sql(f"PRAGMA user_version={make}")


def _last(connection: sqlite3.Connection, _record: object) -> None:
    """Let a commit cost little and outlive a process that is killed; only the machine's own end may take it along."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Switch references on, and teach SQLite to fold the case of any script (its own ``lower`` is ASCII only)."""
    connection.execute("PRAGMA foreign_keys=ON")
    connection.create_function("casefold", 1, str.casefold, deterministic=True)
