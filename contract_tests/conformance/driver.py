"""One export by the unmodified reference client; runs inside that client's own environment, not in ours.

Parameters come as one JSON object on stdin, credentials and switches as the client's own environment variables, and
one JSON line on stdout says what became of the export. It imports the client and the standard library alone, and
changes neither: the two subclasses are those that every plugin has to make.

Source: contract.md 5, "Recipe".
"""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked, so its names and its base class are unknown there)

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

from synapse_sdk.loggers import ConsoleLogger, JobLogger
from synapse_sdk.plugins.actions.export import BaseExporter, DefaultExportAction, ExportParams
from synapse_sdk.plugins.context import RuntimeContext
from synapse_sdk.plugins.context.env import PluginEnvironment
from synapse_sdk.utils import auth

COUNTS = ("exported_count", "failed_count", "total_count")


class Export(DefaultExportAction):
    """The client's own export with the client's own exporter; ``execute`` is abstract there."""

    action_name = "export"
    params_model = ExportParams
    entrypoint = BaseExporter

    def execute(self) -> Any:
        """Run the registered steps."""
        return self.run()


def backend_v2_client() -> Any:
    """Return the v2 client; its factory changed its name between the versions."""
    factory = getattr(auth, "create_backend_client_v2", None) or auth.create_backend_v2_client
    return factory()


def export(asked: dict[str, Any]) -> dict[str, Any]:
    """Run one export.

    Args:
        asked: ``params`` as the client takes them, the ``job`` that is reported to, and ``reporting``: ``job`` posts
            progress and logs to the backend, ``console`` keeps them here.
    """
    client = auth.create_backend_client()
    logger = JobLogger(client=client, job_id=asked["job"]) if asked["reporting"] == "job" else ConsoleLogger()
    context = RuntimeContext(
        logger=logger, env=PluginEnvironment({}), job_id=asked["job"], client=client, v2_client=backend_v2_client()
    )
    start = time.monotonic()
    try:
        result = Export.dispatch(asked["params"], context)
    except Exception as error:  # noqa: BLE001 - whatever ends an export of theirs is the run's finding, not a crash here
        return {"error": f"{type(error).__name__}: {error}", "seconds": time.monotonic() - start}
    finally:
        logger.finish()  # 2.17 loses its last batch of logs without it
    return {**{name: result.get(name) for name in COUNTS}, "seconds": time.monotonic() - start}


def main() -> None:
    """Read the parameters, export, write the one line; everything else that is printed goes to stderr."""
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answer:
        answer.write(json.dumps(export(json.load(sys.stdin))) + "\n")


if __name__ == "__main__":
    main()
