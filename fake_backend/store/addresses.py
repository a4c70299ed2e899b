"""What a database URL names, before anything is opened: which of the two databases, and where in it the world lies.

A URL may hold a password. It is shown by ``told`` alone, which hides it; no message and no ``repr`` holds the URL.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

SCHEMA: Final = "fake_backend"
"""Where a world lies on a server unless the URL names another schema."""

_DRIVER = "postgresql+psycopg"
_SERVERS = frozenset({"postgresql", "postgres", _DRIVER})  # libpq reads ``postgres://`` too, and hosters hand it out
_SCHEMA_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")  # no quotes are needed, and PostgreSQL cuts names after 63 bytes
_SECRETS = ("password", "sslpassword")  # what libpq also takes after the question mark
_IN_TEXT = re.compile(r"(?<=://).*@|(?<=password=)[^&]*")
_HIDDEN = "***"


class DatabaseUnusable(ValueError):  # noqa: N818 (a refusal)
    """The database URL names nothing that can be opened, rows of another make, or what is in use."""


@dataclass(frozen=True)
class Address:
    """Where a world's rows are.

    Args:
        url: For SQLAlchemy, with the driver; password included.
        told: The URL as people may see it.
        schema: Of a server's database; ``None`` for SQLite.
    """

    url: URL = field(repr=False)
    told: str
    schema: str | None = None

    @property
    def file(self) -> Path | None:
        """The file that holds the rows, ``None`` where it is no single one."""
        name = self.url.database if self.schema is None else None
        return Path(name).absolute() if name and name != ":memory:" else None

    def unusable(self, reason: object) -> DatabaseUnusable:
        """Return the refusal to open it, with the first line of what was said and no password in it."""
        said = (str(reason).splitlines() or [""])[0]
        secrets = [self.url.password, *(self.url.query.get(name) for name in _SECRETS)]
        for secret in secrets:
            if secret:
                said = said.replace(str(secret), _HIDDEN)
        return DatabaseUnusable(f"cannot open the database {self.told!r}: {said}")


def address(text: str) -> Address:
    """Return what a database URL names.

    Args:
        text: ``sqlite:///FILE``, or ``postgresql://USER@HOST/DATABASE``, of which ``?schema=NAME`` names the schema.

    Raises:
        DatabaseUnusable: It is no URL, or one of another database or driver, or its schema can be no world's.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        told = _IN_TEXT.sub(_HIDDEN + "@", text)
        raise DatabaseUnusable(
            f"cannot open the database {told!r}: it is no URL, such as sqlite:///world.db or "
            "postgresql://user@host/database."
        ) from None
    told = _told(url)
    if url.get_backend_name() == "sqlite":
        return Address(url, told)
    if url.drivername not in _SERVERS:
        raise DatabaseUnusable(
            f"cannot open the database {told!r}: {url.drivername} is neither sqlite nor postgresql (with psycopg 3)."
        )
    return Address(url.set(drivername=_DRIVER).difference_update_query(["schema"]), told, _schema(url, told))


def _told(url: URL) -> str:
    hidden = url.update_query_dict({name: _HIDDEN for name in _SECRETS if name in url.query})
    return hidden.render_as_string(hide_password=True).replace("%2A%2A%2A", _HIDDEN)


def _schema(url: URL, told: str) -> str:
    name = url.query.get("schema", SCHEMA)
    if not isinstance(name, str) or not _SCHEMA_NAME.fullmatch(name):
        raise DatabaseUnusable(
            f"cannot open the database {told!r}: schema is {name!r}; a name of lower-case letters, digits and "
            "underscores is needed, 63 characters at most."
        )
    if name in {"public", "information_schema"} or name.startswith("pg_"):
        raise DatabaseUnusable(
            f"cannot open the database {told!r}: the schema {name} is for others too; a world needs one of its own."
        )
    return name
