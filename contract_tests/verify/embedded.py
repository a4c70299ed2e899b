"""The main job on the embedded fake: the demo, both heads, both exporters, and the oracle as judge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.exporting import Caller, export
from contract_tests.oracle import expected_artefacts, rows_by_path
from contract_tests.verify.outcome import WAYS, ExporterKind, Head, Outcome
from contract_tests.verify.report import Report, judge_by_oracle
from fake_backend import FakeBackend
from fake_backend.demo import NARROWING_FILTER, document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

DEMO_SEED = 1  # the demo that ``serve --seed demo`` shows and ``fixtures/`` holds
TENANT = "acme"  # whose main project the demo's filter is about

type Announce = Callable[[Head, ExporterKind], None]
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


def verify_embedded(bug: str | None, announce: Announce, keep: Keep) -> Run:
    """Export the demo's main project, narrowed, in every way there is, and compare with the oracle.

    Args:
        bug: Wrong behaviour of the backend to switch on, or ``None``.
        announce: Told of each export before it begins.
        keep: Given each export when it has ended.
    """
    demo = document(DEMO_SEED)
    with FakeBackend(seed=demo, clock="virtual") as backend:
        if bug is not None:
            backend.bugs.on(bug)
        ids, tokens = backend.first_ids(TENANT), backend.tokens[TENANT]
        scope = {"project": ids["project"], **NARROWING_FILTER}
        caller = Caller(backend.url, TENANT, tokens.user, tokens.access, backend.clock)
        outcomes = []
        for head, exporter in WAYS:
            announce(head, exporter)
            outcomes.append(
                export(
                    caller,
                    scope,
                    head=head,
                    exporter=exporter,
                    storage=ids["storage"] or 0,
                    path=f"verify/{head}-{exporter}",
                    requests_so_far=lambda: backend.journal.arrived,
                )
            )
            keep(outcomes[-1])
        secrets = [token for held in backend.tokens.values() for token in (held.user, held.access) if token]

    def expected(exporter: ExporterKind) -> Mapping[str, bytes]:
        return expected_artefacts(demo, scope, exporter=exporter, tenant=TENANT)

    return Run(Report("task", scope, judge_by_oracle(outcomes, expected, rows_by_path(demo, scope))), secrets)
