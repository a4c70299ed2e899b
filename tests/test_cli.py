"""The command line: ready line and file, refusals in one sentence, and stopping when told."""

from __future__ import annotations

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import requests
from typer.testing import CliRunner

from fake_backend import Settings
from fake_backend.cli import CannotStart, app
from tests.http.small_backend import small_document
from tests.http.test_delegated_exports import BODY

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30  # seconds until a process that hangs fails the test; nothing is measured with it


def command(*options):
    """Return the command line of ``fake-backend serve`` with options."""
    return [sys.executable, "-m", "fake_backend", "serve", *map(str, options)]


@contextmanager
def serving(*options, **environ):
    """Yield (process, ready line) of a served backend, and end it."""
    process = subprocess.Popen(
        command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environ}
    )
    try:
        line = process.stdout.readline()
        yield process, json.loads(line)
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=PATIENCE)


@pytest.fixture
def seed_file(tmp_path) -> Path:
    """Return a small seed document on disk."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(small_document()), encoding="utf-8")
    return path


def test_the_ready_line_says_where_and_who_and_the_file_says_the_same(seed_file, tmp_path) -> None:
    """The file is its owner's alone, appears whole, and goes at exit."""
    ready = tmp_path / "ready.json"
    with serving("--seed", seed_file, "--ready-file", ready) as (process, line):
        assert line == json.loads(ready.read_text())
        assert 0o600 == stat.S_IMODE(ready.stat().st_mode)
        assert {
            "url",
            "storage_url",
            "pid",
            "tenant",
            "user_token",
            "access_token",
            "other_tenant",
            "seed",
        } == set(line)
        assert {
            "project",
            "storage",
            "storage_root",
            "data_collection",
            "ground_truth_dataset_version",
            "counts",
        } == set(line["seed"])
        headers = {"Authorization": f"Token {line['user_token']}", "Synapse-Tenant": line["tenant"]}
        assert 7 == requests.get(f"{line['url']}/sdk/tasks/", headers=headers, timeout=10).json()["count"]
        process.send_signal(signal.SIGTERM)
        assert 0 == process.wait(PATIENCE)
    assert not ready.exists()


def test_a_hundred_open_streams_do_not_hold_the_server(seed_file) -> None:
    """Ctrl-C ends a server whose streams all wait for something that will not come; 130, as shells have it.

    Without ``--autojump`` their waiting moves no virtual clock.
    """
    with serving("--seed", seed_file, "--clock", "virtual") as (process, line):
        headers = {"Authorization": f"Token {line['user_token']}", "Synapse-Tenant": line["tenant"]}
        job = requests.post(f"{line['url']}/v2/plugin_exports/", json=BODY, headers=headers, timeout=10).json()["data"]
        url = f"{line['url']}/v2/async_jobs/{job['job_id']}/progress/"
        streams = [requests.get(url, headers=headers, stream=True, timeout=10) for _ in range(100)]
        assert {200} == {stream.status_code for stream in streams}
        state = requests.get(f"{line['url']}/v2/async_jobs/{job['job_id']}/", headers=headers, timeout=10).json()[
            "data"
        ]
        assert "COMPLETED" != state["status"]
        process.send_signal(signal.SIGINT)
        assert 130 == process.wait(PATIENCE)
        for stream in streams:
            stream.close()


@pytest.fixture
def handlers():
    """Put the handlers of signals back that a start sets."""
    held = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in held.items():
        signal.signal(number, handler)


def test_a_refusal_is_the_exit_status_of_the_process() -> None:
    """Exit 2, and nothing on stdout that could be taken for a ready line."""
    done = subprocess.run(
        command("--seed", "/nowhere.json"), capture_output=True, text=True, timeout=PATIENCE, check=False
    )

    assert (2, "") == (done.returncode, done.stdout)
    assert "/nowhere.json" in done.stderr


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--seed", "/nowhere.json"], "/nowhere.json"),
        (["--seed", "empty", "--ready-file", "/nowhere/ready"], "/nowhere/ready"),
        (["--seed", "empty", "--host", "0.0.0.0"], "--control-token-env"),
        (["--seed", "empty", "--control-token-env", "NO_SUCH_VARIABLE"], "NO_SUCH_VARIABLE"),
        (["--seed", "empty", "--autojump"], "--clock virtual"),
        (["--seed", "empty", "--database", "nonsense://x"], "nonsense"),
        (["--seed", "empty", "--port", "70000"], "70000"),
        (["--seed", "empty", "--faults", "/nowhere.toml"], "/nowhere.toml"),
        (["--seed", "empty", "--empty-every", "1"], "2 and more"),
        (["--seed", "empty", "--bug", "bulk-drops-rows", "--bug", "colour"], "bulk-swaps-payloads"),
    ],
)
def test_a_start_that_cannot_be_is_refused_in_one_sentence(options, words) -> None:
    """Exit 2, one line on stderr that names the value, nothing on stdout."""
    done = CliRunner().invoke(app, ["serve", *options])

    assert (2, "") == (done.exit_code, done.stdout)
    assert 1 == len(done.stderr.strip().splitlines())
    assert words in done.stderr


