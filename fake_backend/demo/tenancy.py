"""Who is there in every generated document: two tenants, their users, tokens, storages and a job."""

from __future__ import annotations

from typing import Any


def tenancy() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of tenants, users, tokens, storages and jobs.

    Token values are left to the world, which draws them from its own seed; so are places of storages.
    """
    acme = ("kim", "lee", "park", "choi", "jung")
    globex = ("smith", "jones", "brown")
    people = [("acme", name) for name in acme] + [("globex", name) for name in globex]
    users = [
        {"id": number, "tenant": tenant, "email": f"{name}@{tenant}.example", "name": name.title()}
        for number, (tenant, name) in enumerate(people, 1)
    ]
    return {
        "tenants": [{"code": "acme", "name": "Acme"}, {"code": "globex", "name": "Globex"}],
        "users": users,
        "tokens": [
            {"user": 1, "kind": "user"},
            {"user": 1, "kind": "access"},
            {"user": 6, "kind": "user"},
        ],
        "storages": [
            _storage(3, "acme", "Acme disk", "file_system", is_default=True),
            _storage(4, "acme", "Acme bucket", "amazon_s3", is_default=False),
            _storage(5, "globex", "Globex disk", "file_system", is_default=True),
        ],
        "jobs": [{"id": "11111111-1111-1111-1111-111111111111", "tenant": "acme"}],
    }


def _storage(identity: int, tenant: str, name: str, provider: str, *, is_default: bool) -> dict[str, Any]:
    return {
        "id": identity,
        "tenant": tenant,
        "name": name,
        "category": "internal",
        "provider": provider,
        "configuration": {},
        "is_default": is_default,
    }
