"""The seed document as the oracle reads it: only the rows and fields that an export depends on."""

from __future__ import annotations

from typing import Required, TypedDict

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None


class FileRow(TypedDict, total=False):
    """A file of a data unit; ``content`` or ``content_base64`` holds its bytes."""

    file_name_original: str
    is_primary: bool
    content: Json
    content_base64: str


class DataUnitRow(TypedDict, total=False):
    """A data unit; the order of ``files`` is the order in which they are looked at."""

    id: Required[int]
    files: dict[str, FileRow]


class ProjectRow(TypedDict, total=False):
    """A project of one tenant."""

    id: Required[int]
    tenant: Required[str]


class TaskRow(TypedDict, total=False):
    """A task, with the lists that its relation filters look into."""

    id: Required[int]
    project: Required[int]
    data_unit: int | None
    data: Json
    created: str
    is_discarded: bool
    status_label: str
    status_review: str
    schema: str
    has_reached_max_assignments: bool
    labelers: list[int]
    reviewers: list[int]
    groups: list[int]
    stages: list[int]
    workshops: list[int]
    tags: list[int]


class AssignmentRow(TypedDict, total=False):
    """An assignment of a task; its project, tenant and data unit are the task's."""

    id: Required[int]
    task: Required[int]
    user: Required[int]
    data: Json
    created: str
    is_discarded: bool
    is_discard_confirmed: bool
    is_confirmed: bool
    status_label: str
    status_review: str
    workshop: int | None
    reviewers: list[int]
    groups: list[int]
    stages: list[int]
    tags: list[int]
    label_submitted: str | None
    last_labeled: str | None
    last_reviewed: str | None
    labeler_last_action_at: str | None
    reviewer_last_action_at: str | None


class GroundTruthDatasetRow(TypedDict, total=False):
    """A ground-truth dataset of one tenant."""

    id: Required[int]
    tenant: Required[str]


class GroundTruthDatasetVersionRow(TypedDict, total=False):
    """A version of a dataset: the events that it holds, by ``pgh_id``; versions may share events."""

    id: Required[int]
    ground_truth_dataset: Required[int]
    events: list[int]


class GroundTruthRow(TypedDict, total=False):
    """A ground truth of a data unit."""

    id: Required[int]
    ground_truth_dataset: Required[int]
    data_unit: Required[int]
    task: int | None


class GroundTruthEventRow(TypedDict, total=False):
    """A snapshot of a ground truth, of which there may be several."""

    pgh_id: Required[int]
    ground_truth: Required[int]
    created: str
    data: Json
    category: str
    classes: list[str]


class SeedDocument(TypedDict, total=False):
    """The part of a seed document that the oracle reads; every key may be absent."""

    projects: list[ProjectRow]
    data_units: list[DataUnitRow]
    tasks: list[TaskRow]
    assignments: list[AssignmentRow]
    ground_truth_datasets: list[GroundTruthDatasetRow]
    ground_truth_dataset_versions: list[GroundTruthDatasetVersionRow]
    ground_truths: list[GroundTruthRow]
    ground_truth_events: list[GroundTruthEventRow]
