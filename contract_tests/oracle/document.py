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
    """An assignment of a task."""

    id: Required[int]
    task: Required[int]
    is_discarded: bool


class SeedDocument(TypedDict, total=False):
    """The part of a seed document that the oracle reads; every key may be absent."""

    projects: list[ProjectRow]
    data_units: list[DataUnitRow]
    tasks: list[TaskRow]
    assignments: list[AssignmentRow]
