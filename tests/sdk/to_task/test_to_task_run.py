"""The guide's ``run_instance``, and the other ways in: ``dispatch`` and the command line."""

from __future__ import annotations

import json
import sys

import pytest
from scripted import USER_TOKEN
from to_task_rig import AGENT, PROJECT, SPECIFICATION
from typer.testing import CliRunner

from sdk import cli
from sdk.clients.errors import ConfigurationError
from sdk.loggers import JobLogger
from sdk.loggers.console import QuietConsoleLogger
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.context import RuntimeContext
from sdk.plugins.run import Run

PARAMS = {
    "name": "by_file",
    "project": PROJECT,
    "agent": AGENT,
    "task_filters": {"status": "pending"},
    "method": "file",
    "target_specification_name": SPECIFICATION,
}
CONFIG = "name: x\ncode: x\ncategory: pre_annotation\nactions:\n  to_task:\n    entrypoint: {}\n"
ENTRY = "sdk.plugins.categories.pre_annotation.actions.to_task.ToTaskAction"


def environment(rig):
    """Return what a run of the platform finds in its environment."""
    return {
        "SYNAPSE_HOST": rig.world.url,
        "SYNAPSE_PLUGIN_RUN_USER_TOKEN": USER_TOKEN,
        "SYNAPSE_PLUGIN_RUN_TENANT": "acme",
    }


def test_a_run_is_made_in_one_line(rig, capsys) -> None:
    """Of the environment; messages go to the console, tokens do not."""
    with Run.from_environment(environment(rig), clock=rig.world.clock) as run_instance:
        result = ToTaskAction(run=run_instance, params=PARAMS).start()

    assert 3 == result["success"]
    assert isinstance(run_instance.logger, QuietConsoleLogger)
    output = capsys.readouterr().out
    assert "[annotate_task_data] Progress: 100.0% (3/3)\n" in output
    assert USER_TOKEN not in output + repr(run_instance)
    assert "acme" == run_instance.client.tenant
    with pytest.raises(ConfigurationError):
        Run.from_environment({})


def test_a_run_with_a_job_reports_to_it(rig) -> None:
    """And everything is sent when the action is over."""
    run_instance = Run(rig.client, job_id="7")
    ToTaskAction(run=run_instance, params=PARAMS).start()

    assert isinstance(run_instance.logger, JobLogger)
    assert rig.world.clock is run_instance.context.clock
    assert {"success": 3}.items() <= (
        rig.world.jobs["7"]["metrics_record"]["record"]["steps"]["annotate_task_data"].items()
    )
    sent = [entry for asked in rig.world.asked if asked.path == "/logs/" for entry in _entries(asked.json)]
    events = [entry["data"] for entry in sent if entry["event"] == "annotate_task_data"]
    assert [1, 2, 3] == [event["task_info"]["task_id"] for event in events]
    assert {"status": "success", "method": "file", "index": 1, "total": 3, "error": None}.items() <= events[0].items()


def _entries(body):
    return body if isinstance(body, list) else [body]


def test_what_the_logger_holds_back_is_sent_when_a_run_fails(rig) -> None:
    """The reader of the job sees why."""
    rig.world.tasks = {}
    with pytest.raises(Exception, match="No tasks found"):
        ToTaskAction(run=Run(rig.client, job_id="7"), params=PARAMS).start()
    sent = [entry for asked in rig.world.asked if asked.path == "/logs/" for entry in _entries(asked.json)]
    assert (
        "critical",
        "No tasks found matching filters. Check your task_filters criteria and verify tasks exist.",
    ) == (
        sent[-1]["level"],
        sent[-1]["data"]["content"],
    )


def test_a_runtime_context_is_a_run_too(rig) -> None:
    """``dispatch`` is the way in of all actions (contract.md 5, recipe)."""
    context = rig.run_instance().context
    assert isinstance(context, RuntimeContext)
    assert 3 == ToTaskAction.dispatch(PARAMS, context)["success"]
    assert 3 == ToTaskAction(run=context, params=PARAMS | {"task_filters": {}}).start()["skipped_existing"]
    assert 3 == ToTaskAction(PARAMS | {"task_filters": {}}, context).start()["skipped_existing"]


@pytest.fixture
def command(rig, tmp_path, monkeypatch):
    """``synapse plugin run to_task`` in the directory of a plugin."""
    (tmp_path / "config.yaml").write_text(CONFIG.format(ENTRY), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    for name, value in environment(rig).items():
        monkeypatch.setenv(name, value)

    def run(**fields):
        return CliRunner().invoke(
            cli.app, ["plugin", "run", "to_task", "--json", "--params", json.dumps(PARAMS | fields)]
        )

    return run


def test_the_command_says_by_its_status_how_it_went(rig, command) -> None:
    """0 done, 1 failed, 2 refused before anything was requested."""
    done = command()
    assert (0, 3) == (done.exit_code, json.loads(done.stdout)["success"])
    assert 2 == command(name="two words").exit_code
    assert 2 == command(task_filters={"statuz": "pending"}).exit_code
    critical = command()
    assert 1 == critical.exit_code
    assert "No tasks found matching filters" in critical.stderr

    for task in rig.world.tasks.values():
        task.update(status_label="stand_by", data=None)
    rig.world.documents = dict.fromkeys(rig.world.tasks, b"{")
    failed = command()
    assert (1, "FAILED") == (failed.exit_code, json.loads(failed.stdout)["status"])
