"""Parameters of an export."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, field_validator

from sdk.plugins.actions.export.destination import NAME_MAX, is_reserved
from sdk.plugins.actions.export.settings import PAGE_LIMIT


class ExportParams(BaseModel):
    """What to export, and where to.

    Args:
        name: The export's name: the directory that it becomes.
        description: For people.
        storage: Id of the storage to write to.
        path: Directory in the storage, relative to its root; a backslash separates as well and becomes ``/``.
        target: Kind of row.
        filter: Which rows; the keys that a target takes are in ``sdk.plugins.actions.export.targets``.
        save_original_file: Whether original files are saved too.
        extra_params: Settings of the plugin's own, and tunables by their key.
        discard: Whether to remove what an interrupted run of this export has left, and begin again.
        async_job_size_threshold: Deprecated; read and without effect, as every export is delegated.
        disable_async_delegate: Whether the rows are gathered in this process; ``None`` leaves it to the
            configuration and the environment.
        export_page_size: Rows of a v1 page of ids.
        export_v2_page_size: Rows of a v2 page, and ids of a bulk call; over 200 counts as 200.
        export_page_retries: Further attempts for a page.
        export_page_retry_backoff: Seconds before the first of them, doubled each time.
        export_throttle_seconds: Seconds between two pages.
        export_read_timeout: Seconds to wait for a page.
        export_chunk_size: Rows that a server-side job reads at a time.
        export_delegate_poll_inactivity_deadline_seconds: Silence of a job after which it is given up.
        export_delegate_poll_wall_clock_ceiling_seconds: Time after which a job is given up in any case; 0 for never.
        export_max_payload_bytes: The largest payload that is taken.
        export_payload_workers: Payloads that are downloaded at a time.
        export_force_v1: Whether the in-process head keeps to the v1 surface.

    Source: export guide, delegation gate and running locally. Keys that are not listed are ignored.
    """

    name: str
    description: str | None = None
    storage: int
    path: str
    target: Literal["assignment", "ground_truth", "task"]
    filter: dict[str, Any] = Field(default_factory=dict)
    save_original_file: bool = True
    extra_params: dict[str, Any] = Field(default_factory=dict)
    discard: bool = False
    async_job_size_threshold: int | None = None
    disable_async_delegate: bool | None = None

    export_page_size: int | None = Field(default=None, ge=1, le=PAGE_LIMIT)
    export_v2_page_size: int | None = Field(default=None, ge=1)
    export_page_retries: int | None = Field(default=None, ge=0)
    export_page_retry_backoff: float | None = Field(default=None, ge=0)
    export_throttle_seconds: float | None = Field(default=None, ge=0)
    export_read_timeout: float | None = Field(default=None, gt=0)
    export_chunk_size: int | None = Field(default=None, ge=1)
    export_delegate_poll_inactivity_deadline_seconds: float | None = Field(default=None, ge=1)
    export_delegate_poll_wall_clock_ceiling_seconds: float | None = Field(default=None, ge=0)
    export_max_payload_bytes: int | None = Field(default=None, ge=1)
    export_payload_workers: int | None = Field(default=None, ge=1, le=64)
    export_force_v1: bool | None = None

    @field_validator("name", "path")
    @classmethod
    def _check_text(cls, value: str) -> str:
        try:
            value.encode()
        except UnicodeEncodeError:
            raise ValueError(f"{value!r} holds half a character; text that UTF-8 can hold is needed") from None
        return value

    @field_validator("path")
    @classmethod
    def _check_path(cls, value: str) -> str:
        normal = value.replace("\\", "/")  # the backend takes either for a separator; so both heads mean one place
        if all(segment.strip() in {"", "."} for segment in normal.split("/")):
            raise ValueError(f"{value!r} names no directory; one below the storage's root is needed, such as 'exports'")
        for segment in normal.split("/"):
            _ensure_free(segment)
        return normal

    @field_validator("name")
    @classmethod
    def _check_name(cls, value: str) -> str:
        if not value.strip() or "/" in value or "\0" in value or value in {".", ".."}:
            raise ValueError(f"{value!r} cannot be a directory; a name that is not blank and has no '/' is needed")
        if len(value.encode()) > NAME_MAX:
            raise ValueError(f"{value!r} is {len(value.encode())} bytes long; up to {NAME_MAX} are possible")
        _ensure_free(value)
        return value

    @field_validator("extra_params", mode="before")
    @classmethod
    def _default_extra(cls, value: object) -> object:
        return {} if value is None else value


def _ensure_free(segment: str) -> None:
    if is_reserved(segment):
        raise ValueError(f"{segment!r} is reserved for what is kept while exports and bundles are made; choose another")
