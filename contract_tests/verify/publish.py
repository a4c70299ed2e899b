"""Writes a run to ``build/verify``: the artefacts of each export as it ends, and three reports in the end."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from contract_tests.verify.junit import junit
from contract_tests.verify.outcome import write_tree
from contract_tests.verify.page import page

if TYPE_CHECKING:
    from pathlib import Path

    from contract_tests.verify.outcome import Outcome
    from contract_tests.verify.redact import Redact
    from contract_tests.verify.report import Report


def clear(folder: Path) -> None:
    """Remove what an earlier run left behind.

    Args:
        folder: ``build/verify``; it and all below it is this command's.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def keep(outcome: Outcome, folder: Path) -> None:
    """Write the artefacts of one export, so that they are there whatever becomes of the run.

    Args:
        outcome: The export.
        folder: ``build/verify``.
    """
    write_tree(outcome.tree, folder / outcome.name)


def publish(report: Report, folder: Path, redact: Redact) -> None:
    """Write the three reports of a run.

    Args:
        report: A finished run.
        folder: ``build/verify``.
        redact: Applied to every report before it is written.
    """
    for name, text in (("report.json", report.json()), ("report.html", page(report)), ("junit.xml", junit(report))):
        (folder / name).write_text(redact(text), encoding="utf-8")
