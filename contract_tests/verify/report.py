"""The verdicts of a run, and ``report.json``."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, NotRequired, TypedDict, cast

from contract_tests.verify.compare import Difference, differences

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contract_tests.verify.coco import Score
    from contract_tests.verify.outcome import ExporterKind, Outcome, Subject, Target, Tree, Verdict

type Scope = Mapping[str, object]
type Owners = Mapping[Target, Mapping[str, int]]


class ReportRow(TypedDict):
    """One line of ``report.json``; docs/reports.md says what each field means."""

    target: str
    head: str
    exporter: str
    filter: Scope
    originals: bool
    rows: int
    files: int
    bytes: int
    digest: str
    requests: int
    seconds: float
    verdict: Verdict
    score: NotRequired[ScoreRow]


class ScoreRow(TypedDict):
    """How good the boxes of a model are."""

    ap50: float
    least: float
    boxes: int
    drawn: int
    pictures: int


class SkippedTarget(TypedDict):
    """A target that the run left out, and why."""

    target: str
    reason: str


class ReportFile(TypedDict):
    """All of ``report.json``."""

    rows: list[ReportRow]
    skipped: list[SkippedTarget]
    verdict: Verdict


@dataclass(frozen=True)
class Judgement:
    """An outcome and what is held against it.

    Args:
        outcome: The export.
        against: What its tree was compared with, in words.
        differences: Where it differs from that.
        score: How good the boxes are that a model found, or ``None``.
    """

    outcome: Outcome
    against: str
    differences: Sequence[Difference] = ()
    score: Score | None = None

    @property
    def fault(self) -> str:
        """Why the score is not enough, or blank."""
        return self.score.fault if self.score else ""

    @property
    def verdict(self) -> Verdict:
        """``error`` when the run failed or its score is below its bound, else whether its tree is the expected one."""
        if self.outcome.error or self.fault:
            return "error"
        return "differs" if self.differences else "equal"


@dataclass(frozen=True)
class Report:
    """A whole run.

    Args:
        scopes: The filter of each target that was exported, and that of to_task.
        judgements: One for each run, in the order in which they ran.
        skipped: Targets that were left out, and why; nothing is left out in silence.
    """

    scopes: Mapping[Subject, Scope]
    judgements: Sequence[Judgement]
    skipped: Mapping[Subject, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict of all exports: ``error``, then ``differs``."""
        verdicts = {judgement.verdict for judgement in self.judgements}
        return "error" if "error" in verdicts else "differs" if "differs" in verdicts else "equal"

    def rows(self) -> list[ReportRow]:
        """Return the lines of ``report.json``."""
        return [self._row(judgement) for judgement in self.judgements]

    def _row(self, judgement: Judgement) -> ReportRow:
        outcome = judgement.outcome
        row: ReportRow = {
            "target": outcome.target,
            "head": outcome.head,
            "exporter": outcome.exporter,
            "filter": self.scopes[outcome.target],
            "originals": outcome.target != "to_task",
            "rows": outcome.rows,
            "files": len(outcome.tree),
            "bytes": outcome.size,
            "digest": outcome.digest,
            "requests": outcome.requests,
            "seconds": round(outcome.seconds, 3),
            "verdict": judgement.verdict,
        }
        if judgement.score is not None:
            row["score"] = cast("ScoreRow", asdict(judgement.score))
        return row

    def json(self) -> str:
        """Return ``report.json``."""
        skipped: list[SkippedTarget] = [{"target": name, "reason": why} for name, why in self.skipped.items()]
        whole: ReportFile = {"rows": self.rows(), "skipped": skipped, "verdict": self.verdict}
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def judge_by_oracle(
    outcomes: Sequence[Outcome], expected: Callable[[Target, ExporterKind], Tree], owners: Owners
) -> list[Judgement]:
    """Compare each tree with the oracle's; two heads that both equal it equal each other.

    Args:
        outcomes: The exports.
        expected: The oracle's tree for a target and an exporter's name.
        owners: Path to row, for each target.
    """
    return [
        Judgement(
            outcome,
            "the oracle",
            () if outcome.error else differences(expected(target, exporter), outcome.tree, owners[target]),
        )
        for outcome in outcomes
        for target, exporter in [(cast("Target", outcome.target), cast("ExporterKind", outcome.exporter))]
    ]


def judge_by_each_other(outcomes: Sequence[Outcome], owners: Owners) -> list[Judgement]:
    """Compare each head's tree with the other's of the same target and exporter; a difference counts against both.

    Args:
        outcomes: The exports, the same targets and exporters for each head.
        owners: Path to row, for each target, as far as known.
    """
    judgements = []
    for outcome in outcomes:
        others = [
            other
            for other in outcomes
            if (other.target, other.exporter) == (outcome.target, outcome.exporter) and other.head != outcome.head
        ]
        unequal = [
            difference
            for other in others
            if not (outcome.error or other.error)
            for difference in differences(other.tree, outcome.tree, owners[cast("Target", outcome.target)])
        ]
        judgements.append(Judgement(outcome, " and ".join(f"the {other.head} head" for other in others), unequal))
    return judgements
