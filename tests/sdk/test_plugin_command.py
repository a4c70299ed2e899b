"""``synapse plugin run``: what a person types, what they read, and the exit status a script sees.

Source: export guide, Plugin Configuration and Running Locally.
"""

from __future__ import annotations

import json
import sys

import pytest
from typer.testing import CliRunner

from fake_backend import FakeBackend
from sdk import cli
from tests.sdk.export.export_rig import FILE_SYSTEM, document, tree

CONFIG = "name: demo\ncode: demo\ncategory: export\nactions:\n  export:\n    entrypoint: plugin.export.Action\n"
PLUGIN = "from sdk.plugins.actions.export import ExportAction\n\n\nclass Action(ExportAction):\n    pass\n"
PARAMS = {"storage": FILE_SYSTEM, "name": "My Export", "path": "out", "target": "task", "filter": {"project": 1}}


class Directory:
    """A plugin's directory, and the command run in it."""

    def __init__(self, path, backend):
        self.path = path
        self.backend = backend
        self.write("config.yaml", CONFIG)
        self.write("plugin/export.py", PLUGIN)

    def write(self, name, text):
        path = self.path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def run(self, *options, action="export", params=PARAMS):
        text = params if isinstance(params, str) else json.dumps(params)
        return CliRunner().invoke(cli.app, ["plugin", "run", "--mode", "local", action, "--params", text, *options])

    def requests(self):
        return [entry for entry in self.backend.journal if entry.party == "api"]


@pytest.fixture
def directory(tmp_path, monkeypatch):
    """A working directory with a plugin in it, and the environment of a backend with seven tasks."""
    with FakeBackend(seed=document()) as backend:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "path", list(sys.path))
        monkeypatch.setenv("SYNAPSE_HOST", backend.url)
        monkeypatch.setenv("SYNAPSE_PLUGIN_RUN_USER_TOKEN", backend.tokens["acme"].user)
        monkeypatch.setenv("SYNAPSE_PLUGIN_RUN_TENANT", "acme")
        yield Directory(tmp_path, backend)
    for name in [name for name in sys.modules if name.partition(".")[0] == "plugin"]:
        del sys.modules[name]


def test_a_run_exports_and_shows_its_result(directory) -> None:
    """The result is a table on stdout, progress goes to stderr, and the status is 0."""
    outcome = directory.run()

    assert 0 == outcome.exit_code, outcome.stderr
    assert "exported_count" in outcome.stdout
    assert "Export complete: 7 rows." in outcome.stderr
    assert "Export complete" not in outcome.stdout


def test_a_table_shows_a_long_path_whole(directory) -> None:
    """It is what a person copies: it goes on in the next line and is not cut."""
    long = "a-name-that-is-longer-than-a-line-of-the-terminal-" * 2
    outcome = directory.run(params=PARAMS | {"path": long})

    assert 0 == outcome.exit_code, outcome.stderr
    assert f"/{long}/" in "".join(outcome.stdout.split())


def test_a_result_as_json_is_all_that_stdout_holds(directory) -> None:
    """``--json`` is for programs: stdout is one JSON document, and the export stands where it says."""
    result = json.loads(directory.run("--json").stdout)

    assert ("success", 7, "delegated") == (result["status"], result["exported_count"], result["head"])
    assert 14 == len(tree(result["output_path"]))  # a label and an original each


def test_progress_is_quiet(directory) -> None:
    """A person reads sentences and tenths of the work, not one line a file."""
    lines = directory.run().stderr.splitlines()

    assert len(lines) < 20
    assert not [line for line in lines if "사진" in line]
    assert "[progress] save_files: 100 %" in lines


