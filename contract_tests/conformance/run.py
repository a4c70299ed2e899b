"""Exports by the real client: serve, drive, read what they left, hold it against what is expected."""

from __future__ import annotations

import json
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from contract_tests.conformance.documents import stored_in
from contract_tests.conformance.driven import driven, reaching
from contract_tests.conformance.expectations import expected, fetched_beside, ignored_keys, marks
from contract_tests.conformance.journal import Due, doubts, jobs_of, marks_of, since
from contract_tests.conformance.rows import other_files
from contract_tests.conformance.served import served
from contract_tests.conformance.targets import TARGETS
from contract_tests.verify.compare import Difference, differences
from contract_tests.verify.outcome import Outcome, Verdict, read_tree

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from contract_tests.conformance.cases import Case
    from contract_tests.conformance.environment import Environment
    from contract_tests.conformance.expectations import Mark
    from contract_tests.conformance.habits import Expected
    from contract_tests.conformance.versions import Client

NAME = "export"  # the export's name; its path below the storage's root is the case's
EXPIRY = 3_601  # seconds; the fake's payload URLs are good for an hour
KILL_SWITCH = {"SYNAPSE_EXPORT_DISABLE_ASYNC_DELEGATE": "1"}  # contract.md 2.1
PAGE_SIZES = ("SYNAPSE_EXPORT_PAGE_SIZE", "SYNAPSE_EXPORT_V2_PAGE_SIZE")  # contract.md 1.4
FORCED_V1 = {"SYNAPSE_FORCE_V1_EXPORT": "1"}  # contract.md 3.1


@dataclass(frozen=True)
class Finding:
    """An export and what was found wrong with it.

    Args:
        case: What was asked for.
        outcome: What came of it.
        expected: What should have.
        jobs: Export jobs in the journal.
        marks: What else the journal shows that the client did.
        differences: Where it departs from what is expected; none explained by a habit.
        secrets: The backend's tokens.
    """

    case: Case
    outcome: Outcome
    expected: Expected
    jobs: int
    marks: AbstractSet[Mark]
    differences: tuple[Difference, ...]
    secrets: frozenset[str]

    @property
    def verdict(self) -> Verdict:
        """``error`` when the export failed and should not have, else whether all is as expected."""
        if self.outcome.error and not self.case.refused:
            return "error"
        return "differs" if self.differences else "equal"


def run(
    asked: Sequence[Case],
    client: Client,
    environment: Environment,
    document: Mapping[str, Any],
    done: Callable[[Case], None],
) -> list[Finding]:
    """Run exports one after another, by one process of the client, against one backend.

    Args:
        asked: What to ask for; all want the same backend.
        client: The version.
        environment: Where it is installed.
        document: The seed document.
        done: Told of each export when it is over.

    Raises:
        CannotServe: The backend did not start.
    """
    findings = []
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        root = folder / "storage"
        root.mkdir()
        seeded, storage = stored_in(document, str(root))
        seed = folder / "seed.json"
        seed.write_text(json.dumps(seeded), encoding="utf-8")
        with (
            served(seed, asked[0].backend) as backend,
            driven(environment.python, folder, reaching(backend), backend.secrets) as process,
        ):
            mark, kept = 0, frozenset[str]()
            for case in asked:
                start = time.monotonic()
                answer = process.ask(_words(case, storage, document["jobs"][0]["id"]))
                seconds = time.monotonic() - start
                journal = backend.journal()
                entries, forgotten = since(journal, mark)
                mark = journal["arrived"]
                # everything below the path counts, so that what should have been cleaned up is seen
                tree = read_tree(root / case.name) if (root / case.name).is_dir() else {}
                outcome = Outcome(
                    head=case.head,
                    exporter="row",
                    tree={path.removeprefix(f"{NAME}/"): content for path, content in tree.items()},
                    rows=answer.get("exported_count", 0) + answer.get("failed_count", 0),
                    requests=len(entries),
                    seconds=seconds,
                    error=answer.get("error", ""),
                )
                wanted = expected(case, client, document)
                found = [
                    Difference(doubt.about, None, doubt.expected, doubt.got)
                    for doubt in doubts(entries, forgotten, due(case, client, document, kept))
                ]
                kept |= fetched_beside(case, client, document)
                found += judged(case, answer, wanted)
                found += differences(wanted.tree, outcome.tree, wanted.owners)
                seen = marks_of(entries, TARGETS[case.target])
                findings.append(Finding(case, outcome, wanted, jobs_of(entries), seen, tuple(found), backend.secrets))
                done(case)
    return findings


def due(case: Case, client: Client, document: Mapping[str, Any], kept: AbstractSet[str] = frozenset()) -> Due:
    """Return what the journal must show of an export.

    Args:
        case: The export.
        client: The version.
        document: What the backend was seeded with.
        kept: Names of files that the client has downloaded from this backend before and does not ask for again.
    """
    return Due(
        target=case.target,
        marks=marks(case, client, document),
        jobs=case.jobs,
        ignored=ignored_keys(case, client),
        refusals=case.refusals,
        beside=fetched_beside(case, client, document) - kept,
        others=other_files(document, {}, "task") | other_files(document, {}, "ground_truth"),
    )


def judged(case: Case, answer: Mapping[str, Any], wanted: Expected) -> list[Difference]:
    """Return where the client's own account departs from what is expected.

    Args:
        case: What was asked for.
        answer: What the client says of itself.
        wanted: What is expected.
    """
    error = answer.get("error", "")
    if case.refused:
        return [] if case.refused in error else [Difference("error", None, f"…{case.refused}…", error or "(success)")]
    if error:
        return []
    counts = {
        "exported_count": wanted.exported,
        "failed_count": wanted.failed,
        "total_count": wanted.exported + wanted.failed,
    }
    return [
        Difference(f"result, {name}", None, str(count), str(answer.get(name)))
        for name, count in counts.items()
        if answer.get(name) != count
    ]


def _words(case: Case, storage: int, job: str) -> dict[str, Any]:
    """Return what the driver is told."""
    return {
        "job": job,
        "reporting": case.reporting,
        "environment": {
            **(KILL_SWITCH if case.head == "in-process" else {}),
            **(FORCED_V1 if case.forced_v1 else {}),
            **(dict.fromkeys(PAGE_SIZES, str(case.page_size)) if case.page_size else {}),
        },
        "expiry": EXPIRY if case.expires else 0,
        "params": {
            "name": NAME,
            "storage": storage,
            "path": case.name,
            "target": case.target,
            "filter": dict(case.scope),
            "save_original_file": case.originals,
        },
    }
