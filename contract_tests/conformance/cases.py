"""Which exports a version is asked for: the matrix, and what it cannot show."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Final, Literal

from contract_tests.conformance.documents import FILELESS, FIRST, INCOMPLETE, PROJECT, READ_AHEAD, ROWS, SECOND
from contract_tests.conformance.targets import TARGETS, VERSION, VERSIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract_tests.conformance.documents import DocumentName
    from contract_tests.conformance.targets import TargetName
    from contract_tests.conformance.versions import Client
    from contract_tests.verify.outcome import Head

type Reporting = Literal["job", "console"]

MATRIX = "matrix"  # the case of rows that belong to targets x heads x originals x filter
SCOPING: Final = frozenset({"project", VERSION, VERSIONS})  # keys that say where rows are, not which


@dataclass(frozen=True)
class Backend:
    """How a backend is started; exports that want the same share one, in turn.

    Args:
        document: What it is seeded with.
        bulk_files_manifest: Whether it fills ``files_manifest`` in bulk answers.
        inline: Targets whose v1 list does not heed ``response_mode=presigned`` (SYN-7535).
        virtual_clock: Whether its time stands still but for control calls.
        paging: Options of ``fake-backend serve`` that say how its lists are paged.
    """

    document: DocumentName = "demo"
    bulk_files_manifest: bool = False
    inline: tuple[TargetName, ...] = ()
    virtual_clock: bool = False
    paging: tuple[str, ...] = ()


@dataclass(frozen=True)
class Scopes:
    """What one target of the matrix is asked for.

    Args:
        whole: The filter without which there is no export.
        narrowing: Keys that keep a part of it.
    """

    whole: Mapping[str, object]
    narrowing: Mapping[str, object]


@dataclass(frozen=True)
class Case:
    """One export to ask for.

    Args:
        case: ``matrix``, or in words what a further row is there for.
        target: What is exported.
        head: Which acquisition head must do it.
        originals: Whether originals are saved.
        scope: The filter.
        backend: Where.
        reporting: Whether progress and logs go to the backend or stay with the client.
        jobs: Fewest export jobs that the journal must show.
        refused: What the error says that the client must end in; blank when it must succeed.
        asks_for_rows: Whether the client gets as far as listing rows.
        forced_v1: Whether 1.128 is told by its environment to walk the v1 list (``SYNAPSE_FORCE_V1_EXPORT``).
        expires: Whether every payload URL of the first page expires once the first row is converted.
        page_size: Rows that the client is told by its environment to ask for at a time; 0 leaves it alone.
        refusals: Status to how many requests must be answered with it; all others must be 2xx.
    """

    case: str
    head: Head
    originals: bool
    scope: Mapping[str, object]
    target: TargetName = "task"
    backend: Backend = field(default_factory=Backend)
    reporting: Reporting = "job"
    jobs: int = 0
    refused: str = ""
    asks_for_rows: bool = True
    forced_v1: bool = False
    expires: bool = False
    page_size: int = 0
    refusals: Mapping[int, int] = field(default_factory=dict)

    @property
    def is_narrowed(self) -> bool:
        """Whether the filter says more than where the rows are."""
        return not set(self.scope) <= SCOPING

    @property
    def name(self) -> str:
        """One word for a folder."""
        flags = ("originals" if self.originals else "labels", "narrowed" if self.is_narrowed else "all")
        parts = (self.target, self.head, *flags)
        return "-".join(parts if self.case == MATRIX else (*parts, self.case.partition(",")[0].replace(" ", "-")))


def cases(client: Client, scopes: Mapping[TargetName, Scopes]) -> list[Case]:
    """Return a version's exports: targets x heads x originals x filter first, then what those cannot show.

    Args:
        client: The version.
        scopes: Target to what the matrix asks of the demo.
    """
    # Narrowed exports report to the console: 1.128 posts every line of its log by itself, which is half of its time.
    matrix = [
        Case(
            MATRIX,
            head,
            originals,
            {**asked.whole, **asked.narrowing} if narrowed else asked.whole,
            target,
            reporting="console" if narrowed else "job",
            jobs=1 if head == "delegated" else 0,
        )
        for target, asked in scopes.items()
        for head, originals, narrowed in product(client.heads, (True, False), (False, True))
    ]
    return [*matrix, *_further(client, scopes)]


SMALL: Final = Backend("small")
SMALL_SCOPES: Final[Mapping[TargetName, Mapping[str, object]]] = {
    "task": {"project": PROJECT},
    "assignment": {"project": PROJECT},
    "ground_truth": {VERSION: FIRST},
}
EXPIRED: Final = ROWS - READ_AHEAD  # of the rows of each of these scopes, those whose payloads lie in objects
PAGE: Final = 5  # rows a page, of which ``ROWS`` make an even number
# What a client can meet without a line of its own changing; a bare token it cannot follow (contract.md 1.3).
UNUSUAL: Final = ("--cursor-count", "--empty-last-page", "--empty-every", "2", "--cursor", "sealed")
TRAP: Final[Mapping[str, object]] = {"project": PROJECT, "task": 3, "workshops": 614}
TWO: Final[Mapping[str, object]] = {VERSION: [FIRST, SECOND]}
PLURAL: Final[Mapping[str, object]] = {VERSIONS: f"{FIRST},{SECOND}"}
BARE: Final[Mapping[str, object]] = {VERSION: FILELESS}
NOT_FOUND: Final[Mapping[int, int]] = {404: 1}  # the project of a list of versions: the list is put into the path


def _further(client: Client, scopes: Mapping[TargetName, Scopes]) -> Iterator[Case]:
    """Yield the exports beside the matrix; those of the small document cost little."""
    for head in client.heads:
        jobs = 1 if head == "delegated" else 0
        yield Case("two versions", head, True, TWO, "ground_truth", SMALL, jobs=jobs, refusals=NOT_FOUND)
        yield Case("plural key", head, False, PLURAL, "ground_truth", SMALL, jobs=jobs)
        yield Case("events without files", head, True, BARE, "ground_truth", SMALL, jobs=jobs)
        if not client.rejects_unknown_keys:
            yield Case("task and workshops", head, False, TRAP, "assignment", SMALL, jobs=jobs)
    if client.rejects_unknown_keys:
        said = "Unsupported export filter key(s): task, workshops"
        yield Case(
            "task and workshops", "in-process", False, TRAP, "assignment", SMALL, refused=said, asks_for_rows=False
        )
    for target, scope in SMALL_SCOPES.items():
        backend = Backend("small", paging=UNUSUAL)
        yield Case("unusual paging", "in-process", False, scope, target, backend, page_size=PAGE)
    yield from _of_v2(scopes) if client.lists_by_v2 else _of_v1()
    if client.shard_size is not None:
        # Reported to the console: the journal keeps 10,000 requests, and this version posts every log line by itself.
        yield Case(
            "10,050 tasks, sharded",
            "delegated",
            originals=False,
            scope={"project": PROJECT},
            backend=Backend("many"),
            reporting="console",
            jobs=2,
        )


def _of_v2(scopes: Mapping[TargetName, Scopes]) -> Iterator[Case]:
    """Yield what is special to a version that lists by v2 in process."""
    for target, asked in scopes.items():
        backend = Backend(bulk_files_manifest=True)
        yield Case("files manifest filled", "in-process", True, asked.whole, target, backend)
    for target, scope in SMALL_SCOPES.items():
        tokens = Backend("small", paging=("--next-cursor", "token"))
        yield Case(
            "pages by token",
            "in-process",
            False,
            scope,
            target,
            tokens,
            refused="Failed to fetch results: 404",
            page_size=PAGE,
            refusals={404: 1},
        )
    for target in TARGETS:
        yield Case("forced v1", "in-process", False, SMALL_SCOPES[target], target, SMALL, forced_v1=True)
    yield Case("ids", "in-process", False, {"project": PROJECT, "ids": "103-107"}, "assignment", SMALL)
    yield Case(
        "task without data unit", "in-process", False, {"project": INCOMPLETE}, backend=SMALL, refused="data_unit_id"
    )


def _of_v1() -> Iterator[Case]:
    """Yield what is special to a version that walks the v1 list and asks for payloads by URL."""
    backend = Backend("small", virtual_clock=True)
    for target, scope in SMALL_SCOPES.items():
        yield Case("expired URLs", "in-process", False, scope, target, backend, expires=True, refusals={403: EXPIRED})
    backend = Backend("small", inline=("assignment",))
    yield Case("response mode ignored", "in-process", True, SMALL_SCOPES["assignment"], "assignment", backend)
