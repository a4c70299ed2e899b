"""``/v2/ground-truth-datasets/<id>/``: which project a dataset is of (OpenAPI; contract.md 2.2, row 7)."""

from __future__ import annotations

from flask import Blueprint, Response

from fake_backend.core.filters import MAX_ID
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, world
from fake_backend.http.rights import check_rights, within_rights

ground_truth = Blueprint("v2-ground-truth", __name__, url_prefix="/v2")


@ground_truth.get(f"/ground-truth-datasets/<int(max={MAX_ID}):dataset_id>/")
def get_dataset(dataset_id: int) -> Response:
    """One ground-truth dataset; ``project_id`` is null for one without a project (SYN-7303)."""
    with within_rights():
        found = world().catalogue.dataset(caller().tenant, dataset_id)
    check_rights([found["project_id"]])
    return enveloped(found)
