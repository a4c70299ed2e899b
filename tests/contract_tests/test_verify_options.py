"""What the command line of verify cannot mean is told in one sentence, before anything is done."""

from __future__ import annotations

import pytest
from verify_small import verify

from contract_tests.verify.options import ACCESS_TOKEN, NOT_OURS, TENANT, USER_TOKEN, parse
from fake_backend import KNOWN_BUGS

THERE = ("--backend-url", "http://127.0.0.1:1", "--storage", "3")
COMPLETE = (*THERE, "--project", "1")
ALL = (*COMPLETE, "--versions", "3")


@pytest.mark.parametrize(
    ("arguments", "environ", "sentence"),
    [
        (["--seed", "x"], {}, "invalid int value: 'x'"),
        (["--bug", "none"], {}, "invalid choice: 'none'"),
        (["--target", "tasks"], {}, "invalid choice: 'tasks'"),
        (["--colour"], {}, "unrecognized arguments: --colour"),
        (["--database", "sqlite:///x"], {}, "--database takes postgresql://user@host/database or embedded"),
        ([*THERE, "--database", "embedded"], {}, "--database is for the embedded fake"),
        (["--project", "1"], {}, "--project goes with --backend-url"),
        (["--versions", "1"], {}, "--versions goes with --backend-url"),
        (["--backend-url", "http://h", "--project", "1"], {}, "needs --storage too"),
        (THERE, {}, "needs --project, --versions or both too"),
        ([*THERE, "--target", "task"], {}, "--target task needs --project too"),
        ([*COMPLETE, "--target", "ground_truth"], {}, "--project goes with --target task or assignment"),
        ([*ALL, "--target", "task"], {}, "--versions goes with --target ground_truth"),
        ([*COMPLETE, "--target", "task", "--target", "ground_truth"], {}, "--target ground_truth needs --versions too"),
        ([*COMPLETE, "--versions", "3,x"], {}, "--versions is '3,x'; ids with commas"),
        ([*COMPLETE, "--versions", ""], {}, "--versions is ''; ids with commas"),
        (["--backend-url", "h", "--project", "1", "--storage", "3"], {}, "an address such as https://host"),
        ([*COMPLETE, "--bug", "bulk-drops-rows"], {}, "--bug is for the embedded fake"),
        ([*COMPLETE, "--seed", "1"], {}, "--seed is for the embedded fake"),
        ([*COMPLETE, "--hard"], {}, "--hard is for the embedded fake"),
        ([*COMPLETE, "--target", "to_task"], {}, "--target to_task is for the embedded fake"),
        ([*COMPLETE, "--filter", "{"], {}, "--filter is not JSON"),
        ([*COMPLETE, "--filter", "[]"], {}, "a JSON object is needed"),
        ([*COMPLETE, "--filter", "tasks={}"], {}, "--filter is not JSON"),
        ([*COMPLETE, "--filter", '{"project": 2}'], {}, "'project'; it is given by --project"),
        ([*ALL, "--filter", '{"ground_truth_dataset_version": 2}'], {}, "it is given by --versions"),
        ([*ALL, "--filter", '{"is_discarded": false}'], {}, "'is_discarded', which ground_truth does not take"),
        ([*ALL, "--filter", 'assignment={"task": 1}'], {}, "'task', which assignment does not take"),
        ([*COMPLETE, "--filter", "ground_truth={}"], {}, "for a target that is not exported"),
        (
            [*COMPLETE, "--filter", '{"ids": "1"}', "--filter", 'task={"ids": "2"}'],
            {},
            "gives task the key 'ids' twice",
        ),
        (COMPLETE, {TENANT: "acme"}, f"{ACCESS_TOKEN} or {USER_TOKEN} must be set"),
        (COMPLETE, {USER_TOKEN: "t0ken"}, f"{TENANT} must be set"),
        (COMPLETE, {USER_TOKEN: "t0ken", TENANT: "acme"}, "127.0.0.1:1"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_sentence(
    tmp_path, monkeypatch, capsys, arguments: list[str], environ: dict[str, str], sentence: str
) -> None:
    """Exit 2, one line, nothing written, and no token in it."""
    given = environ or {USER_TOKEN: "t0ken", TENANT: "acme"}
    for name in (TENANT, USER_TOKEN, ACCESS_TOKEN):
        monkeypatch.setenv(name, given.get(name, ""))
    monkeypatch.setattr("sdk.clock.SystemClock.sleep", lambda clock, seconds: None)  # the back-off of a refused port

    assert (2, {}) == verify(tmp_path, *arguments)
    told = capsys.readouterr().err

    assert sentence in told
    assert 1 == told.count("\n")
    assert "t0ken" not in told


@pytest.mark.parametrize(
    ("given", "exported", "skipped"),
    [
        (("--project", "1"), ["task", "assignment"], {"ground_truth": "--versions was not given", "to_task": NOT_OURS}),
        (("--project", "1", "--versions", "3,4"), ["task", "assignment", "ground_truth"], {"to_task": NOT_OURS}),
        (("--project", "1", "--target", "assignment"), ["assignment"], {}),
    ],
)
def test_what_is_given_says_what_is_exported(given, exported: list[str], skipped: dict[str, str]) -> None:
    """What was not asked for by name and has nothing that confines it is skipped, with the reason."""
    options = parse([*THERE, *given], {USER_TOKEN: "t0ken", TENANT: "acme"}, "run")

    assert options.foreign is not None
    assert (exported, skipped) == (list(options.foreign.scopes), options.foreign.skipped)


def test_every_bug_can_be_asked_for() -> None:
    """By its id."""
    assert list(KNOWN_BUGS) == [parse(["--bug", bug], {}, "x").bug for bug in KNOWN_BUGS]
