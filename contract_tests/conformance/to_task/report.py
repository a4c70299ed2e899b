"""The runs of ``to_task`` in a version's report: rows of the file, and a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypedDict

from rich.table import Table

from contract_tests.verify.console import COLOURS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.conformance.to_task.run import Finding
    from contract_tests.verify.outcome import Verdict

NUMBERS: Final = ("tasks", "success", "failed", "requests", "seconds")
COLUMNS: Final = ("to_task", "method", "filter", *NUMBERS, "digest", "verdict")


class ToTaskRow(TypedDict):
    """One line; docs/conformance.md says what each field means."""

    case: str
    method: str
    project: int
    filter: Mapping[str, object]
    refused: str
    status: str | None
    tasks: int
    success: int
    failed: int
    requests: int
    seconds: float
    digest: str
    seen: list[str]
    verdict: Verdict


def row(finding: Finding) -> ToTaskRow:
    """Return the line of a run; counts and status are what the client says of itself."""
    case, said = finding.case, finding.result
    return {
        "case": case.case,
        "method": case.method,
        "project": case.project,
        "filter": case.filters,
        "refused": case.refused,
        "status": said.get("status"),
        "tasks": said.get("total_tasks", 0),
        "success": said.get("success_count", 0),
        "failed": said.get("failed_count", 0),
        "requests": finding.requests,
        "seconds": round(finding.seconds, 3),
        "digest": finding.digest,
        "seen": sorted(finding.seen),
        "verdict": finding.verdict,
    }


def table(findings: Sequence[Finding]) -> Table:
    """Return the runs as a table for the terminal."""
    shown = Table(*COLUMNS)
    for column, name in zip(shown.columns, COLUMNS, strict=True):
        column.justify = "right" if name in NUMBERS else "left"
    for line in map(row, findings):
        cells = {
            **line,
            "to_task": line["case"],
            "filter": ", ".join(line["filter"]) or "none",
            "seconds": f"{line['seconds']:.2f}",
            "digest": line["digest"][:8],
        }
        verdict = f"[{COLOURS[line['verdict']]}]{line['verdict']}"
        shown.add_row(*(str(cells[name]) for name in COLUMNS[:-1]), verdict)
    return shown
