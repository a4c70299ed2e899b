"""The to_task guide's blocks that show what is said: lines of the log, metrics, and errors; all of it by real runs."""

from __future__ import annotations

import ast
import re
import tempfile

import pytest
from guide_blocks import path
from guide_to_task_world import BARE, BROKEN, opened

from fake_backend.transports.in_process import ConnectionRefused, InProcess, Mount
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError

HUNDRED = {number: {} for number in range(1, 101)}
BROKEN_ONES = {7: BROKEN, 33: BROKEN, 60: None}
UNREACHABLE, DOWN = (81, 99), "down.fake-backend.invalid"


def text(block) -> str:
    """Return a block's text."""
    return path(f"to_task/{block}").read_text(encoding="utf-8")


def comments(block) -> list[str]:
    """Return the comments of a block."""
    return [line.removeprefix("# ") for line in text(block).splitlines() if line.startswith("#")]


@pytest.fixture(scope="module")
def hundred():
    """A run of a hundred tasks: two files are broken, one is missing, and two lie on a host that is down."""
    with opened(tasks=HUNDRED, files=BROKEN_ONES) as world, InProcess([Mount(DOWN, refuse)]):
        world.client.moved = {number: f"https://{DOWN}/{number}.json" for number in UNREACHABLE}
        yield world, world.start()


def refuse(environ, start_response):
    """Answer as a host that is down."""
    raise ConnectionRefused


def test_progress_lines(hundred) -> None:
    """To_task guide, Real-time Progress Updates: the example's lines are said, among one for each task."""
    world, _ = hundred
    shown = [line for line in world.lines if "Progress" in line]

    wanted = comments("06_progress_lines.py")[2:]
    assert 3 == len(wanted)
    assert wanted == [shown[number] for number in (24, 49, 99)]
    assert 100 == len(shown)


def test_metrics(hundred) -> None:
    """To_task guide, Status Messages: the metrics are the example's four, with its numbers, and so is the result."""
    world, result = hundred
    wanted = ast.literal_eval(text("07_metrics.py"))

    assert wanted == world.logger.metrics["annotate_task_data"]
    assert wanted == {name: result[name] for name in wanted}


def test_task_level_errors(hundred) -> None:
    """To_task guide, Task-level Errors: 95 of 100 succeed, 5 fail by themselves, and the job completes."""
    world, result = hundred
    told = " ".join(comments("12_task_level_errors.py"))
    numbers = {name: int(number) for name, number in re.findall(r"(success|failed)=(\d+)", told)}

    assert numbers == {"success": 95, "failed": 5} == {name: result[name] for name in numbers}
    assert "SUCCEEDED" == result["status"]
    assert set(HUNDRED) - {*BROKEN_ONES, *UNREACHABLE} == world.changed().keys()


def test_failed_tasks() -> None:
    """To_task guide, Failed tasks are logged with error details: the example's two lines, each with its cause."""
    first, second = text("13_failed_tasks.txt").splitlines()
    late = {"late_calls": [2], "late_seconds": 600}
    with opened(tasks={123: {}, 456: {}}, files={123: BROKEN}, **late) as world:
        world.start(task_filters={"id": 123})
        assert [first] == [line[: len(first)] for line in world.failures()]
        assert re.search(r": .*line 1 column \d+", world.failures()[0].removeprefix(first))

        assert 1 == world.infer(task_filters={"status": "pending"})["success"]
        assert [second] == [line[: len(second)] for line in world.failures()]
        assert {123} == world.changed().keys()


CRITICAL = {
    "Project not found": {"project": 999},
    "No data collection linked": {"project": BARE},
    "Target specification doesn't exist": {"target_specification_name": "elsewhere"},
    "Pre-processor not deployed": {"method": "inference", "pre_processor": 789, "auto_start": False},
}
MESSAGES = ("Invalid project: project not found: 999", "Project has no data collection")
MESSAGES += ("Target specification not found: 'elsewhere'; ", "Pre-processor not active: ")


def test_critical_errors(tmp_path, monkeypatch) -> None:
    """To_task guide, Critical Errors: each of the examples stops the run at once, with nothing left behind, and with a
    message that says what.
    """  # noqa: D205 (one sentence)
    examples = [line.removeprefix("- ") for line in comments("14_critical_errors.py") if line.startswith("- ")]
    assert list(CRITICAL) == examples
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    for example, message in zip(examples, MESSAGES, strict=True):
        with opened(cold=True) as world:
            with pytest.raises(CriticalError) as raised:
                world.start(**CRITICAL[example])

            assert raised.value.message.startswith(message)
            assert {"GET"} == {method for method, _ in world.requests()}  # 1. and 2.: nothing was begun
            assert {} == world.changed()
            assert {} == world.backend.serving.statuses()
            assert [] == list(tmp_path.glob("to-task-*"))  # 3.
            assert [str(raised.value)] == world.lines[-1:]  # 4.


def test_failed_task(hundred) -> None:
    """To_task guide, Check logs for specific errors: one line of this form for each task that failed, and no other."""
    world, _ = hundred
    form = re.escape(text("22_failed_task.txt").strip()).replace("<error_message>", "(.+)").replace("123", r"(\d+)")
    found = [re.fullmatch(form, line) for line in world.failures()]

    words = {7: "Invalid JSON format in", 60: "Target specification file not", 81: "Failed to download JSON from"}
    wanted = [(7, words[7]), (33, words[7]), (60, words[60]), (81, words[81]), (99, words[81])]
    assert wanted == [(int(line[1]), line[2][: len(word)]) for line, (_, word) in zip(found, wanted, strict=True)]
