"""``junit.xml``: a test case for each run and each skipped target, for CI systems that read nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from contract_tests.verify.report import Judgement, Report

UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)  # what XML 1.0, 2.2 has no way to hold
SHOWN = 20  # differences in one failure


def junit(report: Report) -> str:
    """Return the run as JUnit XML.

    Args:
        report: A finished run.
    """
    suite = ET.Element(
        "testsuite",
        name="verify",
        tests=str(len(report.judgements) + len(report.skipped)),
        failures=str(sum(_fails(judgement) for judgement in report.judgements)),
        errors=str(sum(bool(judgement.outcome.error) for judgement in report.judgements)),
        skipped=str(len(report.skipped)),
        time=f"{sum(judgement.outcome.seconds for judgement in report.judgements):.3f}",
    )
    for judgement in report.judgements:
        outcome = judgement.outcome
        case = ET.SubElement(
            suite,
            "testcase",
            classname=f"verify.{outcome.target}",
            name=outcome.name.removeprefix(f"{outcome.target}-"),
            time=f"{outcome.seconds:.3f}",
        )
        if outcome.error:
            ET.SubElement(case, "error", message=_clean(outcome.error))
        elif judgement.fault or judgement.differences:
            differing = f"{len(judgement.differences)} differences from {judgement.against}"
            message = " ".join([judgement.fault] * bool(judgement.fault) + [differing] * bool(judgement.differences))
            ET.SubElement(case, "failure", message=message).text = "\n".join(
                _clean(f"{found.where} (row {found.row})\n  expected {found.expected}\n  got      {found.got}")
                for found in judgement.differences[:SHOWN]
            )
        if judgement.score:
            ET.SubElement(case, "system-out").text = str(judgement.score)
    for target, reason in report.skipped.items():
        case = ET.SubElement(suite, "testcase", classname=f"verify.{target}", name="all", time="0.000")
        ET.SubElement(case, "skipped", message=_clean(reason))
    return ET.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


def _fails(judgement: Judgement) -> bool:
    """Return whether a run came to its end, but not to what it must."""
    return judgement.verdict != "equal" and not judgement.outcome.error


def _clean(text: str) -> str:
    return UNPRINTABLE.sub("\ufffd", text)
