"""Parameters of to_task (to_task guide, Parameter Reference)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

if TYPE_CHECKING:
    from collections.abc import Iterator

type Number = Annotated[int, Field(strict=True, ge=1)]

MAX_ANNOTATION_BYTES = 64 * 2**20  # as for payloads: rows of 28 MB have been seen (incidents.md 3, SYN-7490)
THRESHOLDS = frozenset({"confidence_threshold", "iou_threshold", "nms_threshold", "score_threshold"})
_REQUIRED = {"file": "target_specification_name", "inference": "pre_processor"}


class ToTaskParams(BaseModel):
    """Which tasks to annotate, and from what. A key that is none of these is refused: a misspelt one would do nothing.

    Args:
        name: Name of the action, without white space.
        description: For people.
        project: Id of the project.
        agent: Id of the agent; it needs rights on the project.
        task_filters: Which tasks; see ``filters``.
        method: ``file`` or ``inference``.
        target_specification_name: With ``file``: the specification of the annotation files.
        pre_processor: With ``inference``: id of the plugin release.
        pre_processor_params: With ``inference``: handed to the pre-processor as they are; thresholds lie in [0, 1].
        model: With ``inference``: id of the model that the pre-processor is to use.
        batch_size: With ``inference``: images that are under way at a time; see ``strategies.inference``.
        auto_start: Whether a pre-processor that is not running is started; if not, it is *not active*.
        ready_timeout: Seconds that a start may take.
        overwrite: Whether tasks are written that are annotated already.
        schema: ``any`` asks the backend not to check what it stores.
        allowed_hosts: Hosts that annotation files may lie on, ``host``, ``host:port`` or ``*.domain``; none means any.
        allow_http: Whether they may lie behind plain http elsewhere than on loopback and ``.invalid``.
        max_annotation_bytes: The largest annotation file that is taken.
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    name: str = Field(min_length=1)
    description: str | None = None
    project: Number
    agent: Number
    task_filters: dict[str, Any]
    method: Literal["file", "inference"]
    target_specification_name: str | None = None
    pre_processor: Number | None = None
    pre_processor_params: dict[str, Any] = Field(default_factory=dict)
    model: Number | None = None
    batch_size: Number | None = None
    auto_start: bool = True
    ready_timeout: float = Field(default=600.0, gt=0, allow_inf_nan=False)
    overwrite: bool = False
    schema_: Literal["dm_schema_v1", "any"] = Field(default="dm_schema_v1", alias="schema")
    allowed_hosts: list[str] | None = None
    allow_http: bool = False
    max_annotation_bytes: Number = MAX_ANNOTATION_BYTES

    @field_validator("name")
    @classmethod
    def _check_name(cls, value: str) -> str:
        if any(character.isspace() for character in value):
            raise ValueError(f"{value!r} contains whitespace; a name such as 'File_Annotation_Job' is needed")
        return value

    @field_validator("pre_processor_params", mode="before")
    @classmethod
    def _default_params(cls, value: object) -> object:
        return {} if value is None else value

    @field_validator("pre_processor_params")
    @classmethod
    def _check_pre_processor_params(cls, value: dict[str, Any]) -> dict[str, Any]:
        for path, name, found in _entries(value):
            if name in THRESHOLDS and not _is_share(found):
                raise ValueError(f"{path} is {found!r}; a number from 0 to 1 is needed")
            if name == "batch_size" and not (type(found) is int and found >= 1):
                raise ValueError(f"{path} is {found!r}; a whole number of at least 1 is needed")
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def _check_hosts(cls, value: list[str] | None) -> list[str] | None:
        for host in value or ():
            if not host.strip() or "/" in host or "@" in host or any(character.isspace() for character in host):
                raise ValueError(f"{host!r} is no host; 'files.example', 'files.example:8443' or '*.example' is needed")
        return value

    @model_validator(mode="after")
    def _check_method(self) -> ToTaskParams:
        needed = _REQUIRED[self.method]
        value = getattr(self, needed)
        if value is None or (isinstance(value, str) and not value.strip()):
            raise ValueError(f"{needed} is required for {self.method} method")
        return self

    @property
    def requested_batch(self) -> int | None:
        """How many images the caller wants under way at a time; ``None`` leaves it to the pre-processor."""
        nested = self.pre_processor_params.get("model_config")
        model = nested.get("batch_size") if isinstance(nested, dict) else None
        asked = (self.batch_size, self.pre_processor_params.get("batch_size"), model)
        return max((size for size in asked if size is not None), default=None)

    @property
    def confidence_threshold(self) -> float | None:
        """The confidence that a detection has to reach, if the caller says one."""
        value = self.pre_processor_params.get("confidence_threshold")
        return None if value is None else float(value)


def _entries(values: dict[str, Any], place: str = "") -> Iterator[tuple[str, str, object]]:
    """Yield path, name and value of everything in nested objects."""
    for name, value in values.items():
        yield f"{place}{name}", name, value
        if isinstance(value, dict):
            yield from _entries(value, f"{place}{name}.")


def _is_share(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and 0 <= value <= 1
