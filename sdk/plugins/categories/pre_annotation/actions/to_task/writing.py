"""The one write of a task: not lost, not done twice (incidents.md 4, SYN-7486: a PUT that arrived four times)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from sdk.clients.errors import ClientError
from sdk.clients.redaction import redact_urls
from sdk.plugins.categories.pre_annotation.actions.to_task.annotation_format import same_json
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.backend import BackendClient
    from sdk.clients.payloads import PayloadFetcher

SENDS = 3
FIRST_WAIT, LONGEST_WAIT = 2.0, 20.0  # seconds, doubling: a backend that is behind gets time to finish first
MOST_WORDS = 500  # characters of an answer that a reason repeats
_LATER = frozenset({408, 425, 429})  # refusals for now
_SUBMITTED = "completed"


class TaskWriter:
    """Writes annotations; after an answer that is lost, or says that the backend failed, looks before sending again.

    Args:
        client: The v1 client.
        payloads: Fetches stored annotations that the backend hands out as a link.
        schema: ``any`` asks the backend not to check what it stores.
    """

    def __init__(
        self, client: BackendClient, payloads: PayloadFetcher, schema: Literal["any", "dm_schema_v1"] = "dm_schema_v1"
    ) -> None:
        self._client = client
        self._payloads = payloads
        # the backend checks unless it is told not to, and an older one knows no such key (contract.md 0)
        self._schema: Literal["any"] | None = "any" if schema == "any" else None

    def write(self, task_id: int, data: dict[str, Any], *, before: Mapping[str, object] | None = None) -> None:
        """Store the annotations of a task and return when they are known to stand.

        Args:
            task_id: Id of the task.
            data: A JSON object.
            before: The task as it was, with ``data`` and ``status_label``, where it may have held the same.

        Raises:
            NotWrittenError: The backend refuses them, or nothing is known about them after all attempts.
        """
        for attempt in range(SENDS):
            failure: ClientError
            try:
                self._client.annotate_task(task_id, data, schema=self._schema)
            except ClientError as error:
                failure = error
            else:
                return
            refused = failure.status is not None and 400 <= failure.status < 500 and failure.status not in _LATER
            if refused:
                raise NotWrittenError(f"the backend refused the annotations: {told(failure)}")
            wait = min(FIRST_WAIT * 2.0**attempt, LONGEST_WAIT)
            self._client.clock.sleep(max(wait, getattr(failure, "retry_after", None) or 0.0))
            if self._stands(task_id, data, failure, before or {}):
                return
        raise NotWrittenError(f"the backend did not take the annotations, sent {SENDS} times: {told(failure)}")

    def stored(self, task_id: int, data: object) -> object:
        """Return the annotations that a task's ``data`` stands for.

        Args:
            task_id: Id of the task, for the sentence of an error.
            data: The annotations, or the link that stands for them (contract.md 3.3).

        Raises:
            ClientError: They cannot be had.
        """
        return self._payloads.fetch(task_id, data)

    def _stands(self, task_id: int, data: dict[str, Any], failure: ClientError, before: Mapping[str, object]) -> bool:
        """Return whether the annotations are stored; what was there before says so only of a task that is submitted."""
        problem: ClientError
        try:
            row = self._client.get_task(task_id, fields=("id", "data", "status_label"))
            if not same_json(self.stored(task_id, row.get("data")), data):
                return False
            status = row.get("status_label")
            if status is None or status == _SUBMITTED or status != before.get("status_label"):
                return True
            return not same_json(self.stored(task_id, before.get("data")), data)
        except ClientError as error:
            problem = error
        raise NotWrittenError(
            f"it is not known whether the annotations were stored ({told(failure)}), "
            f"and the task cannot be looked up: {told(problem)}"
        )


def told(error: ClientError) -> str:
    """Return what a backend said, without the address where it said so."""
    if error.status is None:
        return str(error)
    text = error.detail if isinstance(error.detail, str) else _flat(error.detail)
    if text.lstrip().startswith("<"):  # a page of something in between, which says no more than its status
        text = ""
    return f"{error.status} {redact_urls(text)[:MOST_WORDS]}".strip()


def _flat(detail: object, place: str = "") -> str:
    """Return a body of errors by field as one line: ``data.objects[0].id: required``."""
    if isinstance(detail, dict):
        return "; ".join(_flat(value, f"{place}.{key}" if place else str(key)) for key, value in detail.items())
    if isinstance(detail, list):
        plain = all(not isinstance(item, dict | list) for item in detail)
        if plain:
            return f"{place}: {' '.join(map(str, detail))}" if place else " ".join(map(str, detail))
        return "; ".join(_flat(item, f"{place}[{number}]") for number, item in enumerate(detail))
    return f"{place}: {detail}" if place else str(detail)
