"""The runner of the guide's examples: a verdict for each, and none passes that was not run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from contract_tests.guide.examples import INDEX, RESULT, TEXT, Outcomes, judged, main
from contract_tests.guide.rules import GuideError

BLOCK = {"file": "export/01_a.py", "section": "A", "test": "tests/guide/test_a.py::test_a"}


def outcomes(*seen: str, **errors: str) -> Outcomes:
    """Return outcomes as a run leaves them."""
    made = Outcomes()
    made.seen = set(seen)
    made.errors = {BLOCK["test"] if name == "test" else name: error for name, error in errors.items()}
    return made


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        (outcomes(BLOCK["test"]), "passed"),
        (outcomes(BLOCK["test"], test="AssertionError"), "failed"),
        (outcomes(), "not run"),
        (outcomes("tests/guide/test_a.py::test_b"), "not run"),
        (outcomes(**{"tests/guide/test_a.py": "SyntaxError"}), "failed"),
    ],
)
def test_an_example_passes_only_if_its_test_ran_and_passed(found, verdict) -> None:
    """A failure, a file that cannot be collected, a test that is skipped or not there: none of them passes."""
    assert [verdict] == [example.verdict for example in judged([BLOCK], found)]


def test_an_index_that_cannot_be_read_is_refused(tmp_path) -> None:
    """Nothing is run, and nothing passes."""
    with pytest.raises(GuideError, match=r"blocks.toml"):
        main(tmp_path)


def test_a_run_is_shown_written_and_judged(tmp_path) -> None:
    """Guide, section, example and verdict as a table; the same in build/examples.json; status 1 unless all passed."""
    guide = tmp_path / "tests/guide"
    guide.mkdir(parents=True)
    names = ("test_good", "test_bad", "test_skipped", "test_gone")
    rows = [
        f'[[block]]\nfile = "to_task/{n}.py"\nsection = "{n}"\ntest = "tests/guide/test_a.py::{n}"\n' for n in names
    ]
    (tmp_path / INDEX).write_text("\n".join(rows), encoding="utf-8")
    (tmp_path / TEXT).write_text("def test_text():\n    pass\n", encoding="utf-8")
    (guide / "test_a.py").write_text(
        "import pytest\n\n\ndef test_good():\n    pass\n\n\ndef test_bad():\n    assert [] == [1]\n\n\n"
        "def test_skipped():\n    pytest.skip('no')\n",
        encoding="utf-8",
    )
    command = "import pathlib, sys; from contract_tests.guide.examples import main; sys.exit(main(pathlib.Path.cwd()))"
    done = subprocess.run([sys.executable, "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False)
    written = json.loads((tmp_path / RESULT).read_text(encoding="utf-8"))

    verdicts = ["passed", "failed", "not run", "not run"]
    assert verdicts == [example["verdict"] for example in written["examples"]]
    assert {"to_task"} == {example["guide"] for example in written["examples"]}
    assert (1, 1, 4) == (done.returncode, written["passed"], written["blocks"])
    assert "1 of 4 examples passed" in done.stdout
    assert "assert [] == [1]" in done.stdout
