"""Which exports a version is asked for, and what each must come to."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Literal

from contract_tests.conformance.habits import Expected, client_rows, declared_by_v2, without_files, written

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.versions import Client
    from contract_tests.verify.outcome import Head

type DocumentName = Literal["demo", "demo-less-a-data-unit", "many"]
type Reporting = Literal["job", "console"]

PROJECT = 1  # the main project of the demo, the only one of many_tasks
MANY = 10_050  # rows; 50 above the shard size, so that the last shard is a small one
MATRIX = "matrix"  # the case of rows that belong to heads x originals x filter


@dataclass(frozen=True)
class Case:
    """One export to ask for.

    Args:
        case: ``matrix``, or in words what a further row is there for.
        head: Which acquisition head must do it.
        originals: Whether originals are saved.
        scope: The filter.
        document: What the backend is seeded with.
        bulk_files_manifest: Whether the backend fills ``files_manifest`` in bulk answers.
        reporting: Whether progress and logs go to the backend or stay with the client.
        jobs: Fewest export jobs that the journal must show.
        refused: What the error says that the client must end in; blank when it must succeed.
    """

    case: str
    head: Head
    originals: bool
    scope: Mapping[str, object]
    document: DocumentName = "demo"
    bulk_files_manifest: bool = False
    reporting: Reporting = "job"
    jobs: int = field(default=0)
    refused: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether the filter says more than which project."""
        return set(self.scope) != {"project"}

    @property
    def name(self) -> str:
        """One word for a folder."""
        parts = (self.head, "originals" if self.originals else "labels", "narrowed" if self.is_narrowed else "all")
        return "-".join(parts if self.case == MATRIX else (*parts, self.case.partition(",")[0].replace(" ", "-")))


def cases(client: Client, narrowing: Mapping[str, object]) -> list[Case]:
    """Return a version's exports: heads x originals x filter first, then what those cannot show.

    Args:
        client: The version.
        narrowing: Keys that keep a part of the demo's main project.
    """
    whole: dict[str, object] = {"project": PROJECT}
    matrix = [
        Case(MATRIX, head, originals, scope, jobs=1 if head == "delegated" else 0)
        for head, originals, scope in product(client.heads, (True, False), (whole, {**whole, **narrowing}))
    ]
    further = []
    if client.shard_size is not None:
        # Reported to the console: the journal keeps 10,000 requests, and this version posts every log line by itself.
        further.append(
            Case(
                "10,050 tasks, sharded",
                "delegated",
                originals=False,
                scope=whole,
                document="many",
                reporting="console",
                jobs=2,
            )
        )
    if client.lists_by_v2:
        further += [
            Case("files manifest filled", "in-process", originals=True, scope=whole, bulk_files_manifest=True),
            Case(
                "task without data unit",
                "in-process",
                originals=False,
                scope=whole,
                document="demo-less-a-data-unit",
                refused="data_unit_id",
            ),
        ]
    return [*matrix, *further]


def applied_scope(case: Case, client: Client) -> dict[str, object]:
    """Return the filter as the backend applies it to what the client asks."""
    if case.head == "in-process" and client.lists_by_v2:
        return declared_by_v2(case.scope)
    return dict(case.scope)


def ignored_keys(case: Case, client: Client) -> frozenset[str]:
    """Return the query keys that the backend must note as meaning nothing to it."""
    return frozenset(case.scope) - frozenset(applied_scope(case, client))


def expected(case: Case, client: Client, document: Mapping[str, object]) -> Expected:
    """Return what an export must come to: the oracle's rows, with the version's habits applied.

    Args:
        case: The export.
        client: The version.
        document: What the backend was seeded with.
    """
    if case.refused:
        return Expected({}, {}, 0, 0)
    rows = client_rows(document, applied_scope(case, client))
    if case.head == "in-process" and client.lists_by_v2 and not case.bulk_files_manifest:
        rows = without_files(rows)
    return written(rows, client.naming(rows), client.label, originals=case.originals)


def without_a_data_unit(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the document with one task of the main project that has no data unit.

    Args:
        document: A seed document; it is left as it is.
    """
    tasks: Sequence[dict[str, Any]] = document["tasks"]
    chosen = next(task for task in tasks if task["project"] == PROJECT)
    return {**document, "tasks": [{**task, "data_unit": None} if task is chosen else task for task in tasks]}


def stored_in(document: Mapping[str, Any], location: str) -> tuple[dict[str, Any], int]:
    """Return the document with its first ``file_system`` storage in a directory, and that storage's id.

    Args:
        document: A seed document; it is left as it is.
        location: Absolute path of a directory.
    """
    storages: Sequence[dict[str, Any]] = document["storages"]
    chosen = next(row for row in storages if row["provider"] == "file_system")
    moved = [{**row, "configuration": {"location": location}} if row is chosen else row for row in storages]
    return {**document, "storages": moved}, chosen["id"]
