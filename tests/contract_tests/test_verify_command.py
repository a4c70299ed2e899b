"""The command itself: verdicts, exit status, what it leaves behind, and what it never shows."""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from pathlib import Path

import pytest

from contract_tests import strategies
from contract_tests.exporting import Caller, export
from contract_tests.verify import __main__ as command
from contract_tests.verify import embedded, foreign
from contract_tests.verify.options import ACCESS_TOKEN, TENANT, USER_TOKEN
from fake_backend import FakeBackend

SMALL = {
    **strategies.SURROUNDINGS,
    "storages": [
        {**strategies.SURROUNDINGS["storages"][0], "id": number, "provider": provider, "is_default": number == 3}
        for number, provider in ((3, "file_system"), (4, "amazon_s3"))
    ],
    "data_units": [
        {
            "id": 1,
            "data_collection": 1,
            "name": "u",
            "files": {"image_1": {"file_name_original": "고양이.jpg", "content": 1}},
        }
    ],
    "tasks": [
        {
            "id": number,
            "project": strategies.MAIN_PROJECT,
            "data_unit": 1 if number < 4 else None,
            "data": {"number": number, "filler": "x" * (number % 2) * strategies.EXTERNALISED},
            "created": "2026-01-20T00:00:00Z",
            "is_discarded": number % 3 == 0,
        }
        for number in range(1, 9)
    ],
}


@pytest.fixture
def small(monkeypatch) -> None:
    """Let the command verify a document that is quicker to export than the demo."""
    monkeypatch.setattr(embedded, "document", lambda seed: SMALL)


def verify(tmp_path, *arguments: str) -> tuple[int, dict]:
    """Run the command; return its exit status and its report."""
    build = tmp_path / "verify"
    status = command.main(arguments, build)
    report = build / "report.json"
    return status, json.loads(report.read_text()) if report.exists() else {}


def test_the_demo_is_equal_in_all_four_ways(tmp_path, capsys) -> None:
    """Exit 0, four rows of 200, the two heads' digests equal, the artefacts kept as they were compared."""
    status, report = verify(tmp_path)
    rows = report["rows"]

    assert (0, "equal") == (status, report["verdict"])
    assert [("delegated", "row"), ("delegated", "sheet"), ("in-process", "row"), ("in-process", "sheet")] == [
        (row["head"], row["exporter"]) for row in rows
    ]
    assert {200} == {row["rows"] for row in rows}
    assert [rows[0]["digest"], rows[1]["digest"]] == [rows[2]["digest"], rows[3]["digest"]]
    for row in rows:
        kept = [
            path for path in (tmp_path / "verify" / f"{row['head']}-{row['exporter']}").rglob("*") if path.is_file()
        ]

        assert (row["files"], row["bytes"]) == (len(kept), sum(path.stat().st_size for path in kept))
        assert row["requests"] > 0
    assert "cold start: " in capsys.readouterr().out


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(
    ("bug", "verdicts", "shown"),
    [
        ("delegated-filter-loss", ["error", "error", "equal", "equal"], r"surplus .*: 6, 3\b"),
        ("bulk-drops-rows", ["equal", "equal", "error", "error"], r"\b4\b.* missing from the bulk answer"),
        (
            "bulk-swaps-payloads",
            ["equal", "equal", "differs", "differs"],
            r"row 7, .*(?s:.)*row 8, |row 8, .*(?s:.)*row 7, ",
        ),
    ],
)
def test_each_bug_is_caught_and_named(tmp_path, capsys, bug: str, verdicts: list[str], shown: str) -> None:
    """Exit 1, the verdict on the head that the bug is in, and the rows on the terminal."""
    status, report = verify(tmp_path, "--bug", bug)

    assert (1, verdicts) == (status, [row["verdict"] for row in report["rows"]])
    assert re.search(shown, capsys.readouterr().out)


@contextmanager
def served(monkeypatch, document=SMALL):
    """Serve a document on loopback, with the environment set as a user of another backend sets it."""
    with FakeBackend(seed=document) as backend, backend.serve(autojump=True) as live:
        tokens = backend.tokens[strategies.MAIN_TENANT]
        monkeypatch.setenv(USER_TOKEN, str(tokens.user))
        monkeypatch.setenv(TENANT, tokens.tenant)
        yield backend, live.url


def test_no_secret_is_left_behind_or_shown(tmp_path, capsys, monkeypatch) -> None:
    """Neither a token nor a signature of the run is in build/ or on the terminal, whatever the verdict."""
    with served(monkeypatch) as (backend, url):
        backend.bugs.on("bulk-swaps-payloads")
        secrets = [token for held in backend.tokens.values() for token in (held.user, held.access) if token]
        verify(tmp_path, "--backend-url", url, "--project", "1", "--storage", "3")
    printed = capsys.readouterr()
    left = [path.read_text("utf-8", "replace") for path in tmp_path.rglob("*") if path.is_file()]

    assert len(secrets) == 3
    assert len(left) > 10
    for text in (printed.out, printed.err, *left):
        assert not [secret for secret in secrets if secret in text]
        assert not re.search(r"X-Amz-Signature=[0-9a-f]", text)


