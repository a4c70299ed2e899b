"""Rows in SQLite: in memory for a world that ends with its process, or in a file that outlives it.

A new world in memory starts from a serialised template, which costs a copy of some pages instead of a schema.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import StaticPool

from fake_backend.store.addresses import DatabaseUnusable
from fake_backend.store.hold import AlreadyHeld, Hold
from fake_backend.store.make import make
from fake_backend.store.schema import metadata

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.engine.interfaces import DBAPIConnection

    from fake_backend.store.addresses import Address


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


def in_memory() -> Engine:
    """Return the engine of an empty database that nobody else sees."""
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


def held(address: Address) -> Hold | None:
    """Take a file for one world; ``None`` where there is no single file.

    Raises:
        DatabaseUnusable: Another world has it, or there can be no file beside it.
    """
    if address.file is None:
        return None
    try:
        return Hold(address.file)
    except AlreadyHeld:
        raise DatabaseUnusable(
            f"the database {address.told!r} is in use by another backend, whose jobs this one would take for lost; "
            "stop that one first, or name another file."
        ) from None
    except OSError as error:
        raise address.unusable(error) from error


def opened(address: Address) -> Engine:
    """Return the engine of a database that has the tables.

    Raises:
        DatabaseUnusable: It cannot be opened, or has tables of another make.
    """
    try:
        engine = create_engine(address.url)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "connect", _last)
        _recognise(engine, address)
        metadata.create_all(engine)
    except (DatabaseError, ModuleNotFoundError) as error:
        raise address.unusable(error) from error
    return engine


def _recognise(engine: Engine, address: Address) -> None:
    """Refuse a file with tables of another make, and mark a new one: tables are made once and never altered."""
    with engine.begin() as connection:
        found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
        there = connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar_one()
        if there and found != make():
            raise DatabaseUnusable(
                f"the database {address.told!r} was made by another version or another program; "
                "name a file that is not there."
            )
        connection.exec_driver_sql(f"PRAGMA user_version={make()}")


def _last(connection: sqlite3.Connection, _record: object) -> None:
    """Let a commit cost little and outlive a process that is killed; only the machine's own end may take it along."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _prepare(connection: sqlite3.Connection, _record: object) -> None:
    """Switch references on: PostgreSQL has them always."""
    connection.execute("PRAGMA foreign_keys=ON")
