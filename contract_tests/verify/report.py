"""The verdicts of a run, and ``report.json``."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict

from contract_tests.verify.compare import Difference, differences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contract_tests.verify.outcome import ExporterKind, Outcome, Tree, Verdict


class ReportRow(TypedDict):
    """One line of ``report.json``; docs/reports.md says what each field means."""

    target: str
    head: str
    exporter: str
    filter: Mapping[str, object]
    originals: bool
    rows: int
    files: int
    bytes: int
    digest: str
    requests: int
    seconds: float
    verdict: Verdict


class ReportFile(TypedDict):
    """All of ``report.json``."""

    rows: list[ReportRow]
    verdict: Verdict


@dataclass(frozen=True)
class Judgement:
    """An outcome and what is held against it.

    Args:
        outcome: The export.
        against: What its tree was compared with, in words.
        differences: Where it differs from that.
    """

    outcome: Outcome
    against: str
    differences: Sequence[Difference] = ()

    @property
    def verdict(self) -> Verdict:
        """``error`` when the export failed, else whether its tree is the expected one."""
        if self.outcome.error:
            return "error"
        return "differs" if self.differences else "equal"


@dataclass(frozen=True)
class Report:
    """A whole run.

    Args:
        target: What was exported.
        scope: The filter.
        judgements: One for each export, in the order in which they ran.
    """

    target: str
    scope: Mapping[str, object]
    judgements: Sequence[Judgement]

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all exports: ``error``, then ``differs``."""
        verdicts = {judgement.verdict for judgement in self.judgements}
        return "error" if "error" in verdicts else "differs" if "differs" in verdicts else "equal"

    def rows(self) -> list[ReportRow]:
        """Return the lines of ``report.json``."""
        return [
            {
                "target": self.target,
                "head": judgement.outcome.head,
                "exporter": judgement.outcome.exporter,
                "filter": self.scope,
                "originals": True,
                "rows": judgement.outcome.rows,
                "files": len(judgement.outcome.tree),
                "bytes": judgement.outcome.size,
                "digest": judgement.outcome.digest,
                "requests": judgement.outcome.requests,
                "seconds": round(judgement.outcome.seconds, 3),
                "verdict": judgement.verdict,
            }
            for judgement in self.judgements
        ]

    def json(self) -> str:
        """Return ``report.json``."""
        whole: ReportFile = {"rows": self.rows(), "verdict": self.verdict}
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def judge_by_oracle(
    outcomes: Sequence[Outcome], expected: Callable[[ExporterKind], Tree], owners: Mapping[str, int]
) -> list[Judgement]:
    """Compare each tree with the oracle's; two heads that both equal it equal each other.

    Args:
        outcomes: The exports.
        expected: The oracle's tree for an exporter's name.
        owners: Path to row id.
    """
    return [
        Judgement(
            outcome,
            "the oracle",
            () if outcome.error else differences(expected(outcome.exporter), outcome.tree, owners),
        )
        for outcome in outcomes
    ]


def judge_by_each_other(outcomes: Sequence[Outcome], owners: Mapping[str, int]) -> list[Judgement]:
    """Compare, exporter by exporter, each head's tree with the first head's; a difference is held against both.

    Args:
        outcomes: The exports, the same exporters for each head.
        owners: Path to row id, as far as known.
    """
    judgements = []
    for outcome in outcomes:
        others = [other for other in outcomes if other.exporter == outcome.exporter and other.head != outcome.head]
        unequal = [
            difference
            for other in others
            if not (outcome.error or other.error)
            for difference in differences(other.tree, outcome.tree, owners)
        ]
        judgements.append(Judgement(outcome, " and ".join(f"the {other.head} head" for other in others), unequal))
    return judgements