@pytest.mark.usefixtures("handlers")
def test_bugs_are_on_from_the_start(monkeypatch) -> None:
    """Each that is named, and no other."""
    told = []
    monkeypatch.setattr("fake_backend.cli.ready_line", lambda running, _: told.extend(running.bugs) or "{}")
    monkeypatch.setattr("fake_backend.cli._Told.wait", lambda _: 0)
    done = CliRunner().invoke(app, ["serve", "--seed", "empty", "--bug", "bulk-drops-rows", "--bug", "job-ends-twice"])

    assert (0, ["bulk-drops-rows", "job-ends-twice"]) == (done.exit_code, told)


CONVENTIONS = [
    (("--next-cursor", "token"), {"next_cursor": "token"}),
    (("--cursor-count",), {"cursor_count": True}),
    (("--empty-last-page",), {"empty_last_page": True}),
    (("--empty-every", "3"), {"empty_every": 3}),
    (("--cursor", "sealed"), {"cursor": "sealed"}),
    (("--inline-target", "assignment"), {"presigned_targets": frozenset({"task", "ground_truth"})}),
    ((), {}),
]


@pytest.mark.usefixtures("handlers")
@pytest.mark.parametrize(("options", "told"), CONVENTIONS)
def test_each_convention_of_the_wire_has_an_option(monkeypatch, options, told) -> None:
    """The world that is made has that setting, and every other as it is by default."""
    made = []

    def take(**backend):
        made.append(backend["settings"])
        raise CannotStart("enough is known.")

    monkeypatch.setattr("fake_backend.cli.FakeBackend", take)
    CliRunner().invoke(app, ["serve", *options])

    assert [Settings(**told)] == made


@pytest.mark.usefixtures("handlers")
def test_a_busy_port_is_refused_in_one_sentence() -> None:
    """Whether it is the API's or the storage's."""
    with socket.socket() as busy:
        busy.bind(("127.0.0.1", 0))
        busy.listen()
        port = busy.getsockname()[1]
        for option in ("--port", "--storage-port"):
            done = CliRunner().invoke(app, ["serve", "--seed", "empty", option, str(port)])
            assert 2 == done.exit_code
            assert f"127.0.0.1:{port}: address already in use" in done.stderr


def test_a_stream_that_waits_moves_a_virtual_clock_that_may_jump(seed_file) -> None:
    """With ``--autojump``; a job ends as soon as somebody watches it."""
    with serving("--seed", seed_file, "--clock", "virtual", "--autojump") as (_, line):
        headers = {"Authorization": f"Token {line['user_token']}", "Synapse-Tenant": line["tenant"]}
        url = line["url"]
        job = requests.post(f"{url}/v2/plugin_exports/", json=BODY, headers=headers, timeout=10).json()["data"]
        document = f"{url}/v2/async_jobs/{job['job_id']}/"
        requests.get(f"{document}progress/", headers=headers, timeout=PATIENCE)
        assert "COMPLETED" == requests.get(document, headers=headers, timeout=10).json()["data"]["status"]


@pytest.mark.usefixtures("handlers")
def test_a_fault_that_was_asked_for_and_never_fired_is_the_exit_status(monkeypatch, tmp_path) -> None:
    """Status 1 and its name: what the run showed, it showed without faults."""
    plan = tmp_path / "plan.toml"
    plan.write_text('[[rules]]\nid = "lonely"\neffect.status = 503\n')
    monkeypatch.setattr("fake_backend.cli._Told.wait", lambda _: 0)
    done = CliRunner().invoke(app, ["serve", "--seed", "empty", "--faults", str(plan)])

    assert 1 == done.exit_code
    assert "lonely" in done.stderr
