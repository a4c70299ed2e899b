"""Types of columns that mean the same in SQLite and in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sqlalchemy import BigInteger, Integer, String
from sqlalchemy.exc import DontWrapMixin
from sqlalchemy.types import TypeDecorator

from fake_backend.core.errors import BadRequest

if TYPE_CHECKING:
    from sqlalchemy.engine import Dialect
    from sqlalchemy.types import TypeEngine

whole: Final = BigInteger().with_variant(Integer, "sqlite")
"""A whole number of 64 bits. SQLite's INTEGER is that, and gives rowid tables to keys of this name alone."""


class NulInText(BadRequest, DontWrapMixin):
    """A text with a NUL character, which PostgreSQL has no room for (its documentation, 8.3 Character Types)."""


class Words(TypeDecorator[str]):
    """Text of any length, ordered by code point, without NUL.

    SQLite would hold a NUL, PostgreSQL cannot; SQLite orders by code point, PostgreSQL as its database was made.

    Raises:
        NulInText: A statement is given a text with NUL, to store or to look for.
    """

    impl = String
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """Return the database's own type."""
        return dialect.type_descriptor(String(collation="C") if dialect.name == "postgresql" else String())

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 (SQLAlchemy's)
        """Return the text as it is."""
        if value is not None and "\0" in value:
            raise NulInText("Null characters are not allowed.", received=value)
        return value
