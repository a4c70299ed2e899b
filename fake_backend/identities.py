"""The credentials of a backend's users, as a test needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


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