@pytest.mark.parametrize("storage", ["3", "4"])
def test_another_backend_is_verified_by_comparing_the_heads(tmp_path, monkeypatch, storage: str) -> None:
    """Any backend will do, on disk or S3; its storage is left as it was found."""
    with served(monkeypatch) as (backend, url):
        tokens = backend.tokens[strategies.MAIN_TENANT]
        with Caller(url, tokens.tenant, tokens.user).context() as context:
            root = context.client.open_storage(int(storage), "write")
            root.write_bytes("fake-backend-verify/kept", b"not ours")
            status, report = verify(
                tmp_path, "--backend-url", url, "--project", "1", "--storage", storage, "--filter", '{"ids": "1-5"}'
            )
            left = list(root.list(""))
            root.close()

    assert (0, "equal") == (status, report["verdict"])
    assert [{"project": 1, "ids": "1-5"}] * 4 == [row["filter"] for row in report["rows"]]
    assert {5} == {row["rows"] for row in report["rows"]}
    assert ["fake-backend-verify/kept"] == left


def test_an_interrupted_run_removes_what_it_wrote_and_keeps_what_it_compared(tmp_path, monkeypatch) -> None:
    """Exit 130; the other backend's storage is as it was, and the export that had ended is in build/."""

    def interrupted(caller, scope, *, head, **options):
        if head == "in-process":
            raise KeyboardInterrupt
        return export(caller, scope, head=head, **options)

    monkeypatch.setattr(foreign, "export", interrupted)
    with served(monkeypatch) as (backend, url):
        status, _ = verify(tmp_path, "--backend-url", url, "--project", "1", "--storage", "3")
        left = list(Path(str(backend.storage_root(3))).rglob("*"))

    assert (130, []) == (status, left)
    assert (tmp_path / "verify" / "delegated-sheet" / "items.json").exists()


def test_a_difference_between_the_heads_is_shown_by_row(tmp_path, monkeypatch, capsys) -> None:
    """Without an oracle both heads are at odds, and the sheet tells whose label it is."""
    with served(monkeypatch) as (backend, url):
        backend.bugs.on("bulk-swaps-payloads")
        status, report = verify(tmp_path, "--backend-url", url, "--project", "1", "--storage", "3")

    assert (1, "differs") == (status, report["verdict"])
    assert "row 7, labels/7.json" in capsys.readouterr().out


def test_requests_are_counted_alike_by_journal_and_by_log(monkeypatch) -> None:
    """Against another backend the HTTP library's log counts; the fake's journal confirms it."""
    with served(monkeypatch) as (backend, url):
        tokens = backend.tokens[strategies.MAIN_TENANT]
        caller = Caller(url, tokens.tenant, tokens.user)
        for head in ("delegated", "in-process"):
            outcome = export(caller, {"project": 1}, head=head, exporter="row", storage=3, path=f"counted/{head}")
            reading = 1  # the session that the tree is read with, after the export

            assert backend.journal.arrived - reading == outcome.requests
            backend.journal.clear()


COMPLETE = ("--backend-url", "http://127.0.0.1:1", "--project", "1", "--storage", "3")


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (["--bug", "none"], {}, "invalid choice: 'none'"),
        (["--colour"], {}, "unrecognized arguments: --colour"),
        (["--project", "1"], {}, "--project goes with --backend-url"),
        (["--backend-url", "http://h", "--project", "1"], {}, "needs --storage too"),
        (["--backend-url", "h", "--project", "1", "--storage", "3"], {}, "an address such as https://host"),
        ([*COMPLETE, "--bug", "bulk-drops-rows"], {}, "--bug is for the embedded fake"),
        ([*COMPLETE, "--filter", "{"], {}, "--filter is not JSON"),
        ([*COMPLETE, "--filter", "[]"], {}, "a JSON object is needed"),
        ([*COMPLETE, "--filter", '{"project": 2}'], {}, "names project 2, and --project 1"),
        (COMPLETE, {TENANT: "acme"}, f"{ACCESS_TOKEN} or {USER_TOKEN} must be set"),
        (COMPLETE, {USER_TOKEN: "t0ken"}, f"{TENANT} must be set"),
        (COMPLETE, {USER_TOKEN: "t0ken", TENANT: "acme"}, "127.0.0.1:1"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    tmp_path, monkeypatch, capsys, arguments: list[str], environ: dict[str, str], sentence: str
) -> None:
    """Exit 2, one line, nothing written, and no token in it."""
    for name in (TENANT, USER_TOKEN, ACCESS_TOKEN):
        monkeypatch.setenv(name, environ.get(name, ""))
    monkeypatch.setattr("sdk.clock.SystemClock.sleep", lambda clock, seconds: None)  # the back-off of a refused port

    assert (2, {}) == verify(tmp_path, *arguments)
    told = capsys.readouterr().err

    assert sentence in told
    assert 1 == told.count("\n")
    assert "t0ken" not in told
