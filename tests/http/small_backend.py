"""A small backend of two tenants: its seed document, a session that takes paths, and what keeps a test in process."""

from __future__ import annotations

import pytest
import requests

in_process = pytest.mark.parametrize("reached", ["in-process"], indirect=True)  # what no transport has a part in


def small_document(tasks: int = 7):
    """Return a seed of two tenants; the first has ``tasks`` tasks, the second has one."""
    return {
        "tenants": [{"code": "acme"}, {"code": "globex"}],
        "users": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "globex"}, {"id": 3, "tenant": "acme"}],
        "tokens": [
            {"user": 1, "kind": "user"},
            {"user": 1, "kind": "access"},
            {"user": 2, "kind": "user"},
            {"user": 3, "kind": "user", "token": "colleague"},
        ],
        "storages": [
            {"id": 3, "tenant": "acme", "provider": "file_system", "is_default": True},
            {"id": 4, "tenant": "acme", "provider": "amazon_s3"},
            {"id": 5, "tenant": "globex", "provider": "file_system"},
        ],
        "data_collections": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "globex"}],
        "file_specifications": [
            {"id": 1, "data_collection": 1, "name": "image_1", "file_type": "image", "is_primary": True},
            {"id": 2, "data_collection": 1, "name": "sidecar", "file_type": "data"},
        ],
        "projects": [
            {"id": 1, "tenant": "acme", "data_collection": 1, "configuration": {"classification": {}}},
            {"id": 2, "tenant": "globex", "data_collection": 2},
        ],
        "data_units": [
            {
                "id": number,
                "data_collection": 1,
                "files": {
                    "sidecar": {"file_name_original": f"meta {number}.json", "content": {"n": number}},
                    "image_1": {
                        "file_name_original": f"사진 {number}.jpg",
                        "is_primary": True,
                        "content_base64": "aW1hZ2U=",
                    },
                },
            }
            for number in range(1, tasks + 1)
        ],
        "tasks": [
            *(
                {
                    "id": number,
                    "project": 1,
                    "data_unit": number,
                    "data": {"n": number, "pad": "x" * (3000 if number % 2 else 1)},
                    "created": "2026-01-15T09:00:00Z",
                }
                for number in range(1, tasks + 1)
            ),
            {"id": 900, "project": 2, "data": {"secret": True}, "created": "2026-01-15T09:00:00Z"},
        ],
        "jobs": [{"id": "11111111-1111-1111-1111-111111111111", "tenant": "acme"}],
    }


class Caller:
    """A session with somebody's headers, that takes paths."""

    def __init__(self, backend, headers):
        self.backend = backend
        self.session = requests.Session()
        self.session.headers.update(headers)

    def __getattr__(self, method):
        if method.startswith("_"):  # no method of HTTP: somebody looks whether this object has one of Python's
            raise AttributeError(method)

        def call(path, **options):
            url = path if path.startswith("http") else self.backend.url + path
            return self.session.request(method.upper(), url, **options)

        return call


def places(body) -> list[str]:
    """Return the places of the sentences in a refusal of the first API's, such as ``params.num_cpus``."""
    if not isinstance(body, dict):
        return [""]
    return [f"{key}.{rest}".strip(".") for key, value in body.items() for rest in places(value)]
