"""What drawn worlds have in common: names and numbers, and the rows that stand around what is drawn."""

from __future__ import annotations

from typing import Any

MAIN_PROJECT = 1
MAIN_TENANT = "acme"
OTHER_TENANT = "globex"
STORAGE = 3

INSTANTS = (
    "2026-01-15T09:00:00Z",
    "2026-01-15T09:00:00.000001Z",
    "2026-01-16T00:00:00+09:00",
    "2026-01-16T00:00:00Z",
)
SPECIFICATIONS = ("meta_1", "image_1", "image_2")
STATUSES = ("stand_by", "in_progress", "completed", "skipped")

SURROUNDINGS: dict[str, Any] = {
    "tenants": [{"code": MAIN_TENANT, "name": "Acme"}, {"code": OTHER_TENANT, "name": "Globex"}],
    "users": [
        *({"id": n, "tenant": MAIN_TENANT, "email": f"u{n}@acme.example", "name": "U"} for n in range(1, 5)),
        {"id": 9, "tenant": OTHER_TENANT, "email": "u9@globex.example", "name": "U"},
    ],
    "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 9, "kind": "user"}],
    "storages": [
        {
            "id": STORAGE,
            "tenant": MAIN_TENANT,
            "name": "disk",
            "category": "internal",
            "provider": "file_system",
            "configuration": {},
            "is_default": True,
        }
    ],
    "data_collections": [{"id": 1, "tenant": MAIN_TENANT, "name": "pictures"}],
    "file_specifications": [
        {"id": number, "data_collection": 1, "name": name, "file_type": "data", "is_primary": False}
        for number, name in enumerate(SPECIFICATIONS, 1)
    ],
    "projects": [
        {"id": MAIN_PROJECT, "tenant": MAIN_TENANT, "title": "main", "data_collection": 1, "configuration": {}},
        {"id": 2, "tenant": MAIN_TENANT, "title": "neighbour", "data_collection": 1, "configuration": {}},
        {"id": 9, "tenant": OTHER_TENANT, "title": "foreign", "data_collection": None, "configuration": {}},
    ],
}
"""What a drawn world holds beside its data units and the rows that are exported."""

FOREIGN_TASK = {"id": 99, "project": 9, "data_unit": None, "data": {"of": "another tenant"}, "created": INSTANTS[0]}
"""A task of another tenant, in every drawn world."""
