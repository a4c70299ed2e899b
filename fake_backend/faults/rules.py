"""A fault plan: rules that say what is struck and what then happens. Data; ``in_force.py`` has what changes.

``docs/faults.md`` tells what each field means, ``plan.schema.json`` which values it takes.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads annotations as it runs)
from dataclasses import field
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from fake_backend.faults import counts

STRICT: Final = ConfigDict(extra="forbid", strict=True)

type Target = Literal["api", "storage", "sse", "agent", "worker"]
type Scope = Literal["world", "connection", "client"]
type Seconds = Annotated[float, Field(ge=0, le=10**9, allow_inf_nan=False)]
type Bytes = Annotated[int, Field(ge=0, le=2**40)]
type Share = Annotated[float, Field(ge=0, le=1)]
type Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
type CountOf = Annotated[int, Field(ge=1, le=10**9)] | Annotated[str, Field(pattern=counts.PATTERN)]
type HeaderName = Annotated[str, Field(pattern=r"^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]  # RFC 9110, 5.1: a token
type HeaderText = Annotated[str, Field(pattern=r"^[\t\x20-\x7e\x80-\xff]*$")]  # RFC 9110, 5.5: one line of Latin-1
type Place = Literal["before", "after"] | Bytes


@dataclass(frozen=True, kw_only=True, config=STRICT)
class JobMatch:
    """Which job a request or a step is about.

    Args:
        kind: Its type, such as ``plugin_export``.
        number: Which job of the world, counted from 1 in the order in which they were enqueued.
    """

    kind: str | None = None
    number: CountOf | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Match:
    """What a rule strikes; all that is named has to hold.

    Args:
        target: Who is asked: the ``api``, the ``storage``, a progress stream (``sse``), an ``agent``; or the
            ``worker`` of a job, at each of its steps.
        method: HTTP method, or several.
        route: Path; ``*`` stands for one segment, ``**`` for any number of them.
        query: Values by key, ``*`` and ``?`` as in file names; ``null`` wants the key to be absent.
        header: The same for headers, whose names have no case.
        job: Which job.
        attempt: Which arrival of the very same request of one client, counted since the plan came into force.
        page: Which page of a walk: pages by number have theirs, pages by cursor are counted as they come first.
        call: Which of the requests (or steps) that match otherwise.
        per: Whether ``call`` is counted for the world, each connection or each client.
        since: World time in seconds after the plan came into force, from which on.
        until: The same, up to which.
        probability: Chance of each that matches otherwise.
    """

    target: Target | None = None
    method: str | tuple[str, ...] | None = None
    route: str | None = None
    query: Mapping[str, str | None] = field(default_factory=dict)
    header: Mapping[str, str | None] = field(default_factory=dict)
    job: JobMatch | None = None
    attempt: CountOf | None = None
    page: CountOf | None = None
    call: CountOf | None = None
    per: Scope = "world"
    since: Seconds = 0.0
    until: Seconds | None = None
    probability: Share = 1.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class StreamEvent:
    """An event that a progress stream sends out of turn, and ends.

    Args:
        name: Of the event.
        data: Its data, JSON.
        after: Events of the stream's own that come before it.
    """

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    after: Annotated[int, Field(ge=0)] = 0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WorkerEffect:
    """What becomes of a job's worker at the step that is struck.

    Args:
        kill: It dies; nothing moves any more until somebody takes the job up.
        resume_after: Seconds after which the job is taken up; left out, it never is.
        resume_from: ``here``: the step that died is done again; ``start``: the whole job is, and its count goes back.
        stall: Seconds for which nothing moves.
        pace: How many times as long this step takes; none is quicker than without a fault.
        fail_row: Number of the row, counted from 1 in the order of the scan, that ends the job as ``FAILED``.
    """

    kill: bool = False
    resume_after: Seconds | None = None
    resume_from: Literal["here", "start"] = "here"
    stall: Seconds | None = None
    pace: Annotated[float, Field(ge=1, le=10**6)] | None = None
    fail_row: Annotated[int, Field(ge=1)] | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Effect:
    """What happens; what is named happens together, as far as it can.

    Args:
        status: Answer with this status; one below 200 answers nothing, it announces an answer.
        body: Its body: JSON, or text; left out, the form of errors that the API has.
        headers: Headers of the answer, over those that it has; each a line of Latin-1, as HTTP has it.
        retry_after: ``Retry-After``: seconds, or a text as it stands, which is such a line too.
        delay: Seconds before the answer.
        no_answer: Take the request and never answer: the client's own limit ends its wait.
        refuse: Nobody listens.
        drop: Close the connection ``before`` the head, ``after`` the whole answer, or after so many bytes of the body.
        reset: The same, by a reset.
        truncate: Give only so many bytes of the body, and call them all.
        slow: Bytes of the body a second.
        corrupt: Make the body no JSON.
        twice: Carry the request out twice, as when something on the way delivers it again.
        expire_urls: Hand out presigned URLs that have expired already.
        skew: Seconds that the clock of the party asked is ahead; below zero behind.
        spoil: What this connection, and no new one, is for all that comes on it from now on.
        event: A progress stream sends this, and ends.
        processed: Whether the request is carried out before ``status``, ``no_answer``, ``drop`` and ``reset`` take its
            answer away; ``no_answer`` carries it out unless told.
        worker: What becomes of a job's worker; for the target ``worker`` alone.
    """

    status: Annotated[int, Field(ge=200, le=599)] | None = None
    body: Any = None
    headers: Mapping[HeaderName, HeaderText] = field(default_factory=dict)
    retry_after: Annotated[int, Field(ge=0)] | Seconds | HeaderText | None = None
    delay: Seconds | None = None
    no_answer: bool = False
    refuse: bool = False
    drop: Place | None = None
    reset: Place | None = None
    truncate: Bytes | None = None
    slow: Annotated[int, Field(ge=1)] | None = None
    corrupt: bool = False
    twice: bool = False
    expire_urls: bool = False
    skew: Annotated[float, Field(ge=-(10**9), le=10**9)] | None = None
    spoil: Literal["no_answer", "reset", "drop"] | None = None
    event: StreamEvent | None = None
    processed: bool | None = None
    worker: WorkerEffect | None = None


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rule:
    """One fault.

    Args:
        id: Name, unique in the plan.
        match: What is struck.
        effect: What then happens.
        times: How often at most; left out, without end.
        activation: Chance that the rule is there at all in a run; drawn once.
    """

    id: Name
    effect: Effect
    match: Match = field(default_factory=Match)
    times: Annotated[int, Field(ge=1)] | None = None
    activation: Share = 1.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Plan:
    """Some faults, and the seed of their chance.

    Args:
        rules: The faults.
        seed: Every rule draws from a stream of its own, made of this number and its name.
    """

    rules: tuple[Rule, ...] = ()
    seed: int = 0
