"""Runs of the unmodified reference client; runs inside that client's own environment, not in ours.

Each line of stdin is one run as a JSON object, each line of stdout what became of it; credentials come as the client's
own environment variables. Of ours it imports the plugin's actions alone (``contract_tests/published.py``), and changes
the client in nothing. One default of a parameter is another here: how often ``to_task`` looks whether its pre-processor
runs, for which the client has no switch.

Source: contract.md 4 and 5, "Recipe".
"""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked, so its names and its base class are unknown there)

from __future__ import annotations

import json
import os
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from synapse_sdk.loggers import ConsoleLogger, JobLogger
from synapse_sdk.plugins.actions.export import BaseExporter
from synapse_sdk.plugins.actions.to_task.steps import PrepareStep
from synapse_sdk.plugins.context import RuntimeContext
from synapse_sdk.plugins.context.env import PluginEnvironment
from synapse_sdk.utils import auth

from contract_tests.published import ANSWERS_WITHIN, Export, ToTask

COUNTS = ("exported_count", "failed_count", "total_count")
SUMS = ("status", "message", "total_tasks", "success_count", "failed_count", "failures")


class Slow(BaseExporter):
    """An exporter whose first row takes so long that every URL which the client then holds has expired.

    It does not wait: it moves the backend's virtual clock by ``EXPIRY`` seconds.
    """

    def before_convert(self, data: Any) -> Any:
        """Let the time pass at the first row."""
        if not getattr(self, "has_waited", False):
            self.has_waited = True
            request = urllib.request.Request(  # noqa: S310 - the backend's own URL
                f"{os.environ['SYNAPSE_HOST']}/_fake/clock/",
                data=json.dumps({"advance": int(os.environ["EXPIRY"])}).encode(),
                headers={"Content-Type": "application/json"},
            )
            urllib.request.urlopen(request, timeout=ANSWERS_WITHIN).close()  # noqa: S310
        return super().before_convert(data)


class SlowExport(Export):
    """The same export with the slow exporter."""

    entrypoint = Slow


def backend_v2_client() -> Any:
    """Return the v2 client; its factory changed its name between the versions."""
    factory = getattr(auth, "create_backend_client_v2", None) or auth.create_backend_v2_client
    return factory()


def export(asked: dict[str, Any]) -> dict[str, Any]:
    """Run one export.

    Args:
        asked: ``params`` as the client takes them, the ``job`` that is reported to, and ``reporting``: ``job`` posts
            progress and logs to the backend, ``console`` keeps them here. ``expiry``, if any, is how many seconds the
            first row takes.
    """
    action = Export
    if expiry := asked.get("expiry"):
        os.environ["EXPIRY"], action = str(expiry), SlowExport
    return dispatched(action, asked, COUNTS)


def to_task(asked: dict[str, Any]) -> dict[str, Any]:
    """Annotate tasks once.

    Args:
        asked: As for an export, and ``poll_seconds``: how often it is looked whether a pre-processor runs.
    """
    timeout, _ = PrepareStep._wait_for_pre_processor.__defaults__  # noqa: SLF001 - no other way leads there
    PrepareStep._wait_for_pre_processor.__defaults__ = (timeout, asked["poll_seconds"])  # noqa: SLF001
    return dispatched(ToTask, asked, SUMS)


def dispatched(action: Any, asked: dict[str, Any], wanted: tuple[str, ...]) -> dict[str, Any]:
    """Dispatch an action of the client and return the wanted keys of its result, or the error that it ended in."""
    client = auth.create_backend_client()
    logger = JobLogger(client=client, job_id=asked["job"]) if asked["reporting"] == "job" else ConsoleLogger()
    context = RuntimeContext(
        logger=logger, env=PluginEnvironment({}), job_id=asked["job"], client=client, v2_client=backend_v2_client()
    )
    start = time.monotonic()
    try:
        result = action.dispatch(asked["params"], context)
    except Exception as error:  # noqa: BLE001 - whatever ends a run of theirs is our finding, not a crash here
        return {"error": f"{type(error).__name__}: {error}", "seconds": time.monotonic() - start}
    finally:
        logger.finish()  # 2.17 loses its last batch of logs without it
    told = result if isinstance(result, dict) else result.model_dump(mode="json")
    return {**{name: told.get(name) for name in wanted}, "seconds": time.monotonic() - start}


def main() -> None:
    """Run line by line; everything else that is printed goes to stderr.

    ``action`` of a line is ``to_task``, or an export without it. ``environment`` are variables that the client reads
    when it runs; they hold for that line alone.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    inherited = dict(os.environ)
    with answers:
        for line in sys.stdin:
            asked = json.loads(line)
            os.environ.clear()
            os.environ.update({**inherited, **asked.get("environment", {})})
            run = to_task if asked.get("action") == "to_task" else export
            answers.write(json.dumps(run(asked)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
