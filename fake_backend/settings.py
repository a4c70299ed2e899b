"""What may differ between worlds: conventions of the wire, sizes, paces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from fake_backend.core.errors import BadRequest

TARGETS = frozenset({"task", "assignment", "ground_truth"})


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
        streams: Progress streams that may be open at once; one more is answered 503.
        unit_files: Form of ``files`` in a data unit that the first API shows alone or within one task; both forms occur
            (4; SYN-7255).
        task_unit_files: Whether the data unit within one task has its files; without them a client asks for the data
            unit itself (4).
        gateway_seconds: Time after which the gateway before the API cuts a call of a model, which goes on.
        gateway_status: What the gateway then answers: 504, which transports send again, or a CDN's 524, which they do
            not (1.2).
        strict: Whether a filter key that means nothing is 400 with what was probably meant; the real backend ignores it
            (incidents.md 1, SYN-7398).

    Raises:
        BadRequest: ``presigned_targets`` names a target that there is not.
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
    unit_files: Literal["dict", "list"] = "dict"
    task_unit_files: bool = True
    gateway_seconds: float = 90.0
    gateway_status: Literal[504, 524] = 504
    strict: bool = False

    def __post_init__(self) -> None:
        unknown = sorted(self.presigned_targets - TARGETS)
        if unknown:
            raise BadRequest("There is no such target.", received=unknown[0], expected=", ".join(sorted(TARGETS)))
