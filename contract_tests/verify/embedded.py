"""The main job on the embedded fake: the demo, every target, both heads, both exporters, and the oracle as judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.exporting import Caller, export
from contract_tests.oracle import expected_artefacts, rows_by_path
from contract_tests.verify.outcome import WAYS, ExporterKind, Head, Outcome, Target
from contract_tests.verify.report import Report, judge_by_oracle
from fake_backend import FakeBackend
from fake_backend.demo import (
    ASSIGNMENT_FILTER,
    GROUND_TRUTH_FILTER,
    GROUND_TRUTH_VERSIONS,
    NARROWING_FILTER,
    document,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

DEMO_SEED = 1  # the demo that ``serve --seed demo`` shows and ``fixtures/`` holds
TENANT = "acme"  # whose rows the demo's filters are about
PROJECT = 1  # of which they keep some; the versions are of its ground truth, and share events
SCOPES: Mapping[Target, Mapping[str, object]] = {
    "task": {"project": PROJECT, **NARROWING_FILTER},
    "assignment": {"project": PROJECT, **ASSIGNMENT_FILTER},
    "ground_truth": {"ground_truth_dataset_versions": list(GROUND_TRUTH_VERSIONS), **GROUND_TRUTH_FILTER},
}

type Announce = Callable[[Target, Head, ExporterKind], None]
type Keep = Callable[[Outcome], None]


@dataclass(frozen=True)
class Run:
    """A finished run.

    Args:
        report: Its verdicts.
        secrets: Tokens that must not be shown.
    """

    report: Report
    secrets: Sequence[str]


def verify_embedded(bug: str | None, targets: Sequence[Target], announce: Announce, keep: Keep) -> Run:
    """Export what the demo's filters keep in every way there is, and compare with the oracle.

    Args:
        bug: Wrong behaviour of the backend to switch on, or ``None``.
        targets: What to export.
        announce: Told of each export before it begins.
        keep: Given each export when it has ended.
    """
    demo = document(DEMO_SEED)
    scopes = {target: SCOPES[target] for target in targets}
    with FakeBackend(seed=demo, clock="virtual") as backend:
        if bug is not None:
            backend.bugs.on(bug)
        tokens = backend.tokens[TENANT]
        caller = Caller(backend.url, TENANT, tokens.user, tokens.access, backend.clock)
        outcomes = []
        for target, scope in scopes.items():
            for head, exporter in WAYS:
                announce(target, head, exporter)
                outcomes.append(
                    export(
                        caller,
                        scope,
                        target=target,
                        head=head,
                        exporter=exporter,
                        storage=backend.first_ids(TENANT)["storage"] or 0,
                        path=f"verify/{target}-{head}-{exporter}",
                        requests_so_far=lambda: backend.journal.arrived,
                    )
                )
                keep(outcomes[-1])
        secrets = [token for held in backend.tokens.values() for token in (held.user, held.access) if token]

    def expected(target: Target, exporter: ExporterKind) -> Mapping[str, bytes]:
        return expected_artefacts(demo, scopes[target], exporter=exporter, target=target, tenant=TENANT)

    owners = {target: rows_by_path(demo, scope, target=target, tenant=TENANT) for target, scope in scopes.items()}
    return Run(Report(scopes, judge_by_oracle(outcomes, expected, owners)), secrets)
