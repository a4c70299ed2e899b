"""``/data_units/<id>/`` (contract.md 4 and 7)."""

from __future__ import annotations

from flask import Blueprint, Response

from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import answer
from fake_backend.http.request import caller, query, storage_url, world
from fake_backend.http.rights import check_rights, within_rights
from fake_backend.http.v1.files import in_form
from fake_backend.http.wire import Around

data_units = Blueprint("v1-data-units", __name__)


@data_units.get(f"/data_units/<int(max={MAX_ID}):unit_id>/")
def get_data_unit(unit_id: int) -> Response:
    """One data unit; its files only when expanded, in the form that the world's settings name."""
    here = world()
    tenant = caller().tenant
    with within_rights():
        unit = here.catalogue.data_unit(tenant, unit_id)
    check_rights(here.catalogue.projects_of_collection(tenant, unit["data_collection"]))
    if "files" in query().listed("expand"):
        around = Around(here, [{"data_unit_id": unit_id}], "inline", storage_url())
        unit["files"] = in_form(around.files.get(unit_id, {}), here.settings.unit_files)
    return answer(unit)
