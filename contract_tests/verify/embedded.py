"""The main job on the embedded fake: the demo, every target in every way, to_task, and the oracle as judge."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from contract_tests.exporting import Caller, export
from contract_tests.oracle import expected_artefacts, rows_by_path
from contract_tests.verify.outcome import METHODS, TARGETS, WAYS, ExporterKind, Head, Method, Outcome, Subject, Target
from contract_tests.verify.report import Report, judge_by_oracle
from contract_tests.verify.to_task import SCOPE, judge_to_task, run_to_task
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

    from contract_tests.oracle import SeedDocument

DEMO_SEED = 1  # the demo that ``serve --seed demo`` shows and ``fixtures/`` holds


@dataclass(frozen=True)
class Demo:
    """Which demo is verified.

    Args:
        seed: The generator's seed number.
        hard: Whether the pictures that to_task has to annotate are hard.
    """

    seed: int = DEMO_SEED
    hard: bool = False


TENANT = "acme"  # whose rows the demo's filters are about
PROJECT = 1  # of which they keep some; the versions are of its ground truth, and share events
SCOPES: Mapping[Target, Mapping[str, object]] = {
    "task": {"project": PROJECT, **NARROWING_FILTER},
    "assignment": {"project": PROJECT, **ASSIGNMENT_FILTER},
    "ground_truth": {"ground_truth_dataset_versions": list(GROUND_TRUTH_VERSIONS), **GROUND_TRUTH_FILTER},
}

type Announce = Callable[[Subject, Head | Method, ExporterKind | None], None]
type Keep = Callable[[Outcome], None]
type Databases = Callable[[], AbstractContextManager[str | None]]


@dataclass(frozen=True)
class Run:
    """A finished run.

    Args:
        report: Its verdicts.
        secrets: Tokens that must not be shown.
    """

    report: Report
    secrets: Sequence[str]


def verify_embedded(
    bug: str | None,
    targets: Sequence[Subject],
    announce: Announce,
    keep: Keep,
    which: Demo | None = None,
    *,
    databases: Databases = nullcontext,
) -> Run:
    """Export what the demo's filters keep in every way there is, annotate, and compare with the oracle.

    Args:
        bug: Wrong behaviour of the backend to switch on, or ``None``.
        targets: What to export; ``to_task`` annotates.
        announce: Told of each run before it begins.
        keep: Given each run when it has ended.
        which: The demo; the one that is served when absent.
        databases: Lends each world the URL of its database; in memory when absent.
    """
    which = which or Demo()
    demo = cast("SeedDocument", document(which.seed, hard=which.hard))
    scopes = {target: SCOPES[target] for target in TARGETS if target in targets}
    outcomes: list[Outcome] = []
    secrets: list[str] = []
    if scopes:
        outcomes, secrets = _exports(demo, scopes, bug, announce, keep, databases=databases)
    annotated = []
    for method in METHODS if "to_task" in targets else ():
        announce("to_task", method, None)
        outcome, tokens = run_to_task(demo, TENANT, method, databases, bug=bug)
        keep(outcome)
        annotated.append(judge_to_task(demo, outcome, hard=which.hard))
        secrets += tokens

    def expected(target: Target, exporter: ExporterKind) -> Mapping[str, bytes]:
        return expected_artefacts(demo, scopes[target], exporter=exporter, target=target, tenant=TENANT)

    owners = {target: rows_by_path(demo, scope, target=target, tenant=TENANT) for target, scope in scopes.items()}
    shown: dict[Subject, Mapping[str, object]] = {target: scopes[target] for target in scopes}
    if annotated:
        shown["to_task"] = SCOPE
    return Run(Report(shown, [*judge_by_oracle(outcomes, expected, owners), *annotated]), secrets)


def _exports(
    demo: SeedDocument,
    scopes: Mapping[Target, Mapping[str, object]],
    bug: str | None,
    announce: Announce,
    keep: Keep,
    *,
    databases: Databases,
) -> tuple[list[Outcome], list[str]]:
    """Return what every export came to, and the world's tokens."""
    with databases() as database, FakeBackend(seed=demo, clock="virtual", database=database) as backend:
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
        return outcomes, [token for held in backend.tokens.values() for token in (held.user, held.access) if token]
