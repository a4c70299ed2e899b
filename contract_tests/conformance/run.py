"""One export by the real client: serve, drive, read what it left, hold it against what is expected."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, cast

from contract_tests.conformance.cases import Case, expected, ignored_keys, stored_in
from contract_tests.conformance.journal import doubts, jobs_of, requests_of
from contract_tests.conformance.served import Served, served
from contract_tests.verify.compare import Difference, differences
from contract_tests.verify.outcome import Head, Outcome, Verdict, read_tree
from contract_tests.verify.redact import redactor

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.conformance.environment import Environment
    from contract_tests.conformance.habits import Expected
    from contract_tests.conformance.versions import Client

DRIVER = Path(__file__).with_name("driver.py")
PATH, NAME = "out", "export"  # the export's path below the storage's root, and its name
TIME_LIMIT = 300  # seconds; the longest export takes some ten
LAST_LINES = 5  # of what the client wrote, shown when it said nothing else

# Fewer and quicker retries than the client's own, so that a run that fails soon says so; contract.md 1.4.
PACE = {
    "SYNAPSE_EXPORT_THROTTLE_SECONDS": "0",
    "SYNAPSE_EXPORT_PAGE_RETRIES": "1",
    "SYNAPSE_EXPORT_PAGE_RETRY_BACKOFF": "0",
}
IN_PROCESS = {"SYNAPSE_EXPORT_DISABLE_ASYNC_DELEGATE": "1"}  # contract.md 2.1, the kill switch


class Answer(TypedDict, total=False):
    """What the driver says."""

    exported_count: int
    failed_count: int
    total_count: int
    error: str


@dataclass(frozen=True)
class Finding:
    """An export and what was found wrong with it.

    Args:
        case: What was asked for.
        outcome: What came of it.
        expected: What should have.
        jobs: Export jobs in the journal.
        differences: Where it departs from what is expected; none explained by a habit.
        secrets: The backend's tokens.
    """

    case: Case
    outcome: Outcome
    expected: Expected
    jobs: int
    differences: tuple[Difference, ...]
    secrets: frozenset[str]

    @property
    def verdict(self) -> Verdict:
        """``error`` when the export failed and should not have, else whether all is as expected."""
        if self.outcome.error and not self.case.refused:
            return "error"
        return "differs" if self.differences else "equal"


def run(case: Case, client: Client, environment: Environment, document: Mapping[str, Any]) -> Finding:
    """Run one export against a backend of its own.

    Args:
        case: What to ask for.
        client: The version.
        environment: Where it is installed.
        document: The seed document.

    Raises:
        CannotServe: The backend did not start.
    """
    wanted = expected(case, client, document)
    with tempfile.TemporaryDirectory(prefix="conformance-") as name:
        folder = Path(name)
        root = folder / "storage"
        root.mkdir()
        seeded, storage = stored_in(document, str(root))
        seed = folder / "seed.json"
        seed.write_text(json.dumps(seeded), encoding="utf-8")
        with served(seed, bulk_files_manifest=case.bulk_files_manifest) as backend:
            start = time.monotonic()
            answer = _drive(
                _asked(case, storage, document["jobs"][0]["id"]), case.head, environment.python, backend, folder
            )
            seconds = time.monotonic() - start
            journal = backend.journal()
        # everything below the path counts, so that what should have been cleaned up is seen
        tree = read_tree(root / PATH) if (root / PATH).is_dir() else {}
    tree = {path.removeprefix(f"{NAME}/"): content for path, content in tree.items()}
    entries = requests_of(journal)
    outcome = Outcome(
        head=case.head,
        exporter="row",
        tree=tree,
        rows=answer.get("exported_count", 0) + answer.get("failed_count", 0),
        requests=len(entries),
        seconds=seconds,
        error=answer.get("error", ""),
    )
    found = [
        Difference(doubt.about, None, doubt.expected, doubt.got)
        for doubt in doubts(journal, case, ignored_keys(case, client))
    ]
    found += judged(case, answer, wanted)
    found += differences(wanted.tree, tree, wanted.owners)
    return Finding(case, outcome, wanted, jobs_of(entries), tuple(found), backend.secrets)


def judged(case: Case, answer: Answer, wanted: Expected) -> list[Difference]:
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
    said = cast("dict[str, int]", answer)
    return [
        Difference(f"result, {name}", None, str(count), str(said.get(name)))
        for name, count in counts.items()
        if said.get(name) != count
    ]


def _asked(case: Case, storage: int, job: str) -> dict[str, Any]:
    """Return what the driver is told."""
    return {
        "job": job,
        "reporting": case.reporting,
        "params": {
            "name": NAME,
            "storage": storage,
            "path": PATH,
            "target": "task",
            "filter": dict(case.scope),
            "save_original_file": case.originals,
        },
    }


def _drive(asked: Mapping[str, Any], head: Head, python: Path, backend: Served, home: Path) -> Answer:
    """Return what the driver says of one export; it is started with ``home`` as its home and working directory."""
    # Nothing else of ours gets in: no proxy, no credentials, no configuration of a user's.
    variables = {
        "PATH": os.defpath,
        "HOME": str(home),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SYNAPSE_HOST": backend.url,
        "SYNAPSE_PLUGIN_RUN_USER_TOKEN": backend.token,
        "SYNAPSE_PLUGIN_RUN_TENANT": backend.tenant,
        **PACE,
        **(IN_PROCESS if head == "in-process" else {}),
    }
    try:
        done = subprocess.run(  # noqa: S603 - no shell, our words
            [str(python), str(DRIVER)],
            input=json.dumps(asked),
            env=variables,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=TIME_LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return {"error": f"the client took more than {TIME_LIMIT} s"}
    if done.returncode:
        written = " ".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        return {"error": redactor(backend.secrets)(f"the driver ended with status {done.returncode}: {written}")}
    return cast("Answer", json.loads(done.stdout))
