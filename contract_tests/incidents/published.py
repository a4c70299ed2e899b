"""Incidents against the published client, in its own interpreter, in one process with the fake, in virtual time.

Run by ``proof.py`` as ``<its python> published.py <project root> <our site-packages>``. Each line of stdin names an
incident and whether it is troubled, each line of stdout tells what the client said and what was measured. The package
is changed in nothing: the subclasses are those that a plugin makes (contract.md 5, Recipe).
"""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked, so its names and its base class are unknown there)

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.append(sys.argv[1])  # what the fake needs and the client's environment lacks

from fake_backend.virtual_time import DISPATCHER, virtual_time

DISPATCHER.install()  # before the client is imported

from pydantic import create_model  # noqa: E402
from synapse_sdk.loggers import JobLogger, NoOpLogger  # noqa: E402
from synapse_sdk.plugins.actions.export import ExportParams  # noqa: E402
from synapse_sdk.plugins.context import RuntimeContext  # noqa: E402
from synapse_sdk.plugins.context.env import PluginEnvironment  # noqa: E402
from synapse_sdk.utils import auth  # noqa: E402

from contract_tests.incidents.told import told  # noqa: E402
from contract_tests.published import Export, ToTask  # noqa: E402
from fake_backend.incidents import Ended, read, staged  # noqa: E402

if TYPE_CHECKING:
    from fake_backend.incidents import Call, Staging

JOB = "11111111-1111-1111-1111-111111111111"


def run(staging: Staging) -> Ended:
    """Do what an incident asks of a client, and return what the client said of it."""
    backend, call = staging.backend, staging.call
    _environment(staging)
    client = auth.create_backend_client()
    v2_client = (getattr(auth, "create_backend_client_v2", None) or auth.create_backend_v2_client)()
    logger = JobLogger(client=client, job_id=JOB) if call.reporting else NoOpLogger()
    context = RuntimeContext(logger=logger, env=PluginEnvironment({}), job_id=JOB, client=client, v2_client=v2_client)
    with virtual_time(backend):
        try:
            return _done(call, logger, context)
        except Exception as error:  # noqa: BLE001 - whatever ends a run of theirs is our finding, not a crash here
            return Ended(error=f"{type(error).__name__}: {error}")
        finally:
            if call.finish and hasattr(logger, "finish"):
                logger.finish()


def _done(call: Call, logger: Any, context: Any) -> Ended:
    if call.action == "report":
        for number in range(1, call.lines + 1):
            logger.log_message(f"line {number}")
            logger.set_progress(number, call.lines)
        return Ended(reported=call.lines)
    if call.action == "to_task":
        params = {"name": "incident", "project": 1, "agent": 1, "task_filters": dict(call.filter), **call.params}
        result = ToTask.dispatch(params, context)
        found = result if isinstance(result, dict) else result.model_dump(mode="json")
        return Ended(reported=found.get("success_count") or 0)
    result = _export(call).dispatch(_params(call), context)
    found = result if isinstance(result, dict) else result.model_dump(mode="json")
    return Ended(reported=found.get("exported_count") or 0)


def _export(call: Call) -> Any:
    """Return the action; tunables that its model does not have are declared, as a plugin declares its own fields."""
    further: dict[str, Any] = {
        name: (Any, value) for name, value in call.params.items() if name not in ExportParams.model_fields
    }
    if not further:
        return Export
    model: Any = create_model("DeclaredParams", __base__=ExportParams, **further)
    return type("DeclaredExport", (Export,), {"params_model": model})


def _params(call: Call) -> dict[str, Any]:
    return {
        "name": "out",
        "storage": 3,
        "path": "exports",
        "target": call.target,
        "filter": {**call.scope, **call.filter},
        "save_original_file": call.originals,
        **call.params,
    }


def _environment(staging: Staging) -> None:
    """Tell the client by its own variables where it is and which head to take."""
    backend, call = staging.backend, staging.call
    wanted = {
        "SYNAPSE_HOST": backend.url,
        "SYNAPSE_PLUGIN_RUN_USER_TOKEN": backend.tokens["acme"].user or "",
        "SYNAPSE_PLUGIN_RUN_TENANT": "acme",
        "SYNAPSE_EXPORT_THROTTLE_SECONDS": "0",
        "SYNAPSE_EXPORT_DISABLE_ASYNC_DELEGATE": "" if call.head == "delegated" else "1",
        "SYNAPSE_FORCE_V1_EXPORT": "1" if call.head == "v1" else "",
        "SYNAPSE_EXPORT_PAGE_SIZE": str(call.page_size or ""),
        "SYNAPSE_EXPORT_V2_PAGE_SIZE": str(call.page_size or ""),
    }
    for name, value in wanted.items():
        if value:
            os.environ[name] = value
        else:
            os.environ.pop(name, None)


def main() -> None:
    """Run line by line; everything else that is printed goes to stderr."""
    warnings.simplefilter("ignore")
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answers:
        for line in sys.stdin:
            asked = json.loads(line)
            begun = time.perf_counter()
            incident = read(asked["text"], asked["id"])
            with staged(incident, troubled=asked["troubled"]) as staging:
                seen = staging.seen(run(staging))
            answers.write(json.dumps(told(incident, seen, time.perf_counter() - begun)) + "\n")
            answers.flush()


if __name__ == "__main__":
    main()
