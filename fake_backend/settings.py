"""What may differ between worlds: conventions of the wire, sizes, paces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fake_backend.core.errors import BadRequest

TARGETS = frozenset({"task", "assignment", "ground_truth"})
CHOICES = {"next_cursor": ("url", "token"), "cursor": ("drf", "sealed")}
LIMITS = (
    "gateway_query_bytes",
    "gateway_target_bytes",
    "gateway_headers",
    "gateway_header_bytes",
    "gateway_body_bytes",
    "head_seconds",
)
COUNTED = ("streams", "streams_per_member", "stream_retry_after")
PASSING = ("heartbeat_seconds", "stream_seconds")


@dataclass(frozen=True)
class Settings:
    """The switches of one world; every default is the working convention of contract.md.

    A number without a section is ours: no source gives the real backend's.

    Args:
        bulk_files_manifest: Whether bulk answers fill ``files_manifest``; the real backend leaves it null (6).
        presigned_targets: Targets whose list in the first API honours ``response_mode=presigned``; one that is left out
            sends its payloads inline whatever it is asked (SYN-7535).
        externalise_over: Bytes of payload JSON above which it is stored as an object (3.3).
        presign_seconds: How long a presigned URL of the backend is good.
        chunk_rows: Rows that an export job reads at a time, each time one part of its bundle; ``chunk_size`` of the
            enqueue's body goes before it.
        chunk_seconds: World time that a chunk takes.
        bundle_layout: ``parts`` or the older ``single`` file (2.5).
        heartbeat_seconds: Silence after which a progress stream sends a heartbeat.
        stream_seconds: Age at which the server ends a progress stream (SYN-7304).
        streams: Progress streams that may be open at once; one more is answered 503 (SYN-7304). With 0 all are.
        streams_per_member: Progress streams of one user that may; one more is answered 429 (SYN-7304). With 0 all are.
        stream_retry_after: Seconds in the ``Retry-After`` of these two; ``None`` leaves the header out (2.3).
        unit_files: Form of ``files`` in a data unit that the first API shows alone or within one task; both forms occur
            (4; SYN-7255).
        task_unit_files: Whether the data unit within one task has its files; without them a client asks for the data
            unit itself (4).
        gateway_seconds: Time after which the gateway before the API cuts a call of a model, which goes on.
        gateway_status: What the gateway then answers: 504, which transports send again, or a CDN's 524, which they do
            not (1.2).
        next_cursor: What the second API calls the next page by: a whole ``url``, or the bare ``token`` that the OpenAPI
            file's examples show and the published client cannot follow (1.3).
        cursor_count: Whether the first API counts the rows in cursor mode too (1.3).
        empty_last_page: Whether a last page that ended exactly full says ``next``, which is then empty.
        empty_every: ``n`` makes every nth page of a walk by cursor empty, with a ``next``; 0 for none.
        cursor: Tokens of Django REST framework (``drf``), or tokens that are opaque and good for one walk alone
            (``sealed``, docs/pagination.md).
        gateway_query_bytes: Encoded query above which the gateway answers 520 (incidents.md 5, SYN-7408).
        gateway_target_bytes: Path and query together above which it answers 414: the CDN's 32 KB.
        gateway_headers: Header lines above which it answers 431: the hundred of the usual Python servers.
        gateway_header_bytes: All header lines together above which it answers 431: the CDN's 32 KB.
        gateway_body_bytes: Body above which it answers 413: the CDN's 100 MB; rows of 28 MB pass (SYN-7490).
        default_export_path: Path that an enqueue without one means; blank refuses it. Clients before 2026.1.128 send
            none (0).
        head_seconds: Real time that a client on a socket has to send a request's head, from its first byte.

    The sources of the gateway's limits stand in ``docs/errors.md``.
        strict: Whether a filter key that means nothing is 400 with what was probably meant; the real backend ignores it
            (incidents.md 1, SYN-7398).

    Raises:
        BadRequest: ``presigned_targets`` names a target that there is not, a convention is none of its choices, or a
            limit, or a number of streams or seconds, is none.
    """

    bulk_files_manifest: bool = False
    presigned_targets: frozenset[str] = TARGETS
    externalise_over: int = 2_000
    presign_seconds: int = 3_600
    chunk_rows: int = 1_000
    chunk_seconds: float = 0.1
    bundle_layout: Literal["parts", "single"] = "parts"
    heartbeat_seconds: float = 15.0
    stream_seconds: float = 600.0
    streams: int = 200
    streams_per_member: int = 150
    stream_retry_after: int | None = 5
    unit_files: Literal["dict", "list"] = "dict"
    task_unit_files: bool = True
    gateway_seconds: float = 90.0
    gateway_status: Literal[504, 524] = 504
    next_cursor: Literal["url", "token"] = "url"
    cursor_count: bool = False
    empty_last_page: bool = False
    empty_every: int = 0
    cursor: Literal["drf", "sealed"] = "drf"
    gateway_query_bytes: int = 11_568
    gateway_target_bytes: int = 32_768
    gateway_headers: int = 100
    gateway_header_bytes: int = 32_768
    gateway_body_bytes: int = 104_857_600
    head_seconds: float = 5.0
    default_export_path: str = ""
    strict: bool = False

    def __post_init__(self) -> None:
        self._check_conventions()
        self._check_numbers()

    def _check_conventions(self) -> None:
        unknown = sorted(self.presigned_targets - TARGETS)
        if unknown:
            raise BadRequest("There is no such target.", received=unknown[0], expected=", ".join(sorted(TARGETS)))
        for name, choices in CHOICES.items():
            if (chosen := getattr(self, name)) not in choices:
                raise BadRequest(f"There is no such {name}.", received=chosen, expected=" or ".join(choices))
        if self.empty_every < 0 or self.empty_every == 1:  # a walk whose every page is empty never ends
            raise BadRequest("Not every page can be empty.", received=self.empty_every, expected="0, or 2 and more")

    def _check_numbers(self) -> None:
        for name in LIMITS:
            value = getattr(self, name)
            if isinstance(value, bool) or not value > 0:
                raise BadRequest("A limit is a number above zero.", received=value, field=name)
        for name in COUNTED:
            number = getattr(self, name)
            if number is not None and number < 0:
                raise BadRequest(f"{name} is a number that can be counted.", received=number, expected="0 or more")
        for name in PASSING:
            seconds = getattr(self, name)
            if not seconds > 0:
                raise BadRequest(f"{name} is a time that passes.", received=seconds, expected="more than 0")
