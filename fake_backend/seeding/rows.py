"""The rows of a seed document, one frozen class per resource: the only place where the format is written down.

pydantic compiles these classes into the validator (``shape.py``) and into ``document.schema.json`` (``schema.py``).
Names are those of the API's fields (``contract.md`` 3, 4, 6 and 7).
"""

import base64
import json
from dataclasses import dataclass, field, fields
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field

from fake_backend.seeding.forms import (
    ABSENT,
    HEADER_VALUE,
    JOB_ID,
    TOKEN,
    Amount,
    Base64,
    Bytes,
    Calls,
    Code,
    Count,
    Id,
    Ids,
    Instant,
    Name,
    Replicas,
    Seconds,
    Texts,
    Words,
    absent,
)

_STRICT: Final = ConfigDict(extra="forbid", strict=True)  # unknown keys refused, no conversion of types

_CONTENT_TYPES: Final = {
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".png": "image/png",
    ".txt": "text/plain",
}
"""A table of our own: ``mimetypes`` reads files of the machine, and a document means the same everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant: whoever owns rows that no other tenant can see."""

    __pydantic_config__ = _STRICT

    code: Code
    name: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A user of one tenant."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    email: Words = ""
    name: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token that a user presents; without ``token`` the world draws one (``contract.md`` 1.1)."""

    __pydantic_config__ = _STRICT

    user: Id
    kind: Literal["user", "access"]
    token: Annotated[str, Field(pattern=TOKEN)] | None = field(default=None, repr=False)  # a secret
    expires: Instant = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRow:
    """A storage; with an empty ``configuration`` the world makes the directory or the bucket (``contract.md`` 5)."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    name: Words = ""
    category: Literal["internal", "external"] = "internal"
    provider: Literal["file_system", "amazon_s3"]
    configuration: dict[str, str] = field(default_factory=dict, repr=False)  # holds keys of a bucket
    is_default: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataCollectionRow:
    """A data collection: the specifications and data units that a project works on."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    name: Words = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileSpecificationRow:
    """One named place for a file in each data unit of a collection."""

    __pydantic_config__ = _STRICT

    id: Id
    data_collection: Id
    name: Name
    file_type: Literal["image", "video", "pcd", "text", "audio", "data"]
    is_primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectRow:
    """A project; its tasks show data units of its data collection."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    title: Words = ""
    data_collection: Id | None = None
    configuration: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    """One file of a data unit: JSON ``content``, or any bytes as ``content_base64``, never both."""

    __pydantic_config__ = ConfigDict(
        extra="forbid",
        strict=True,
        json_schema_extra={"oneOf": [{"required": ["content"]}, {"required": ["content_base64"]}]},
    )

    file_name_original: Name
    is_primary: bool = False
    content_type: Annotated[str, Field(pattern=HEADER_VALUE)] | None = None
    content: Any = field(default_factory=absent)
    content_base64: Base64 = None

    @property
    def body(self) -> bytes:
        """The file's bytes: ``content`` as JSON in UTF-8 without blanks, or ``content_base64`` decoded."""
        if self.content_base64 is not None:
            return base64.b64decode(self.content_base64)
        return json.dumps(self.content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")

    @property
    def media_type(self) -> str:
        """``content_type``, or what the name's suffix or the kind of content says when it is absent."""
        if self.content_type is not None:
            return self.content_type
        unknown = "application/octet-stream" if self.content is ABSENT else "application/json"
        return _CONTENT_TYPES.get(PurePosixPath(self.file_name_original).suffix.lower(), unknown)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataUnitRow:
    """A data unit; ``files`` maps the name of a specification to a file, in the order that lists keep."""

    __pydantic_config__ = _STRICT

    id: Id
    data_collection: Id
    name: Words = ""
    width: Id | None = None
    height: Id | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    files: dict[str, FileRow] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task; ``created`` in UTC, or ``None`` for the moment of loading (``contract.md`` 3.2 and 6)."""

    __pydantic_config__ = _STRICT

    id: Id
    project: Id
    data_unit: Id | None = None
    data: Any = None
    created: Instant = None
    is_discarded: bool = False
    status_label: Literal["stand_by", "in_progress", "completed", "skipped"] = "stand_by"
    status_review: Literal["stand_by", "in_progress", "completed", "rejected", "skipped"] = "stand_by"
    schema: Literal["any", "dm_schema_v1"] = "any"
    has_reached_max_assignments: bool = False
    labelers: Ids = ()
    reviewers: Ids = ()
    groups: Ids = ()
    stages: Ids = ()
    workshops: Ids = ()
    tags: Ids = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRow:
    """A user's share in a task, whose project, tenant and data unit are its own (``contract.md`` 3.2 and 6)."""

    __pydantic_config__ = _STRICT

    id: Id
    task: Id
    user: Id
    data: Any = None
    created: Instant = None
    is_discarded: bool = False
    is_discard_confirmed: bool = False
    is_confirmed: bool = False
    status_label: Literal["stand_by", "in_progress", "completed", "skipped"] = "stand_by"
    status_review: Literal["stand_by", "in_progress", "completed", "rejected", "skipped"] = "stand_by"
    workshop: Id | None = None
    reviewers: Ids = ()
    groups: Ids = ()
    stages: Ids = ()
    tags: Ids = ()
    label_submitted: Instant = None
    last_labeled: Instant = None
    last_reviewed: Instant = None
    labeler_last_action_at: Instant = None
    reviewer_last_action_at: Instant = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruthDatasetRow:
    """A ground truth dataset, of one project or of none (``contract.md`` 6)."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    name: Words = ""
    project: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruthDatasetVersionRow:
    """A version of a dataset: one event at most of each of its ground truths; versions may share events."""

    __pydantic_config__ = _STRICT

    id: Id
    ground_truth_dataset: Id
    name: Words = ""
    is_released: bool = False
    events: Ids = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruthRow:
    """A data unit's place in a dataset; what it holds is told by its events."""

    __pydantic_config__ = _STRICT

    id: Id
    ground_truth_dataset: Id
    data_unit: Id
    task: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundTruthEventRow:
    """A snapshot of a ground truth, under a key of its own: several events share one ground truth."""

    __pydantic_config__ = _STRICT

    pgh_id: Id
    ground_truth: Id
    pgh_label: Literal["insert", "update"] = "insert"
    created: Instant = None
    data: Any = None
    category: Words = ""
    classes: Texts = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class JobRow:
    """A plugin job that a run reports to (``contract.md`` 5)."""

    __pydantic_config__ = _STRICT

    id: Annotated[str, Field(pattern=JOB_ID)]
    tenant: Code
    status: Literal["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"] = "PENDING"
    action: str = ""
    plugin_release: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentRow:
    """An agent: where plugins run, with what it has and for which projects (``contract.md`` 4 and 7)."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    name: Words = ""
    has_address: bool = True
    token: Annotated[str, Field(pattern=TOKEN)] | None = field(default=None, repr=False)  # a secret
    token_in_script: bool = False
    projects: Ids | None = None
    num_cpus: Amount = 8.0
    num_gpus: Amount = 1.0
    memory_bytes: Bytes = 32 * 2**30
    max_replicas: Count = 16
    max_deployments: Count = 3
    failure: Literal["down", "malformed"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginReleaseRow:
    """A release of a pre-processor: its needs, its roll-out, its model, and how it goes wrong (``docs/serving.md``)."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    code: Code
    version: Code = "1.0.0"
    name: Words = ""
    model: str | None = None
    data_types: Texts = ("image",)
    max_batch_size: Id = 1
    config: dict[str, Any] = field(default_factory=dict)
    num_cpus: Amount = 1.0
    num_gpus: Amount = 0.0
    memory_bytes: Bytes = 0
    num_replicas: Replicas = 1
    image_pull_seconds: Seconds = 30.0
    start_seconds: Seconds = 10.0
    warm_up_seconds: Seconds = 20.0
    drain_seconds: Seconds = 0.0
    answer_seconds: Seconds = 0.2
    fails_at: Literal["image_pull", "start", "warm_up"] | None = None
    unhealthy_after: Count | None = None
    unavailable_after: Count | None = None
    recovers_after: Seconds | None = None
    drains_after: Replicas | None = None
    out_of_memory_above: Count | None = None
    late_calls: Calls = ()
    late_seconds: Seconds = 60.0
    empty_calls: Calls = ()
    failed_calls: Calls = ()
    deferred_after: Seconds | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServeApplicationRow:
    """A release on an agent; it stays when it is deleted, as ``NOT_STARTED`` (``contract.md`` 4)."""

    __pydantic_config__ = _STRICT

    id: Id
    plugin_release: Id
    agent: Id
    status: Literal["NOT_STARTED", "DEPLOYING", "RUNNING", "DEPLOY_FAILED", "UNHEALTHY", "UNAVAILABLE", "DELETING"] = (
        "RUNNING"
    )
    reason: Words = ""
    job: Annotated[str, Field(pattern=JOB_ID)] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedDocument:
    """All rows that fill a backend; every key may be absent, every default is filled in."""

    __pydantic_config__ = _STRICT

    tenants: tuple[TenantRow, ...] = ()
    users: tuple[UserRow, ...] = ()
    tokens: tuple[TokenRow, ...] = ()
    storages: tuple[StorageRow, ...] = ()
    data_collections: tuple[DataCollectionRow, ...] = ()
    file_specifications: tuple[FileSpecificationRow, ...] = ()
    projects: tuple[ProjectRow, ...] = ()
    data_units: tuple[DataUnitRow, ...] = ()
    tasks: tuple[TaskRow, ...] = ()
    assignments: tuple[AssignmentRow, ...] = ()
    ground_truth_datasets: tuple[GroundTruthDatasetRow, ...] = ()
    ground_truth_dataset_versions: tuple[GroundTruthDatasetVersionRow, ...] = ()
    ground_truths: tuple[GroundTruthRow, ...] = ()
    ground_truth_events: tuple[GroundTruthEventRow, ...] = ()
    jobs: tuple[JobRow, ...] = ()
    agents: tuple[AgentRow, ...] = ()
    plugin_releases: tuple[PluginReleaseRow, ...] = ()
    serve_applications: tuple[ServeApplicationRow, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return the number of rows of each resource, in the document's order."""
        return {resource.name: len(getattr(self, resource.name)) for resource in fields(self)}


ROWS: Final[dict[str, type]] = {
    "tenants": TenantRow,
    "users": UserRow,
    "tokens": TokenRow,
    "storages": StorageRow,
    "data_collections": DataCollectionRow,
    "file_specifications": FileSpecificationRow,
    "projects": ProjectRow,
    "data_units": DataUnitRow,
    "tasks": TaskRow,
    "assignments": AssignmentRow,
    "ground_truth_datasets": GroundTruthDatasetRow,
    "ground_truth_dataset_versions": GroundTruthDatasetVersionRow,
    "ground_truths": GroundTruthRow,
    "ground_truth_events": GroundTruthEventRow,
    "jobs": JobRow,
    "agents": AgentRow,
    "plugin_releases": PluginReleaseRow,
    "serve_applications": ServeApplicationRow,
}
"""The class of each resource's rows."""
