"""The rows of a seed document, one frozen class per resource: the only place where the format is written down.

pydantic compiles these classes into the validator (``shape.py``) and into ``document.schema.json`` (``schema.py``).
Names are those of the API's fields (``contract.md`` 3, 4, 6 and 7).
"""

import base64
import json
import re
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_STRICT: Final = ConfigDict(extra="forbid", strict=True)  # unknown keys refused, no conversion of types

_CODE = r"^[A-Za-z0-9._-]+$"
_HEADER_VALUE = r"^[\x20-\x7e]+$"
_TOKEN = r"^[\x21-\x7e]+$"  # noqa: S105 - the form of a token, not a token
_NO_NUL = r"^[^\x00]+$"
_JOB_ID = r"^([0-9]+|[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12})$"
_INSTANT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})$"

IN_WORDS: Final = {
    _CODE: "letters, digits, dots, underscores or hyphens",  # travels in a header: contract.md 1.1
    _HEADER_VALUE: "printable ASCII, such as image/png",
    _TOKEN: "printable ASCII without blanks",
    _NO_NUL: "text of at least one character, none of them NUL",
    _JOB_ID: "a UUID or a whole number, as text",
}
"""What each pattern of the format means to a person."""

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


def _instant(value: object) -> datetime:
    """Return the moment that ``value`` names, in UTC."""
    if isinstance(value, str) and re.fullmatch(_INSTANT, value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):  # the 30th of February; the year 0 in UTC
            pass
    raise PydanticCustomError("seed", "a date and time with its zone, such as 2026-01-15T09:00:00Z")


def _distinct(ids: tuple[int, ...]) -> tuple[int, ...]:
    """Return ``ids`` when none repeats."""
    if len(set(ids)) < len(ids):
        twice = next(identity for identity in ids if ids.count(identity) > 1)
        raise PydanticCustomError("seed", "a list that names {twice} once, not again", {"twice": twice})
    return ids


def _base64(value: object) -> object:
    """Return ``value`` when it is base64 text or no text at all (the string check then speaks)."""
    if value is None:
        raise PydanticCustomError("seed", "base64 text")
    if isinstance(value, str):
        try:
            base64.b64decode(value, validate=True)
        except ValueError:
            raise PydanticCustomError("seed", "base64 text (RFC 4648, with padding)") from None
    return value


class Absent:
    """The type of :data:`ABSENT`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()
"""Stands for a key that was not given where ``null`` is a value of its own."""


def _absent() -> Absent:
    return ABSENT


Id = Annotated[int, Field(ge=1, le=2**63 - 1)]  # the signed 64-bit key of the API's database
Ids = Annotated[tuple[Id, ...], AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True})]
Code = Annotated[str, Field(pattern=_CODE)]
Name = Annotated[str, Field(pattern=_NO_NUL)]
Instant = Annotated[
    datetime | None,
    PlainValidator(lambda value: None if value is None else _instant(value)),
    WithJsonSchema({"anyOf": [{"type": "string", "format": "date-time", "pattern": _INSTANT}, {"type": "null"}]}),
]
Base64 = Annotated[
    str | None, BeforeValidator(_base64), WithJsonSchema({"type": "string", "contentEncoding": "base64"})
]


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantRow:
    """A tenant: whoever owns rows that no other tenant can see."""

    __pydantic_config__ = _STRICT

    code: Code
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRow:
    """A user of one tenant."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    email: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token that a user presents; without ``token`` the world draws one (``contract.md`` 1.1)."""

    __pydantic_config__ = _STRICT

    user: Id
    kind: Literal["user", "access"]
    token: Annotated[str, Field(pattern=_TOKEN)] | None = field(default=None, repr=False)  # a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageRow:
    """A storage; with an empty ``configuration`` the world makes the directory or the bucket (``contract.md`` 5)."""

    __pydantic_config__ = _STRICT

    id: Id
    tenant: Code
    name: str = ""
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
    name: str = ""


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
    title: str = ""
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
    content_type: Annotated[str, Field(pattern=_HEADER_VALUE)] | None = None
    content: Any = field(default_factory=_absent)
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
    name: str = ""
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
class JobRow:
    """A plugin job that a run reports to (``contract.md`` 5)."""

    __pydantic_config__ = _STRICT

    id: Annotated[str, Field(pattern=_JOB_ID)]
    tenant: Code
    status: Literal["PENDING", "RUNNING", "STOPPED", "SUCCEEDED", "FAILED"] = "PENDING"


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
    jobs: tuple[JobRow, ...] = ()

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
    "jobs": JobRow,
}
"""The class of each resource's rows."""
