"""One incident as data: a world, what is wrong with it, what a client is asked for, and how the symptom shows.

``docs/incidents.md`` tells what each field means; a field that is not one of these is refused.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads annotations as it runs)
from dataclasses import field
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from fake_backend.incidents.recipe import PROJECT, VERSION, Recipe

STRICT: Final = ConfigDict(extra="forbid", strict=True)

SAMPLED: Final = (
    *("2026.1.100", "2026.1.120", "2026.1.128", "2026.1.140", "2026.1.150", "2026.1.160"),
    *("2026.1.170", "2026.1.182", "2026.2.0", "2026.2.5", "2026.2.10", "2026.2.17"),
)
"""Versions of the published client that incidents.md sampled, oldest first."""

type SampledVersion = str
type State = Literal["bites", "cured", "unreachable"]
type Target = Literal["task", "assignment", "ground_truth"]
type MeasureName = Literal[
    "rows",
    "labels",
    "originals",
    "files",
    "foreign",
    "leftovers",
    "reported",
    "succeeded",
    "jobs",
    "annotated",
    "requests",
    "repeats",
    "largest_request",
    "request_bytes",
    "api_bytes",
    "seconds",
    "progress",
    "log_entries",
    "escaped",
]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Measure:
    """What is counted, and of which requests or files.

    Args:
        measure: What (``docs/incidents.md``, Measures).
        method: Of requests.
        path: Of requests, ``*`` and ``?`` as in file names; of originals, their names.
        query: Of requests, likewise; the query as it was sent.
        status: Of answers.
        state: Of export jobs.
    """

    measure: MeasureName
    method: str = "*"
    path: str = "*"
    query: str = "*"
    status: int | None = None
    state: str = "*"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Test(Measure):
    """A measure, and what it is compared with.

    Args:
        is_: How.
        value: With what.
    """

    is_: Annotated[Literal["==", "!=", "<", "<=", ">", ">="], Field(alias="is")]
    value: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Call:
    """What the client is asked for.

    Args:
        action: ``export``, ``to_task``, or ``report``: so many lines and ticks of progress, and nothing else.
        target: Of an export.
        head: Which acquisition head: ``delegated``, ``in-process`` (the client's own), or ``v1``: the old walk by page
            number of the versions that have both. The thin SDK knows ``v1`` too.
        filter: Over the scope, which is the world's project or dataset version.
        originals: Whether originals are saved.
        page_size: Rows of a page and of a bulk call.
        reporting: Whether progress and logs go to the backend.
        finish: Whether the logger is finished in the end.
        params: Further parameters, as the client takes them.
        lines: Of a ``report``: log lines, each with a tick of progress.
    """

    action: Literal["export", "to_task", "report"] = "export"
    target: Target = "task"
    head: Literal["delegated", "in-process", "v1"] = "in-process"
    filter: Mapping[str, Any] = field(default_factory=dict)
    originals: bool = False
    page_size: Annotated[int, Field(ge=1)] | None = None
    reporting: bool = False
    finish: bool = True
    params: Mapping[str, Any] = field(default_factory=dict)
    lines: Annotated[int, Field(ge=0)] = 0

    @property
    def scope(self) -> Mapping[str, int]:
        """The filter without which there is no export."""
        return {"ground_truth_dataset_version": VERSION} if self.target == "ground_truth" else {"project": PROJECT}


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Trouble:
    """What is wrong, or in ``calm`` what it is without it.

    Args:
        world: Fields of the recipe that differ.
        settings: Fields of ``Settings`` that differ.
        bugs: Named bugs that are on.
        faults: Rules of a fault plan (``docs/faults.md``).
        call: Fields of the call that differ.
    """

    world: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    bugs: tuple[str, ...] = ()
    faults: tuple[Mapping[str, Any], ...] = ()
    call: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClockScript:
    """The world's time.

    Args:
        start: Instant at which a virtual clock starts, ISO 8601 with a zone.
        speed: How many times as fast a served world goes, unless the caller says otherwise.
    """

    start: str = "2026-08-25T00:00:00+00:00"
    speed: Annotated[float, Field(gt=0)] = 1.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Claim:
    """What becomes of a range of published versions.

    Args:
        since: First sampled version of the range; the first of all when blank.
        until: Last; the last of all when blank.
        state: ``bites``: shows the symptom. ``cured``: does not. ``unreachable``: cannot be brought there.
        reason: Why, and how it is known.
    """

    since: str = ""
    until: str = ""
    state: State
    reason: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Thin:
    """What becomes of the thin SDK.

    Args:
        state: ``cured``: the call succeeds, the symptom does not show, and ``cured`` holds. ``clear-error``: the call
            ends in an error that says ``says``, and the symptom does not show.
        says: Words of the error, matched without case.
        reason: What it does.
    """

    state: Literal["cured", "clear-error"]
    says: str = ""
    reason: str


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Incident:
    """One incident.

    Args:
        id: Ticket, or a name where there is none.
        tickets: Every ticket.
        section: Of incidents.md.
        title: What a user sees, in one sentence.
        cause: Why.
        world: Rows.
        clock: Time.
        call: What a client is asked for.
        trouble: What is wrong.
        calm: What it is when nothing is wrong, beyond the absence of the trouble.
        symptom: What shows it on artefacts or in the journal; all of these hold together.
        cured: What holds where a client is cured, besides the symptom's absence.
        thin: The thin SDK.
        versions: The published client; ranges that cover every sampled version once.
        naive: Module of ``contract_tests.naive`` that makes the mistake, where no version at hand does.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$")]
    tickets: tuple[str, ...] = ()
    section: Annotated[int, Field(ge=1, le=6)]
    title: Annotated[str, Field(min_length=1)]
    cause: Annotated[str, Field(min_length=1)]
    world: Recipe = field(default_factory=Recipe)
    clock: ClockScript = field(default_factory=ClockScript)
    call: Call = field(default_factory=Call)
    trouble: Trouble = field(default_factory=Trouble)
    calm: Trouble = field(default_factory=Trouble)
    symptom: Annotated[tuple[Test, ...], Field(min_length=1)]
    cured: tuple[Test, ...] = ()
    thin: Thin
    versions: Annotated[tuple[Claim, ...], Field(min_length=1)]
    naive: str = ""

    def claims(self) -> dict[SampledVersion, Claim]:
        """Return the claim about each sampled version.

        Raises:
            ValueError: The ranges leave a version out, name one twice, or name one that was not sampled.
        """
        found: dict[SampledVersion, Claim] = {}
        for claim in self.versions:
            for end in (claim.since, claim.until):
                if end and end not in SAMPLED:
                    raise ValueError(f"{end!r} is no sampled version; those are {', '.join(SAMPLED)}")
            first = SAMPLED.index(claim.since) if claim.since else 0
            last = SAMPLED.index(claim.until) if claim.until else len(SAMPLED) - 1
            for version in SAMPLED[first : last + 1]:
                if version in found:
                    raise ValueError(f"{version} is claimed twice")
                found[version] = claim
        if left := [version for version in SAMPLED if version not in found]:
            raise ValueError(f"nothing is said of {', '.join(left)}")
        return found
