"""Who may ask: both spellings of the credential headers (contract.md 1.1).

The v1 client sends ``Token <value>`` where the v2 client sends the bare value; each may send a user token, an access
token or both, and every credential that is sent must be good. A user who names a tenant that they are no member of is
recognised, and nothing exists for them.
"""

from __future__ import annotations

from flask import g, request

from fake_backend.core.errors import Unauthenticated
from fake_backend.http.request import entry, world
from fake_backend.http.rights import projects_of_agent
from fake_backend.store.identity import Caller
from fake_backend.store.instants import stored

CREDENTIALS = ("Authorization", "Synapse-Access-Token")  # header names have no case
TENANT = "Synapse-Tenant"


def authenticate() -> None:
    """Recognise the caller of this request, once for all views.

    Raises:
        Unauthenticated: No credential, or one that nobody has, that is expired or revoked; so for the agent.
        Forbidden: The request is made in the name of an agent without any rights.
    """
    owners, now = [], stored(world().clock.now())
    for header in CREDENTIALS:
        value = request.headers.get(header)
        if value is not None:
            owner = world().identity.owner(_bare(value), now)
            if owner is None:
                raise Unauthenticated("Invalid token.")
            owners.append(owner)
    if not owners:
        raise Unauthenticated("Authentication credentials were not provided.")
    user, tenant = owners[0]
    named = request.headers.get(TENANT)
    member = all(other == tenant for _, other in owners) and (named is None or _bare(named) == tenant)
    g.caller = Caller(user, tenant if member else None, tenant, projects_of_agent(tenant))
    noted = entry()
    if noted is not None:
        noted.tenant = g.caller.tenant


def _bare(value: str) -> str:
    """Return a header's value without the word that the v1 client puts before it."""
    return value.strip().removeprefix("Token ").strip()
