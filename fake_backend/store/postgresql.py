"""Rows in PostgreSQL: one schema of a server's database for each world, and one session for each backend.

The session holds an advisory lock as long as it lives, so that whoever can write is the one who holds the world. It is
never replaced: another backend may have had the world since it was lost, and what this one knows would be old.
"""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import StaticPool
from sqlalchemy.schema import CreateIndex, CreateTable

from fake_backend.core.errors import Unavailable
from fake_backend.store.addresses import DatabaseUnusable
from fake_backend.store.make import make
from fake_backend.store.schema import metadata

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.engine import Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor

    from fake_backend.store.addresses import Address

PATIENCE = "2s"  # of the server, for a lock whose holder was killed a moment ago: it notices when it looks
REACHED_WITHIN = 10  # seconds, of a connection
NAME = "fake-backend"  # of the session, where an administrator looks: pg_stat_activity
MARK = "fake-backend, tables of make"
LOCK_NOT_AVAILABLE = "55P03"  # SQLSTATE
DRIVER_MISSING = "its driver is not installed; pip install 'fake-backend[postgres]'."


class DatabaseLost(Unavailable):
    """The server has ended the session: this backend has no rows any more."""


def opened(address: Address) -> Engine:
    """Return the engine of a world's schema, which is made where it is not there yet.

    Raises:
        DatabaseUnusable: The database cannot be reached, the driver is missing, another backend has the world, or the
            schema holds tables of another make.
    """
    sessions: list[DBAPIConnection] = []

    def connect() -> DBAPIConnection:
        if sessions:
            raise lost(address)
        sessions.append(_session(address, dialect))
        return sessions[0]

    try:
        dialect, compiled = _dialect(address.url)
        engine = Engine(
            pool=StaticPool(connect, dialect=dialect),
            dialect=dialect,
            url=address.url,
            execution_options={"compiled_cache": compiled},
        )
        engine.connect().close()
    except ImportError as error:  # of the driver, or of PostgreSQL's own library within it
        raise address.unusable(DRIVER_MISSING) from error
    except DBAPIError as error:
        raise address.unusable(error.orig) from error
    return engine


def lost(address: Address) -> DatabaseLost:
    """Return the refusal of everything that is asked after the server has ended the session."""
    return DatabaseLost("The session with the database has ended; a new backend goes on there.", received=address.told)


@lru_cache(maxsize=8)
def _dialect(url: URL) -> tuple[Dialect, dict[Any, Any]]:
    """Return the dialect that has seen a database, and what is compiled for it: its worlds share both."""
    engine = create_engine(url, connect_args={"connect_timeout": REACHED_WITHIN})
    try:
        engine.connect().close()
    finally:
        engine.dispose()
    return engine.dialect, {}


def _session(address: Address, dialect: Dialect) -> DBAPIConnection:
    """Return a session that holds the world and sees its tables alone."""
    arguments, options = dialect.create_connect_args(address.url)
    defaults = {"application_name": NAME, "client_encoding": "UTF8", "connect_timeout": REACHED_WITHIN}
    session = dialect.connect(*arguments, **{**defaults, **options})
    try:
        session.autocommit = True
        cursor = session.cursor()
        _recognise_encoding(cursor, address)
        _hold(cursor, address, dialect)
        _enter(cursor, address, dialect)
        cursor.close()
        session.autocommit = False
    except BaseException:
        session.close()
        raise
    return session


def _recognise_encoding(cursor: DBAPICursor, address: Address) -> None:
    """Refuse a database that cannot hold every text."""
    cursor.execute("SHOW server_encoding")
    (encoding,) = cursor.fetchone() or ("unknown",)
    if encoding != "UTF8":
        raise DatabaseUnusable(f"the database {address.told!r} is in {encoding}; one in UTF8 is needed, for any text.")


def _hold(cursor: DBAPICursor, address: Address, dialect: Dialect) -> None:
    """Take the world's lock, which goes with the session, however that ends."""
    key = int.from_bytes(hashlib.sha256(f"{NAME}:{address.schema}".encode()).digest()[:8], signed=True)
    cursor.execute(f"SET lock_timeout = '{PATIENCE}'")
    try:
        cursor.execute(f"SELECT pg_advisory_lock({key})")
    except dialect.loaded_dbapi.OperationalError as error:
        if getattr(error, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        raise DatabaseUnusable(
            f"the database {address.told!r} is in use by another backend, whose jobs this one would take for lost; "
            f"stop that one first, or name another schema than {address.schema}, as in ?schema=mine."
        ) from None
    cursor.execute("RESET lock_timeout")


def _enter(cursor: DBAPICursor, address: Address, dialect: Dialect) -> None:
    """See the world's schema alone, made where it is not there; refuse one with tables of another make."""
    schema = address.schema
    cursor.execute(f"SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'")
    if cursor.fetchone() == (0,):  # asked first: whoever may not make schemas may be given one
        cursor.execute(f"CREATE SCHEMA {schema}")
    cursor.execute(f"SET search_path TO {schema}")
    cursor.execute(
        "SELECT count(*), max(obj_description(pg_class.oid, 'pg_class')) FILTER (WHERE relname = 'lives') "
        f"FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE nspname = '{schema}'"
    )
    there, mark = cursor.fetchone() or (0, None)
    if not there:
        cursor.execute(_tables(dialect))
    elif mark != _mark():
        raise DatabaseUnusable(
            f"the schema {schema} of the database {address.told!r} was made by another version or another program; "
            "name another, as in ?schema=mine."
        )


def _mark() -> str:
    return f"{MARK} {make()}"


@cache
def _tables(dialect: Dialect) -> str:
    """Return what makes the tables and marks them, all or none."""
    made = [str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables]
    made += [
        str(CreateIndex(index).compile(dialect=dialect))
        for table in metadata.sorted_tables
        for index in sorted(table.indexes, key=lambda index: str(index.name))
    ]
    return ";".join(["BEGIN", *made, f"COMMENT ON TABLE lives IS '{_mark()}'", "COMMIT"])
