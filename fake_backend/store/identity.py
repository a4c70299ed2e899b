"""Who is asking: tokens, users, tenants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import select

from fake_backend.store.schema import tenants, tokens, users

if TYPE_CHECKING:
    from fake_backend.store.database import Database


@dataclass(frozen=True)
class Caller:
    """A recognised user.

    Args:
        user: Id.
        tenant: Code of the tenant whose rows exist for this request; ``None`` when the request names a tenant that the
            user is no member of, for whom nothing exists.
        member_of: The user's own tenant.
    """

    user: int
    tenant: str | None
    member_of: str = field(repr=False, default="")


class Identity:
    """Tokens and those behind them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owner(self, token: str) -> tuple[int, str] | None:
        """Return (user id, tenant code) of a token, ``None`` for one that nobody has."""
        query = select(users.c.id, users.c.tenant).join(tokens, tokens.c.user_id == users.c.id)
        with self._database.transaction() as connection:
            row = connection.execute(query.where(tokens.c.token == token)).first()
        return None if row is None else (row.id, row.tenant)

    def user(self, user_id: int) -> dict[str, object]:
        """Return id, email and name of a user who is there."""
        query = select(users.c.id, users.c.email, users.c.name).where(users.c.id == user_id)
        with self._database.transaction() as connection:
            return dict(connection.execute(query).mappings().one())

    def tokens(self) -> list[tuple[str, str, int, str]]:
        """Return (token, kind, user id, tenant code) of every token, in the order of users."""
        query = select(tokens.c.token, tokens.c.kind, users.c.id, users.c.tenant).join(users)
        with self._database.transaction() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(users.c.id, tokens.c.kind))]

    def tenants(self) -> list[str]:
        """Return the codes of all tenants, in the order in which they came."""
        with self._database.transaction() as connection:
            return list(connection.execute(select(tenants.c.code).order_by(tenants.c.number)).scalars())
