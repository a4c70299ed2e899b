"""``/v2/plugin_exports/``: delegated exports are enqueued here (contract.md 2.2)."""

from __future__ import annotations

from flask import Blueprint, Response

from fake_backend.core.advice import Place
from fake_backend.core.filter_sets import PAGING, PLACES
from fake_backend.exports.request import ExportRequest
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, json_object, note_ignored, query, storage_url, world
from fake_backend.http.rights import check_export_rights

plugin_exports = Blueprint("v2-plugin-exports", __name__, url_prefix="/v2/plugin_exports")


@plugin_exports.post("/")
def enqueue() -> Response:
    """Check everything, then make a job: 202 with its id; the status is lower case here and upper case later."""
    body = json_object()
    if "path" not in body and (path := world().settings.default_export_path):
        body = {**body, "path": path}
    request = ExportRequest.parse(body)
    check_export_rights(request.kind, request.project_id, request.selection)
    target = request.kind.target
    here = Place("an export job", PLACES[target]["an export job"].declared.keys(), PAGING)
    ignored = request.selection.ignored
    note_ignored([key for key in ignored if not (world().settings.strict and key in PAGING)], here, target, "filter.")
    if query().last("dry_run").lower() in {"true", "1"}:
        world().exports.check(caller(), request)
        return enveloped({"valid": True})
    job = world().exports.enqueue(caller(), request, storage_url())
    return enveloped(
        {
            "job_id": job.id,
            "status": str(job.status).lower(),
            "targets": [request.kind.target],
            "total_count": None,  # SYN-7112: nothing is counted yet
            "message": "The export was queued.",
            "ray_job_id": request.ray_job_id,
        },
        202,
    )
