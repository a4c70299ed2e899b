"""The run for people (a table, and what is not there yet) and for machines (JSON and JUnit)."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from rich.markup import escape
from rich.table import Table

from contract_tests.models.openapi import faithless
from contract_tests.models.verdict import ORDER, worst

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from rich.console import Console

    from contract_tests.conformance.record import RecordCheck
    from contract_tests.models.verdict import Judged
    from contract_tests.verify.redact import Redact

COLOURS = {"parses": "green", "differs": "red", "resource not there yet": "yellow", "no wire call": "dim"}


def by_method(calls: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Return the calls of each method, by a name such as ``v2.tasks.list``."""
    found: dict[str, list[Judged]] = {}
    for call in calls:
        found.setdefault(f"{call.api}.{call.method}", []).append(call)
    return found


def show(calls: Sequence[Judged], package: RecordCheck, version: str, console: Console, redact: Redact) -> None:
    """Print the table of methods, what is not there yet, and each call that differs with the reason.

    Args:
        calls: All of them.
        package: What came of comparing the package with its RECORD.
        version: Of the client.
        console: Where to print.
        redact: Applied to everything that comes from an answer.
    """
    unmodified = f"{package.files} files match RECORD" if package.matches else "[red]modified since it was installed[/]"
    table = Table(
        *("method", "calls", "requests", "status", "model", "openapi", "verdict"),
        title=f"synapse-sdk {version}, {unmodified}",
    )
    methods = by_method(calls)
    for name, made in methods.items():
        verdict = worst(made)
        if verdict in {"parses", "differs"}:
            statuses = dict.fromkeys(status for call in made for status in call.statuses)
            models = dict.fromkeys(model for call in made for model in call.parsed_by)
            numbers = (len(made), sum(len(call.requests) for call in made))
            held = sum(call.checked for call in made)
            shown = (" ".join(statuses), ", ".join(models) or "-", str(held or "-"))
            table.add_row(name, *map(str, numbers), *shown, f"[{COLOURS[verdict]}]{verdict}")
    console.print(table)
    for verdict in ("no wire call", "resource not there yet"):
        console.print(f"\n[{COLOURS[verdict]}]{verdict}[/]")
        said: dict[str, list[str]] = {}
        for name, made in methods.items():
            if worst(made) == verdict:
                said.setdefault(made[0].because, []).append(name)
        for because, names in said.items():
            console.print(f"  {because}: {', '.join(names)}", soft_wrap=True, highlight=False)
    console.print("\nfields of the OpenAPI file that contradict its own text, and are held against nothing")
    for field in faithless():
        console.print(f"  {field}", soft_wrap=True, highlight=False)
    for call in calls:
        if call.verdict == "differs":
            console.print(f"[red]{call.api}.{call.method}, {escape(call.what)}: differs[/]", soft_wrap=True)
            console.print(f"  {escape(redact(call.because))}", soft_wrap=True, highlight=False)
    counts = counted(calls)
    console.print(f"\n{sum(counts.values())} methods, {len(calls)} calls: {', '.join(_words(counts))}", soft_wrap=True)


def counted(calls: Sequence[Judged]) -> Mapping[str, int]:
    """Return the number of methods by verdict, the best first."""
    found = Counter(worst(made) for made in by_method(calls).values())
    return {verdict: found[verdict] for verdict in ORDER}


def as_json(calls: Sequence[Judged], package: RecordCheck, version: str) -> str:
    """Return ``build/models/report.json``; docs/models.md says what each field means."""
    whole: dict[str, Any] = {
        "version": version,
        "package": {"matches_record": package.matches, "files": package.files},
        "counts": dict(counted(calls)),
        "calls": [asdict(call) for call in calls],
        "unfaithful": list(faithless()),
        "verdict": "differs" if fails(calls, package) else "parses",
    }
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def junit(calls: Sequence[Judged], seconds: float) -> str:
    """Return ``build/models/junit.xml``: a test case for each call; what is not there yet is skipped."""
    counts = Counter(call.verdict for call in calls)
    suite = ET.Element(
        "testsuite",
        name="models",
        tests=str(len(calls)),
        failures=str(counts["differs"]),
        errors="0",
        skipped=str(counts["resource not there yet"] + counts["no wire call"]),
        time=f"{seconds:.3f}",
    )
    for call in calls:
        case = ET.SubElement(suite, "testcase", classname=f"models.{call.api}.{call.method}", name=call.what)
        if call.verdict != "parses":
            ET.SubElement(case, "failure" if call.verdict == "differs" else "skipped", message=call.because)
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def fails(calls: Sequence[Judged], package: RecordCheck) -> bool:
    """Return whether a run is not as it must be; one without a call that parses, or with a changed package, is not."""
    verdicts = {call.verdict for call in calls}
    return "differs" in verdicts or "parses" not in verdicts or not package.matches


def _words(counts: Mapping[str, int]) -> Iterator[str]:
    return (f"[{COLOURS[verdict]}]{count} {verdict}[/]" for verdict, count in counts.items() if count)
