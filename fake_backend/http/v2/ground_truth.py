"""``/v2/ground-truth-datasets/<id>/``: a dataset's project, and its versions' events (OpenAPI; contract.md 2.2)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response

from fake_backend.core.errors import NotFound
from fake_backend.core.filters import MAX_ID, Comparison, Condition, FilterSet
from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, world
from fake_backend.http.rights import check_rights, within_rights
from fake_backend.http.v2.lists import list_rows
from fake_backend.http.v2.rows import GROUND_TRUTH_EVENT
from fake_backend.http.wire import List
from fake_backend.store.kinds import GROUND_TRUTH

ground_truth = Blueprint("v2-ground-truth", __name__, url_prefix="/v2")

EVENTS_OF_A_VERSION = List("", GROUND_TRUTH, FilterSet({}), GROUND_TRUTH_EVENT)  # OpenAPI declares no filter there


@ground_truth.get(f"/ground-truth-datasets/<int(max={MAX_ID}):dataset_id>/")
def get_dataset(dataset_id: int) -> Response:
    """One ground-truth dataset; ``project_id`` is null for one without a project (SYN-7303)."""
    return enveloped(_dataset(dataset_id))


@ground_truth.get(
    f"/ground-truth-datasets/<int(max={MAX_ID}):dataset_id>/versions/<int(max={MAX_ID}):version_id>/events/"
)
def list_events(dataset_id: int, version_id: int) -> Response:
    """The events of one version of a dataset, as the flat list shows them (OpenAPI: dataset_versions:events).

    Raises:
        NotFound: The dataset has no such version.
        Forbidden: So it is for an agent whose rights are limited.
    """
    _dataset(dataset_id)
    with within_rights():
        version = world().catalogue.dataset_version(caller().tenant, version_id)
        if version["ground_truth_dataset"] != dataset_id:
            raise NotFound("Not found.", received=version_id)
    return list_rows(EVENTS_OF_A_VERSION, (Condition("versions", Comparison.RELATED, (version_id,)),))


def _dataset(dataset_id: int) -> dict[str, Any]:
    """Return a dataset of the caller's, within the rights of the agent that the request names."""
    with within_rights():
        found = world().catalogue.dataset(caller().tenant, dataset_id)
    check_rights([found["project_id"]])
    return found