@pytest.mark.parametrize(
    ("config", "told"),
    [
        (CONFIG + "pages: 3\n", "unknown key 'pages'; known are actions, category, code, name, version"),
        (
            CONFIG.replace("entrypoint", "entry_point"),
            "unknown key 'entry_point' in actions.export; known are annotation_types, config, entrypoint",
        ),
        (CONFIG.replace("export\n", "exports\n"), "category: Input should be"),
        (CONFIG.replace("name: demo\n", ""), "name: Field required"),
        ("- a\n", "holds list; a mapping with name and code is needed"),
        ("a: [\n", "is no YAML"),
        (CONFIG.replace("plugin.export.Action", "plugin.exports.Action"), "names no module that can be imported"),
        (CONFIG.replace("plugin.export.Action", "Action"), "names no module that can be imported"),
        (CONFIG.replace("plugin.export.Action", "..plugin.X"), "'..plugin.X' names no module that can be imported"),
        (CONFIG.replace("plugin.export.Action", "..X"), "'..X' names no module that can be imported"),
        (CONFIG.replace("plugin.export.Action", "plugin.export.Actoin"), "plugin.export has no such class"),
        (CONFIG.replace("plugin.export.Action", "plugin.export:__name__"), "holds something else under that name"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused(directory, config, told) -> None:
    """Misspelt keys are named with those that would do; nothing is requested, and the status is 2.

    Source: export guide, Plugin Configuration.
    """
    directory.write("config.yaml", config)

    outcome = directory.run()

    assert 2 == outcome.exit_code
    assert told in outcome.stderr
    assert [] == directory.requests()


@pytest.mark.parametrize(
    ("options", "fields", "told"),
    [
        ((), {"params": "{'storage': 1}"}, "--params is no JSON"),
        ((), {"params": "[1]"}, "--params is '[1]'; a JSON object"),
        ((), {"params": PARAMS | {"storage": "one"}}, "storage: Input should be a valid integer"),
        ((), {"params": PARAMS | {"filter": {"projct": 1}}}, "Unsupported export filter key(s)"),
        ((), {"params": PARAMS | {"extra_params": {"export_page_size": "x"}}}, "export_page_size"),
        ((), {"action": "exprt"}, "has no action 'exprt'; it has: export"),
        (("--mode", "remote"), {}, "'remote' is not one of 'local'"),
        (("--speed", "9"), {}, "No such option"),
    ],
)
def test_a_command_that_cannot_be_carried_out_is_refused(directory, options, fields, told) -> None:
    """The sentence names what was received; nothing is requested, and the status is 2."""
    outcome = directory.run(*options, **fields)

    assert 2 == outcome.exit_code
    assert told in outcome.stderr
    assert [] == directory.requests()


def test_a_directory_without_configuration_is_refused(directory) -> None:
    """The sentence names the file that is looked for."""
    (directory.path / "config.yaml").unlink()

    outcome = directory.run()

    assert 2 == outcome.exit_code
    assert "config.yaml cannot be read: no such file" in outcome.stderr


@pytest.mark.parametrize("missing", ["SYNAPSE_HOST", "SYNAPSE_PLUGIN_RUN_USER_TOKEN"])
def test_an_environment_without_backend_or_token_is_refused(directory, monkeypatch, missing) -> None:
    """The sentence names the variable; the status is 2."""
    monkeypatch.delenv(missing)

    outcome = directory.run()

    assert 2 == outcome.exit_code
    assert missing in outcome.stderr


def test_a_failed_run_says_why_and_shows_no_token(directory, monkeypatch) -> None:
    """The status is 1, stdout stays empty, and the token that the backend does not know is not shown."""
    monkeypatch.setenv("SYNAPSE_PLUGIN_RUN_USER_TOKEN", "tok-unknown-to-everybody")

    outcome = directory.run()

    assert (1, "") == (outcome.exit_code, outcome.stdout)
    assert "401" in outcome.stderr
    assert "tok-unknown-to-everybody" not in outcome.stderr


def test_a_fault_of_the_plugin_shows_its_place(directory) -> None:
    """An author sees the line of the plugin that raised, then the sentence; the status is 1."""
    directory.write(
        "plugin/export.py",
        "from sdk.plugins.actions.export import BaseExporter, ExportAction\n\n\n"
        "class Broken(BaseExporter):\n    def convert_data(self, data):\n        return data['annotations']\n\n\n"
        "class Action(ExportAction):\n    entrypoint = property(lambda self: Broken)\n",
    )

    outcome = directory.run()

    assert 1 == outcome.exit_code
    assert "return data['annotations']" in outcome.stderr
    assert "synapse: Step 'save_files' failed: 'annotations'" in outcome.stderr


def test_an_import_that_the_plugin_lacks_is_not_taken_for_a_wrong_entrypoint(directory) -> None:
    """The author reads which of their own imports failed."""
    directory.write("plugin/export.py", "import a_module_that_is_not_there\n")

    outcome = directory.run()

    assert "a_module_that_is_not_there" == outcome.exception.name


@pytest.mark.parametrize(("options", "goes_on"), [((), True), (("--discard",), False)])
def test_an_interrupted_run_says_what_the_same_command_does(directory, options, goes_on) -> None:
    """Ctrl-C ends with a sentence and the status that shells give it; the same command goes on, ``--discard`` begins
    again.
    """  # noqa: D205 (one sentence)
    directory.write(
        "plugin/export.py",
        "from pathlib import Path\n\nfrom sdk.plugins.actions.export import BaseExporter, ExportAction\n\n\n"
        "class Pressed(BaseExporter):\n    def convert_data(self, data):\n"
        "        if data['id'] == 3 and Path('pressed').exists():\n            raise KeyboardInterrupt\n"
        "        return data\n\n\n"
        "class Action(ExportAction):\n    entrypoint = property(lambda self: Pressed)\n",
    )
    directory.write("pressed", "")
    interrupted = directory.run()
    (directory.path / "pressed").unlink()
    done = directory.run(*options, "--json")

    assert (130, "") == (interrupted.exit_code, interrupted.stdout)
    assert "synapse: Interrupted; the same command goes on from what is saved." in interrupted.stderr
    assert "Traceback" not in interrupted.stderr
    assert (0, 7) == (done.exit_code, json.loads(done.stdout)["exported_count"])
    assert goes_on == ("Going on with an export that was interrupted." in done.stderr)


def test_the_configuration_of_an_action_holds_tunables(directory) -> None:
    """``config`` of an action is the source between ``extra_params`` and the environment (export guide, gate)."""
    directory.write("config.yaml", CONFIG + "    config:\n      export_disable_async_delegate: true\n")

    with pytest.warns(DeprecationWarning, match="switched off by config"):
        outcome = directory.run("--json")

    assert "in-process" == json.loads(outcome.stdout)["head"]


def test_discard_is_refused_where_nothing_is_kept(directory) -> None:
    """An action whose parameters know no ``discard`` would ignore it in silence."""
    directory.write(
        "plugin/export.py",
        "from pydantic import BaseModel\nfrom sdk.plugins.action import BaseAction\n\n\n"
        "class Params(BaseModel):\n    pass\n\n\nclass Action(BaseAction[Params]):\n"
        "    def execute(self):\n        return [1, 2]\n",
    )

    assert 2 == directory.run("--discard").exit_code
    assert "[1, 2]\n" == directory.run().stdout
