"""The body of ``POST /v2/plugin_exports/`` (contract.md 2.2), checked before a job exists.

Tasks and assignments are exported by project, ground truth by dataset versions, named in the filter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fake_backend.core.errors import BadRequest
from fake_backend.core.filter_sets import ASSIGNMENTS_JOB, GROUND_TRUTH_JOB, TASKS_JOB
from fake_backend.core.filters import MAX_ID, Comparison, Condition, Selection
from fake_backend.exports.paths import relative
from fake_backend.store.kinds import ASSIGNMENTS, BY_TARGET, GROUND_TRUTH, TASKS, Kind

if TYPE_CHECKING:
    from pathlib import PurePosixPath

FILTERS = {TASKS: TASKS_JOB, ASSIGNMENTS: ASSIGNMENTS_JOB, GROUND_TRUTH: GROUND_TRUTH_JOB}
FORMATS = ("raw_bundle_v1",)
MAX_CHUNK = 10_000


@dataclass(frozen=True)
class ExportRequest:
    """What a delegated export asks for.

    Args:
        storage_id: Where the bundle goes.
        path: Of the export, below the storage's root; the bundle lies under it.
        kind: What is exported.
        project_id: Whose rows; ``None`` where ground truth is exported and no project is named.
        selection: The filter, with ``project_id`` of the body as one more condition on tasks and assignments.
        include_files: Whether originals are copied into the bundle.
        chunk_rows: Rows at a time, ``None`` for the world's setting.
        ray_job_id: Of the run that asked.
        raw_filter: As it was sent.
    """

    storage_id: int
    path: PurePosixPath
    kind: Kind
    project_id: int | None
    selection: Selection
    include_files: bool
    chunk_rows: int | None
    ray_job_id: str | None
    raw_filter: Mapping[str, Any]

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> ExportRequest:
        """Return the request that a JSON body makes; keys that mean nothing are ignored, as the framework does.

        Raises:
            BadRequest: A field is missing or of the wrong kind.
            UnsafePath: ``path`` would leave the storage.
        """
        storage_id = _integer(body, "storage_id")
        path = relative(_required(body, "path"))
        kind = _kind(_required(body, "targets"))
        _choice(body, "format", FORMATS)
        raw_filter = {} if body.get("filter") is None else body["filter"]
        if not isinstance(raw_filter, Mapping):
            raise BadRequest("filter is an object.", received=raw_filter, field="filter")
        selection = FILTERS[kind].select_json(raw_filter)
        project_id = _project(body, kind, selection)
        conditions = selection.conditions
        if kind.scope == "project_id":
            conditions = (Condition("project_id", Comparison.EQUALS, project_id or 0), *conditions)
        chunk_rows = None
        if body.get("chunk_size") is not None:
            chunk_rows = _integer(body, "chunk_size")
            if not 1 <= chunk_rows <= MAX_CHUNK:
                raise BadRequest(
                    "chunk_size is out of range.", received=chunk_rows, expected=f"1 to {MAX_CHUNK}", field="chunk_size"
                )
        return cls(
            storage_id=storage_id,
            path=path,
            kind=kind,
            project_id=project_id,
            selection=Selection(conditions, selection.ignored),
            include_files=_truth(body, "include_original_files") or _truth(body, "requires_source", default=True),
            chunk_rows=chunk_rows,
            ray_job_id=_text(body, "ray_job_id"),
            raw_filter=dict(raw_filter),
        )

    @property
    def versions(self) -> tuple[int, ...]:
        """The dataset versions whose events are exported; none where the target is another."""
        return versions_of(self.selection)


def versions_of(selection: Selection) -> tuple[int, ...]:
    """Return the dataset versions that a selection names."""
    named = (test.value for test in selection.conditions if test.field == "versions")
    return tuple(int(str(one)) for value in named if isinstance(value, tuple) for one in value)


def _project(body: Mapping[str, Any], kind: Kind, selection: Selection) -> int | None:
    """Return the project: of the body, else of the filter; ground truth needs none, but a version."""
    if kind.scope == "project_id":
        named = [
            test.value for test in selection.conditions if test.field == "project_id" and test.test is Comparison.EQUALS
        ]
        return _integer(body, "project_id", default=int(str(named[0])) if named else None)
    if not any(test.field == kind.scope for test in selection.conditions):
        raise BadRequest(
            "Ground truth is exported by dataset version.",
            received=body.get("filter"),
            expected="a filter with ground_truth_dataset_version or ground_truth_dataset_versions",
            field="filter",
        )
    return None if body.get("project_id") is None else _integer(body, "project_id")


def _required(body: Mapping[str, Any], name: str) -> Any:
    if body.get(name) is None:
        raise BadRequest("This field is required.", field=name)
    return body[name]


def _integer(body: Mapping[str, Any], name: str, default: int | None = None) -> int:
    value = body.get(name)
    if value is None and default is not None:
        return default
    value = _required(body, name)
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > MAX_ID:
        raise BadRequest("A valid integer is required.", received=value, field=name)
    return value


def _truth(body: Mapping[str, Any], name: str, *, default: bool = False) -> bool:
    value = body.get(name)
    if value is None:
        return default
    if not isinstance(value, bool):
        raise BadRequest("Must be a valid boolean.", received=value, field=name)
    return value


def _text(body: Mapping[str, Any], name: str) -> str | None:
    value = body.get(name)
    if value is not None and not isinstance(value, str):
        raise BadRequest("Not a valid string.", received=value, field=name)
    return value


def _choice(body: Mapping[str, Any], name: str, choices: tuple[str, ...]) -> None:
    value = body.get(name, choices[0])
    if value not in choices:
        raise BadRequest(f'"{value}" is not a valid choice.', received=value, expected=", ".join(choices), field=name)


def _kind(targets: object) -> Kind:
    if not isinstance(targets, list) or len(targets) != 1 or not isinstance(targets[0], str):
        named = None
    else:
        named = BY_TARGET.get(targets[0])
    if named is None:
        raise BadRequest(
            "targets is a list of one target.", received=targets, expected=", ".join(BY_TARGET), field="targets"
        )
    return named
