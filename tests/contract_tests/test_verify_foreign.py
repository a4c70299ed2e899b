"""The command on another backend: the heads judge each other, the storage is left as it was, no secret is shown."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from verify_small import SMALL, served, verify

from contract_tests import strategies
from contract_tests.exporting import Caller, export
from contract_tests.verify import foreign
from contract_tests.verify.options import NOT_OURS
from contract_tests.verify.outcome import TARGETS

HERE = ("--storage", "3")
TASKS = ("--project", "1", "--target", "task")


def test_no_secret_is_left_behind_or_shown(tmp_path, capsys, monkeypatch) -> None:
    """Neither a token nor a signature of the run is in build/ or on the terminal, whatever the verdict."""
    with served(monkeypatch) as (backend, url):
        backend.bugs.on("bulk-swaps-payloads")
        secrets = [token for held in backend.tokens.values() for token in (held.user, held.access) if token]
        verify(tmp_path, "--backend-url", url, *TASKS, *HERE)
    printed = capsys.readouterr()
    left = [path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()]

    assert len(secrets) == 3
    assert len(left) > 10
    for text in (printed.out, printed.err, *left):
        assert not [secret for secret in secrets if secret in text]
        assert not re.search(r"X-Amz-Signature=[0-9a-f]", text)


@pytest.mark.parametrize(("storage", "targets"), [("3", TARGETS), ("4", ["ground_truth"])])
def test_another_backend_is_verified_by_comparing_the_heads(tmp_path, monkeypatch, storage, targets) -> None:
    """Any backend will do, on disk or S3; its storage is left as it was found."""
    filters = ("--filter", '{"ids": "1-5"}', "--filter", 'ground_truth={"category": "train"}')
    project = ("--project", "1") if "task" in targets else ("--target", "ground_truth")
    with served(monkeypatch) as (backend, url):
        tokens = backend.tokens[strategies.MAIN_TENANT]
        with Caller(url, tokens.tenant, tokens.user).context() as context:
            root = context.client.open_storage(int(storage), "write")
            root.write_bytes("fake-backend-verify/kept", b"not ours")
            arguments = ("--backend-url", url, *project, "--versions", "51, 52", "--storage", storage)
            status, report = verify(tmp_path, *arguments, *filters)
            left = list(root.list(""))
            root.close()
    of_project = {"project": 1, "ids": "1-5"}
    of_versions = {"ground_truth_dataset_versions": [51, 52], "ids": "1-5", "category": "train"}
    scopes = {"task": of_project, "assignment": of_project, "ground_truth": of_versions}

    left_out = [{"target": "to_task", "reason": NOT_OURS}] if len(targets) > 1 else []

    assert (0, "equal", left_out) == (status, report["verdict"], report["skipped"])
    assert [(target, scopes[target]) for target in targets for _ in range(4)] == [
        (row["target"], row["filter"]) for row in report["rows"]
    ]
    assert [3 if target == "ground_truth" else 5 for target in targets for _ in range(4)] == [
        row["rows"] for row in report["rows"]
    ]
    assert ["fake-backend-verify/kept"] == left


def test_what_is_skipped_is_told(tmp_path, monkeypatch, capsys) -> None:
    """A target for which nothing was given is not exported, and table and report say so."""
    with served(monkeypatch) as (_, url):
        status, report = verify(tmp_path, "--backend-url", url, "--versions", "51", *HERE)
    told = capsys.readouterr().out
    reason = "--project was not given"

    assert 0 == status
    assert ["ground_truth"] * 4 == [row["target"] for row in report["rows"]]
    reasons = {"task": reason, "assignment": reason, "to_task": NOT_OURS}

    assert [{"target": target, "reason": why} for target, why in reasons.items()] == report["skipped"]
    for target, why in reasons.items():
        assert re.search(rf"^{target} .* skipped *$", told, re.MULTILINE)
        assert f"{target}: skipped: {why}" in told


def test_an_interrupted_run_removes_what_it_wrote_and_keeps_what_it_compared(tmp_path, monkeypatch) -> None:
    """Exit 130; the other backend's storage is as it was, and the export that had ended is in build/."""

    def interrupted(caller, scope, *, head, **options):
        if head == "in-process":
            raise KeyboardInterrupt
        return export(caller, scope, head=head, **options)

    monkeypatch.setattr(foreign, "export", interrupted)
    with served(monkeypatch) as (backend, url):
        status, _ = verify(tmp_path, "--backend-url", url, *TASKS, *HERE)
        left = list(Path(str(backend.storage_root(3))).rglob("*"))

    assert (130, []) == (status, left)
    assert (tmp_path / "verify" / "task-delegated-sheet" / "items.json").exists()


@pytest.mark.parametrize("storage", ["3", "4"])
def test_a_failed_run_leaves_nothing_behind(tmp_path, monkeypatch, storage: str) -> None:
    """Its path is used once, so what the SDK keeps of a failed export for the next try would never be taken up."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with served(monkeypatch) as (backend, url):
        backend.bugs.on("bulk-drops-rows")
        status, report = verify(tmp_path, "--backend-url", url, *TASKS, "--storage", storage)
        root = Path(str(backend.storage_root(3)))

    assert (1, "error") == (status, report["verdict"])
    assert [] == [path for path in (tmp_path / "state").rglob("*") if path.is_file()]
    assert not root.exists() or [] == [path for path in root.rglob("*") if path.is_file()]


def test_a_difference_between_the_heads_is_shown_by_row(tmp_path, monkeypatch, capsys) -> None:
    """Without an oracle both heads are at odds, and the sheet tells whose label it is, ground truth's by its key."""
    with served(monkeypatch) as (backend, url):
        backend.bugs.on("bulk-swaps-payloads")
        status, report = verify(tmp_path, "--backend-url", url, "--project", "1", "--versions", "52", *HERE)
    told = capsys.readouterr().out

    assert (1, "differs") == (status, report["verdict"])
    assert "row 7, labels/7.json" in told
    assert "row 8, labels/8.json" in told[told.index("ground_truth, delegated, row") :]


@pytest.mark.parametrize("head", ["delegated", "in-process"])
def test_requests_are_counted_alike_by_journal_and_by_log(monkeypatch, head) -> None:
    """Against another backend the HTTP library's log counts; the fake's journal confirms it."""
    with served(monkeypatch, SMALL) as (backend, url):
        tokens = backend.tokens[strategies.MAIN_TENANT]
        caller = Caller(url, tokens.tenant, tokens.user)
        outcome = export(caller, {"project": 1}, head=head, exporter="row", storage=3, path=f"counted/{head}")
        reading = 1  # the session that the tree is read with, after the export

        assert backend.journal.arrived - reading == outcome.requests
