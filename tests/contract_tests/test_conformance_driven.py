"""The client's process: what is said of one that does not answer."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from contract_tests.conformance import driven as module
from contract_tests.conformance.cases import Backend
from contract_tests.conformance.driven import driven, reaching
from contract_tests.conformance.served import Served, options

BACKEND = Served("http://127.0.0.1:9", "acme", "tok-4f1d", frozenset({"tok-4f1d"}))
ECHO = """
import json, os, sys
for line in sys.stdin:
    print(json.dumps({"error": os.environ["HOME"] + line, "host": os.environ["SYNAPSE_HOST"]}), flush=True)
"""


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """Return a function that starts a driver of the given source in place of the client's own."""

    def start(source):
        path = tmp_path / "driver.py"
        path.write_text(source, encoding="utf-8")
        monkeypatch.setattr(module, "DRIVER", path)
        return driven(Path(sys.executable), tmp_path, reaching(BACKEND), BACKEND.secrets)

    return start


def test_a_driver_answers_line_by_line(driver, tmp_path) -> None:
    """One process takes one run after another; its home is its own, and it is told where the backend is."""
    with driver(ECHO) as process:
        for number in (1, 2):
            said = process.ask({"job": number})
            assert {"error": f'{tmp_path}{{"job": {number}}}\n', "host": BACKEND.url} == said


@pytest.mark.parametrize("when", ["", "sys.stdin.readline(); "])
def test_a_driver_that_ends_says_why_without_secrets(driver, when) -> None:
    """Before or after it was asked: its status and last words, with tokens masked, for this export and all after."""
    with driver(f'import sys\n{when}sys.exit("no token tok-4f1d")') as process:
        for _ in range(2):
            assert {"error": "the driver ended with status 1: no token ***"} == process.ask({})


def test_a_driver_that_is_stuck_is_an_error(driver, monkeypatch) -> None:
    """An export that takes too long ends in a sentence, and so does every later one."""
    monkeypatch.setattr(module, "TIME_LIMIT", 0.2)
    with driver("import sys\nsys.stdin.readline(); sys.stdin.readline()") as process:
        assert {"error": "the client took more than 0.2 s"} == process.ask({})
        assert "the driver ended with status" in process.ask({})["error"]


def test_a_backend_is_told_what_is_wanted_of_it() -> None:
    """Nothing by default; each wish is an option of ``fake-backend serve``."""
    assert [] == options(Backend("small"))
    wanted = Backend(bulk_files_manifest=True, inline=("assignment", "task"), virtual_clock=True)
    assert [
        "--bulk-files-manifest",
        "--clock",
        "virtual",
        "--inline-target",
        "assignment",
        "--inline-target",
        "task",
    ] == options(wanted)
