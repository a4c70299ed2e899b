"""The verdict on a version: its table, its differences and ``build/conformance/<version>.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, TypedDict

from rich.markup import escape
from rich.table import Table

from contract_tests.conformance.cases import MATRIX
from contract_tests.conformance.to_task.report import ToTaskRow, row, table
from contract_tests.verify.console import COLOURS
from contract_tests.verify.report import ReportRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from contract_tests.conformance.record import RecordCheck
    from contract_tests.conformance.run import Finding
    from contract_tests.conformance.to_task.run import Finding as ToTaskFinding
    from contract_tests.conformance.versions import Client
    from contract_tests.verify.outcome import Verdict
    from contract_tests.verify.redact import Redact

SHOWN = 4  # differences of one export that are printed
FIRST = ("case", "target", "head", "originals", "filter")
NUMBERS = ("rows", "files", "bytes", "requests", "seconds")
COLUMNS = (*FIRST, *NUMBERS, "digest", "verdict")


class ConformanceRow(ReportRow):
    """One line: that of verify's report, and what is special to this run."""

    case: str
    bulk_files_manifest: bool
    jobs: int
    refused: str
    seen: list[str]


class Package(TypedDict):
    """Whether the installed package is unmodified: every file has the hash that RECORD gives."""

    matches_record: bool
    files: int


class ConformanceFile(TypedDict):
    """All of ``build/conformance/<version>.json``; docs/conformance.md says what each field means."""

    version: str
    package: Package
    habits: list[dict[str, str]]
    rows: list[ConformanceRow]
    further: list[ConformanceRow]
    to_task: list[ToTaskRow]
    verdict: Verdict


@dataclass(frozen=True)
class VersionReport:
    """What came of one version.

    Args:
        client: The version.
        package: What came of comparing the package with its RECORD.
        findings: One for each export.
        to_task: One for each run of ``to_task``.
    """

    client: Client
    package: RecordCheck
    findings: Sequence[Finding]
    to_task: Sequence[ToTaskFinding]

    @property
    def verdict(self) -> Verdict:
        """The worst of all; a package that was modified, or none of either kind, is an ``error``."""
        verdicts = {finding.verdict for finding in self.findings} | {finding.verdict for finding in self.to_task}
        if "error" in verdicts or not (self.findings and self.to_task and self.package.matches):
            return "error"
        return "differs" if "differs" in verdicts else "equal"

    def rows(self) -> list[ConformanceRow]:
        """Return the lines of the file."""
        return [_row(finding) for finding in self.findings]

    def json(self) -> str:
        """Return the file."""
        lines = self.rows()
        whole: ConformanceFile = {
            "version": self.client.version,
            "package": {"matches_record": self.package.matches, "files": self.package.files},
            "habits": [asdict(habit) for habit in self.client.habits],
            "rows": [line for line in lines if line["case"] == MATRIX],
            "further": [line for line in lines if line["case"] != MATRIX],
            "to_task": [row(finding) for finding in self.to_task],
            "verdict": self.verdict,
        }
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def show(report: VersionReport, console: Console, redact: Redact) -> None:
    """Print the tables of a version, and for each run that is not equal why.

    Args:
        report: A finished version.
        console: Where to print.
        redact: Applied to everything that comes from an answer.
    """
    console.print(_table(report))
    console.print(table(report.to_task))
    for path in report.package.modified[:SHOWN]:
        console.print(f"  not what RECORD says: {escape(path)}", soft_wrap=True)
    for finding in report.findings:
        _explain(finding, finding.outcome.error, console, redact)
    for annotated in report.to_task:
        _explain(annotated, annotated.error, console, redact)


def _table(report: VersionReport) -> Table:
    """Return the exports as a table for the terminal."""
    shown = Table(*COLUMNS, title=f"synapse-sdk {report.client.version}, {_package(report.package)}")
    for column, name in zip(shown.columns, COLUMNS, strict=True):
        column.justify = "right" if name in NUMBERS else "left"
    for finding, line in zip(report.findings, report.rows(), strict=True):
        cells = {
            **line,
            "originals": "yes" if line["originals"] else "no",
            "filter": "narrowed" if finding.case.is_narrowed else "none",
            "bytes": f"{line['bytes']:,}",
            "seconds": f"{line['seconds']:.2f}",
            "digest": line["digest"][:8],
        }
        verdict = f"[{COLOURS[line['verdict']]}]{line['verdict']}"
        shown.add_row(*(str(cells[name]) for name in COLUMNS[:-1]), verdict)
    return shown


def _row(finding: Finding) -> ConformanceRow:
    case, outcome = finding.case, finding.outcome
    return {
        "target": case.target,
        "head": case.head,
        "exporter": outcome.exporter,
        "filter": case.scope,
        "originals": case.originals,
        "rows": outcome.rows,
        "files": len(outcome.tree),
        "bytes": outcome.size,
        "digest": outcome.digest,
        "requests": outcome.requests,
        "seconds": round(outcome.seconds, 3),
        "verdict": finding.verdict,
        "case": case.case,
        "bulk_files_manifest": case.backend.bulk_files_manifest,
        "jobs": finding.jobs,
        "refused": case.refused,
        "seen": sorted(finding.marks),
    }


def _package(package: RecordCheck) -> str:
    return f"{package.files} files match RECORD" if package.matches else "[red]modified since it was installed[/]"


def _explain(finding: Finding | ToTaskFinding, error: str, console: Console, redact: Redact) -> None:
    if finding.verdict == "equal":
        return
    console.print(f"[{COLOURS[finding.verdict]}]{finding.case.name}: {finding.verdict}[/]")
    if finding.verdict == "error":
        console.print(f"  {escape(redact(error))}", soft_wrap=True)
        return
    for found in finding.differences[:SHOWN]:
        place = "" if found.row is None else f"row {found.row}, "
        console.print(f"  {place}{escape(redact(found.where))}", soft_wrap=True)
        console.print(f"    expected {escape(redact(found.expected))}", soft_wrap=True, highlight=False)
        console.print(f"    got      {escape(redact(found.got))}", soft_wrap=True, highlight=False)
    if len(finding.differences) > SHOWN:
        console.print(f"  and {len(finding.differences) - SHOWN} more")
