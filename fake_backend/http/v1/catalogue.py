"""Projects, data collections and storages (contract.md 7)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response

from fake_backend.core.errors import BadRequest
from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import answer
from fake_backend.http.request import caller, json_object, query, storage_url, world
from fake_backend.http.rights import check_rights, within_rights

catalogue = Blueprint("v1-catalogue", __name__)

SESSION_HOURS = 1  # assumed; the client re-opens a session that has expired (SYN-7614)
PURPOSES = ("read", "write")


@catalogue.get(f"/projects/<int(max={MAX_ID}):project_id>/")
def get_project(project_id: int) -> Response:
    """One project with its configuration."""
    with within_rights():
        found = world().catalogue.project(caller().tenant, project_id)
    check_rights([project_id])
    return answer(found)


@catalogue.get(f"/data_collections/<int(max={MAX_ID}):collection_id>/")
def get_data_collection(collection_id: int) -> Response:
    """One data collection; its file specifications only when expanded."""
    catalogue, tenant = world().catalogue, caller().tenant
    with within_rights():
        found = catalogue.data_collection(tenant, collection_id)
    check_rights(catalogue.projects_of_collection(tenant, collection_id))
    if "file_specifications" not in query().listed("expand"):
        del found["file_specifications"]
    return answer(found)


@catalogue.get(f"/storages/<int(max={MAX_ID}):storage_id>/")
def get_storage(storage_id: int) -> Response:
    """One storage; its configuration only when ``with_configuration=true``."""
    found = _storage(storage_id)
    if query().last("with_configuration").lower() not in {"true", "1"}:
        del found["configuration"]
    return answer(found)


@catalogue.post(f"/storages/<int(max={MAX_ID}):storage_id>/session/")
def open_session(storage_id: int) -> Response:
    """Credentials for a storage, good for an hour."""
    body = json_object()
    if "purpose" not in body:
        raise BadRequest("This field is required.", expected="read or write", field="purpose")
    purpose = body["purpose"]
    if purpose not in PURPOSES:
        raise BadRequest(
            f'"{purpose}" is not a valid choice.', received=purpose, expected="read or write", field="purpose"
        )
    found = _storage(storage_id)
    expires = world().clock.now() + timedelta(hours=SESSION_HOURS)
    return answer(
        {
            "provider": found["provider"],
            "configuration": found["configuration"],
            "expires_at": expires.isoformat().replace("+00:00", "Z"),
            "contract_version": 1,
        }
    )


def _storage(storage_id: int) -> dict[str, Any]:
    """Return a storage as this caller reaches it: a bucket of ours answers at the endpoint of their transport."""
    found = world().catalogue.storage(caller().tenant, storage_id)
    if found["provider"] == "amazon_s3":
        found["configuration"].setdefault("endpoint_url", storage_url())
    return found
