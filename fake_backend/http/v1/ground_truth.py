"""``/ground_truth_dataset_versions/<id>/``: which dataset a version is of (contract.md 2.2, row 7)."""

from __future__ import annotations

from flask import Blueprint, Response

from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import answer
from fake_backend.http.request import caller, world
from fake_backend.http.rights import check_rights, within_rights

ground_truth = Blueprint("v1-ground-truth", __name__)


@ground_truth.get(f"/ground_truth_dataset_versions/<int(max={MAX_ID}):version_id>/")
def get_version(version_id: int) -> Response:
    """One version of a ground-truth dataset."""
    catalogue, tenant = world().catalogue, caller().tenant
    with within_rights():
        found = catalogue.dataset_version(tenant, version_id)
    check_rights(catalogue.projects_of_versions(tenant, [version_id]).values())
    return answer(found)
