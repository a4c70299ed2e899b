"""What a fault can strike: a request as it arrives, or a step of a job's worker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from fake_backend.faults.rules import Target

PLACES = frozenset({"cursor", "page"})  # query keys that name a page of a walk
SIGNATURES = ("x-amz-", "signature", "awsaccesskeyid", "expires")  # of presigned URLs: another one each time


@dataclass(frozen=True)
class JobFacts:
    """What a rule may ask of a job: its type, and which job of the world it is, from 1."""

    kind: str
    number: int


def _no_job() -> JobFacts | None:
    return None


def _no_body() -> bytes:
    return b""


@dataclass(frozen=True)
class Arrival:
    """One request, or one step of a worker.

    Args:
        target: Who is asked.
        method: HTTP method; blank for a step.
        path: Decoded; blank for a step.
        query: As sent.
        headers: By lower-case name.
        connection: Over which it came; weakly referable, ``None`` for a step.
        client: What tells one client from another.
        job: The job that it is about, looked up when a rule asks.
        body: Its body, read when a rule asks.
    """

    target: Target
    method: str = ""
    path: str = ""
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    connection: Any = None
    client: str = ""
    job: Callable[[], JobFacts | None] = _no_job
    body: Callable[[], bytes] = _no_body

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query, decoded."""
        return parse_qsl(self.query, keep_blank_values=True, errors="replace")

    @property
    def likeness(self) -> Hashable:
        """What the very same request of the same client has in common with this one."""
        signed = tuple(pair for pair in self.pairs if not pair[0].lower().startswith(SIGNATURES))
        return (self.client, self.method, self.path, signed, hashlib.sha256(self.body()).digest())

    @property
    def walk(self) -> Hashable:
        """What all pages of one walk have in common; links to further pages have their query in another order."""
        query = tuple(sorted(pair for pair in self.pairs if pair[0] not in PLACES))
        return (self.client, self.method, self.path, query)

    @property
    def place(self) -> str | None:
        """The page of its walk: a number, a cursor, or ``None`` for where it begins."""
        return next((value for key, value in reversed(self.pairs) if key in PLACES), None)


def target_of(party: str, path: str) -> Target:
    """Return who a request asks, as fault plans name it.

    Args:
        party: ``api`` or ``storage``.
        path: Decoded, without the query.
    """
    if party == "storage":
        return "storage"
    if path.startswith("/__agents__/"):
        return "agent"
    return "sse" if path.startswith("/v2/async_jobs/") and path.endswith("/progress/") else "api"
