"""The credentials of a backend's users, as a test needs them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_backend.tokens import Tokens


@dataclass(frozen=True)
class TenantTokens:
    """What one tenant's first user presents.

    Args:
        tenant: Code, for the tenant header.
        user: Token for ``Authorization``; ``None`` when the seed has none.
        access: Token for ``Synapse-Access-Token``; ``None`` when the seed has none.
    """

    tenant: str
    user: str | None = field(default=None, repr=False)
    access: str | None = field(default=None, repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that make a request this user's, in the spelling of the v1 client."""
        if self.user is not None:
            credential = {"Authorization": f"Token {self.user}"}
        elif self.access is not None:
            credential = {"Synapse-Access-Token": f"Token {self.access}"}
        else:
            credential = {}
        return {**credential, "Synapse-Tenant": f"Token {self.tenant}"}


@dataclass(frozen=True)
class NewToken:
    """A token that was just made: the one time that it is told.

    Args:
        id: What it is called from now on.
        tenant: Code of the user's tenant.
        kind: ``user`` or ``access``.
        token: Itself.
    """

    id: int
    tenant: str
    kind: str
    token: str = field(repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """Headers that make a request its user's."""
        return TenantTokens(self.tenant, **{self.kind: self.token}).headers


class TokenBook(Mapping[str, TenantTokens]):
    """The credentials of each tenant's first user by tenant code, and what may be done with tokens.

        backend.tokens["acme"].headers
        made = backend.tokens.create(user=1, expires_in=3600)
        backend.tokens.revoke(made.id)

    Args:
        of: By tenant code, in the order of the seed, as it stood when the book was opened.
        tokens: The world's.
    """

    def __init__(self, of: Mapping[str, TenantTokens], tokens: Tokens) -> None:
        self._of = of
        self._tokens = tokens

    def __repr__(self) -> str:
        return f"<TokenBook of {', '.join(self._of) or 'nobody'}>"

    def __getitem__(self, tenant: str) -> TenantTokens:
        return self._of[tenant]

    def __iter__(self) -> Iterator[str]:
        return iter(self._of)

    def __len__(self) -> int:
        return len(self._of)

    def create(self, user: int, kind: str = "user", expires_in: float | None = None) -> NewToken:
        """Make a token.

        Args:
            user: Id of whoever will present it.
            kind: ``user`` or ``access``.
            expires_in: Seconds of the world's time for which it is good; ``None`` for ever.

        Raises:
            BadRequest: There is no such user or kind, or the seconds are none.
        """
        made, secret = self._tokens.create(user, kind, expires_in)
        return NewToken(made.id, made.tenant, made.kind, secret)

    def listed(self) -> list[dict[str, object]]:
        """Return what may be told of every token: all but itself (``docs/access.md``)."""
        return [self._tokens.shown(token) for token in self._tokens.listed()]

    def expire(self, token_id: int) -> dict[str, object]:
        """Let a token end now; return what may be told of it.

        Raises:
            NotFound: There is none of this id.
        """
        return self._tokens.shown(self._tokens.expire(token_id))

    def revoke(self, token_id: int) -> dict[str, object]:
        """Take a token back; return what may be told of it.

        Raises:
            NotFound: There is none of this id.
        """
        return self._tokens.shown(self._tokens.revoke(token_id))


def by_tenant(codes: Iterable[str], tokens: Iterable[tuple[str, str, int, str]]) -> dict[str, TenantTokens]:
    """Return each tenant's tokens, tenants in the order of the seed.

    Args:
        codes: Tenant codes.
        tokens: (token, kind, user id, tenant code), in the order of users.
    """
    first: dict[tuple[str, str], str] = {}
    for token, kind, _, tenant in tokens:
        first.setdefault((tenant, kind), token)
    return {code: TenantTokens(code, first.get((code, "user")), first.get((code, "access"))) for code in codes}
