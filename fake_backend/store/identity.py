"""Who is asking: tokens, users, tenants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, or_, select, update

from fake_backend.core.errors import BadRequest, NotFound
from fake_backend.store.schema import tenants, tokens, users

if TYPE_CHECKING:
    from sqlalchemy import Select

    from fake_backend.store.database import Database

_SHOWN = 4  # last characters of a token that a list may show
OWNER = (  # asked by every request, so put together once
    select(users.c.id, users.c.tenant)
    .join(tokens, tokens.c.user_id == users.c.id)
    .where(
        tokens.c.token == bindparam("token"),
        tokens.c.revoked.is_(None),
        or_(tokens.c.expires.is_(None), tokens.c.expires > bindparam("at")),
    )
)


@dataclass(frozen=True)
class Caller:
    """A recognised user.

    Args:
        user: Id.
        tenant: Code of the tenant whose rows exist for this request; ``None`` when the request names a tenant that the
            user is no member of, for whom nothing exists.
        member_of: The user's own tenant.
        projects: Ids of the projects that the agent of the request has rights on; ``None`` for all of the tenant, also
            where the request names no agent.
    """

    user: int
    tenant: str | None
    member_of: str = field(repr=False, default="")
    projects: frozenset[int] | None = None


@dataclass(frozen=True)
class Token:
    """What may be told of a token: everything but itself. Instants are microseconds since the epoch.

    Args:
        id: What it is called.
        user: Id of whoever presents it.
        tenant: Code of the user's tenant.
        kind: ``user`` or ``access``.
        created: Since when it is there.
        expires: It is good before this instant; ``None`` for ever.
        revoked: Since when it is taken back, ``None`` where it is not.
        last_four: Its last characters, by which a person who has it knows it.
    """

    id: int
    user: int
    tenant: str
    kind: str
    created: int
    expires: int | None
    revoked: int | None
    last_four: str

    def state(self, at: int) -> str:
        """Return ``good``, ``expired`` or ``revoked`` for an instant."""
        if self.revoked is not None:
            return "revoked"
        return "expired" if self.expires is not None and self.expires <= at else "good"


class Identity:
    """Tokens and those behind them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def owner(self, token: str, at: int) -> tuple[int, str] | None:
        """Return (user id, tenant code) of a token, ``None`` for one that is nobody's or not good at an instant."""
        with self._database.transaction() as connection:
            row = connection.execute(OWNER, {"token": token, "at": at}).first()
        return None if row is None else (row.id, row.tenant)

    def user(self, user_id: int) -> dict[str, object]:
        """Return id, email and name of a user who is there."""
        query = select(users.c.id, users.c.email, users.c.name).where(users.c.id == user_id)
        with self._database.transaction() as connection:
            return dict(connection.execute(query).mappings().one())

    def tokens(self) -> list[tuple[str, str, int, str]]:
        """Return (token, kind, user id, tenant code) of every token, in the order of users, then as they came."""
        query = select(tokens.c.token, tokens.c.kind, users.c.id, users.c.tenant).join(users)
        with self._database.transaction() as connection:
            return [tuple(row) for row in connection.execute(query.order_by(users.c.id, tokens.c.id))]

    def listed(self) -> list[Token]:
        """Return what may be told of every token, as they came."""
        with self._database.transaction() as connection:
            return [_told(row) for row in connection.execute(_told_of().order_by(tokens.c.id))]

    def told(self, token_id: int) -> Token:
        """Return what may be told of one token.

        Raises:
            NotFound: There is none of this id.
        """
        with self._database.transaction() as connection:
            row = connection.execute(_told_of().where(tokens.c.id == token_id)).first()
        if row is None:
            raise NotFound("Not found.", received=token_id, expected="the id of a token", field="id")
        return _told(row)

    def add(self, token: str, kind: str, user: int, created: int, expires: int | None) -> Token:
        """Store a new token of a user.

        Raises:
            BadRequest: There is no such user.
        """
        with self._database.transaction() as connection:
            if connection.execute(select(users.c.id).where(users.c.id == user)).first() is None:
                known = ", ".join(map(str, connection.execute(select(users.c.id).order_by(users.c.id)).scalars()))
                raise BadRequest(
                    "There is no such user.", received=user, expected=f"the id of a user ({known})", field="user"
                )
            number = connection.execute(select(func.coalesce(func.max(tokens.c.id), 0))).scalar_one() + 1
            connection.execute(
                insert(tokens).values(
                    token=token, id=number, kind=kind, user_id=user, created=created, expires=expires, revoked=None
                )
            )
        return self.told(number)

    def expire(self, token_id: int, at: int) -> Token:
        """Let a token be good no longer than until an instant; one that ends before stays as it is.

        Raises:
            NotFound: There is none of this id.
        """
        later = or_(tokens.c.expires.is_(None), tokens.c.expires > at)
        with self._database.transaction() as connection:
            connection.execute(update(tokens).where(tokens.c.id == token_id, later).values(expires=at))
        return self.told(token_id)

    def revoke(self, token_id: int, at: int) -> Token:
        """Take a token back; one that is taken back already stays as it is.

        Raises:
            NotFound: There is none of this id.
        """
        with self._database.transaction() as connection:
            good = tokens.c.revoked.is_(None)
            connection.execute(update(tokens).where(tokens.c.id == token_id, good).values(revoked=at))
        return self.told(token_id)

    def tenants(self) -> list[str]:
        """Return the codes of all tenants, in the order in which they came."""
        with self._database.transaction() as connection:
            return list(connection.execute(select(tenants.c.code).order_by(tenants.c.number)).scalars())


def _told_of() -> Select[Any]:
    return select(tokens, users.c.tenant).join(users, tokens.c.user_id == users.c.id)


def _told(row: Any) -> Token:
    return Token(
        id=row.id,
        user=row.user_id,
        tenant=row.tenant,
        kind=row.kind,
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        last_four=row.token[-_SHOWN:] if len(row.token) > 2 * _SHOWN else "",
    )
