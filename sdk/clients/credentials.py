"""Tokens of one caller, and the headers that carry them (contract.md 1.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdk.clients.errors import ConfigurationError
from sdk.clients.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Mapping

_USABLE = re.compile(r"[\x21-\x7e]+")  # visible ASCII: all that a token in a header may hold


class Headers(dict[str, str]):
    """Credential headers; their values never show."""

    def __repr__(self) -> str:
        return f"Headers({', '.join(f'{name}: {MASK}' for name in self)})"


@dataclass(frozen=True)
class Credentials:
    """Who calls, and for which tenant.

    Args:
        user_token: Token of a user (``Authorization: Token ...``).
        access_token: Access token.
        tenant: Tenant code; not a secret.

    Raises:
        ConfigurationError: One of them cannot stand in a header; its value is not shown.
    """

    user_token: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    tenant: str | None = None

    def __post_init__(self) -> None:
        for name in ("user_token", "access_token", "tenant"):
            value = getattr(self, name)
            cleaned = value.strip() if isinstance(value, str) else None
            if cleaned and not _USABLE.fullmatch(cleaned):
                raise ConfigurationError(f"The {name} holds characters that no HTTP header may carry.")
            object.__setattr__(self, name, cleaned or None)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The tokens that must never be shown."""
        return tuple(token for token in (self.user_token, self.access_token) if token)

    def v1_headers(self) -> Headers:
        """Return the headers of the v1 API: one of the two tokens, the user's first."""
        headers = Headers()
        if self.user_token:
            headers["Authorization"] = f"Token {self.user_token}"
        elif self.access_token:
            headers["Synapse-Access-Token"] = f"Token {self.access_token}"
        if self.tenant:
            headers["Synapse-Tenant"] = f"Token {self.tenant}"
        return headers

    def v2_headers(self) -> Headers:
        """Return the headers of the v2 API: both tokens where there are two."""
        headers = Headers()
        if self.user_token:
            headers["Authorization"] = f"Token {self.user_token}"
        if self.access_token:
            headers["SYNAPSE-ACCESS-TOKEN"] = self.access_token
        if self.tenant:
            headers["SYNAPSE-Tenant"] = self.tenant
        return headers


def credentials_from(environ: Mapping[str, str], *, v2: bool = False) -> tuple[str, Credentials]:
    """Read host and credentials from the environment.

    Args:
        environ: SYNAPSE_HOST, SYNAPSE_ACCESS_TOKEN, SYNAPSE_PLUGIN_RUN_USER_TOKEN and SYNAPSE_PLUGIN_RUN_TENANT.
        v2: Whether to fall back on SYNAPSE_BACKEND_V2_ACCESS_TOKEN, _DRF_TOKEN and _TENANT (contract.md 1.1).

    Raises:
        ConfigurationError: The host is missing, or both tokens are.
    """

    def first(*names: str) -> str | None:
        return next((environ[name].strip() for name in names if environ.get(name, "").strip()), None)

    host = first("SYNAPSE_HOST")
    if host is None:
        raise ConfigurationError(
            "SYNAPSE_HOST is not set; give the backend's address, for example https://api.example."
        )
    fallback = ("SYNAPSE_BACKEND_V2_DRF_TOKEN", "SYNAPSE_BACKEND_V2_ACCESS_TOKEN", "SYNAPSE_BACKEND_V2_TENANT")
    user, access, tenant = fallback if v2 else ("", "", "")
    credentials = Credentials(
        user_token=first("SYNAPSE_PLUGIN_RUN_USER_TOKEN", user),
        access_token=first("SYNAPSE_ACCESS_TOKEN", access),
        tenant=first("SYNAPSE_PLUGIN_RUN_TENANT", tenant),
    )
    if not credentials.secrets:
        raise ConfigurationError("No token is set: SYNAPSE_ACCESS_TOKEN or SYNAPSE_PLUGIN_RUN_USER_TOKEN is needed.")
    return host, credentials
