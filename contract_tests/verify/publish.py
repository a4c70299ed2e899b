"""Writes a run to ``build/verify``: three reports, and the artefacts of each export."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from contract_tests.verify.junit import junit
from contract_tests.verify.outcome import write_tree
from contract_tests.verify.page import page

if TYPE_CHECKING:
    from pathlib import Path

    from contract_tests.verify.redact import Redact
    from contract_tests.verify.report import Report


def publish(report: Report, folder: Path, redact: Redact) -> None:
    """Replace what an earlier run left behind by this one.

    Args:
        report: A finished run.
        folder: ``build/verify``; it and all below it is this command's.
        redact: Applied to every report before it is written.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for judgement in report.judgements:
        write_tree(judgement.outcome.tree, folder / judgement.outcome.name)
    for name, text in (("report.json", report.json()), ("report.html", page(report)), ("junit.xml", junit(report))):
        (folder / name).write_text(redact(text), encoding="utf-8")
