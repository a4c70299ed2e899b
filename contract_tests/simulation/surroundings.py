"""What stands around the rows of every drawn world: two tenants, their users, a storage, neighbouring projects."""

from __future__ import annotations

from typing import Any

TENANT, OTHER_TENANT = "acme", "globex"
PROJECT, NEIGHBOUR, FOREIGN_PROJECT = 1, 2, 9
STORAGE = 3
AGENT, RELEASE, MODEL = 1, 7, "drawn"
SPECIFICATION = "annotation_data"
STATUSES = ("stand_by", "in_progress", "completed", "skipped")
INSTANTS = (  # clusters: equal ones, ones that differ by a microsecond, and one instant in two zones
    "2026-01-15T09:00:00Z",
    "2026-01-15T09:00:00.000001Z",
    "2026-01-16T00:00:00+09:00",
    "2026-01-16T00:00:00Z",
)
RELATED = (1, 2, 3, 4)  # ids of users, tags, stages and the like

SURROUNDINGS: dict[str, Any] = {
    "tenants": [{"code": TENANT, "name": "Acme"}, {"code": OTHER_TENANT, "name": "Globex"}],
    "users": [{"id": 1, "tenant": TENANT}, {"id": 9, "tenant": OTHER_TENANT}],
    "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 9, "kind": "user"}],
    "storages": [
        {
            "id": STORAGE,
            "tenant": TENANT,
            "name": "disk",
            "category": "internal",
            "provider": "file_system",
            "configuration": {},
            "is_default": True,
        }
    ],
    "data_collections": [{"id": 1, "tenant": TENANT, "name": "pictures"}],
    "file_specifications": [
        {"id": 1, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True},
        {"id": 2, "data_collection": 1, "name": SPECIFICATION, "file_type": "data"},
    ],
    "projects": [
        {"id": PROJECT, "tenant": TENANT, "title": "main", "data_collection": 1, "configuration": {}},
        {"id": NEIGHBOUR, "tenant": TENANT, "title": "neighbour", "data_collection": 1, "configuration": {}},
        {"id": FOREIGN_PROJECT, "tenant": OTHER_TENANT, "title": "foreign", "configuration": {}},
    ],
}
"""For exports; a document adds its rows."""

ROOM: dict[str, Any] = {
    **SURROUNDINGS,
    "agents": [{"id": AGENT, "tenant": TENANT, "name": "lab"}],
    "plugin_releases": [{"id": RELEASE, "tenant": TENANT, "code": "shapes", "model": MODEL, "num_gpus": 0.5}],
    "serve_applications": [{"id": 1, "plugin_release": RELEASE, "agent": AGENT}],
}
"""For to_task, which needs an agent and a pre-processor as well."""

FOREIGN_TASKS = [
    {"id": number, "project": FOREIGN_PROJECT, "data": {"of": "another tenant"}, "created": INSTANTS[0]}
    for number in (901, 902, 903)
]
"""Tasks of another tenant, in every world."""
