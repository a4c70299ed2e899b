"""``/v2/assignments/``: the slim list and the bulk fetch (OpenAPI ``assignment_list``; contract.md 3.1 and 6)."""

from __future__ import annotations

from sdk.clients.backend_v2.slim import FetchedList
from sdk.clients.lists import BOUNDS

_INSTANTS = (
    *("created", "label_submitted", "last_labeled", "last_reviewed"),
    *("labeler_last_action_at", "reviewer_last_action_at"),
)
_REPEATED = ("tasks", "users", "reviewers", "groups", "stages", "tags", "task_tags", "status_label", "status_review")


class Assignments(FetchedList):
    """Assignments of the v2 API.

    ``created_after``, ``created_before`` and their like are declared as well and not taken here: the real backend
    takes them and selects everything (incidents.md 1). A backend of 2026.1.6 declares no more than ``is_confirmed``,
    ``is_discarded``, ``status_label`` and ``status_review`` of these and ignores the others, ``project`` among them.
    """

    path = "/v2/assignments/"
    filters = (
        *("project", "workshop", "id", "id__in", *(f"id__{bound}" for bound in BOUNDS)),
        *_REPEATED,
        *("is_confirmed", "is_discarded", "is_discard_confirmed"),
        *(f"{name}__{bound}" for name in _INSTANTS for bound in BOUNDS),
    )
    repeated = frozenset(_REPEATED)
    bulk_path = "/v2/assignments/bulk-fetch/"
