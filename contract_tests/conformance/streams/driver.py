"""Progress streams followed by the unmodified reference client; runs inside that client's own environment.

It says ``ready`` when it has imported the client. Then it reads a line, a JSON list of what to follow, and writes one:
what became of each, in that order. All are followed at the same time, each by a client of its own. It imports the
client and the standard library alone, and changes neither.
"""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from synapse_sdk.clients import backend_v2
from synapse_sdk.plugins.actions.export.delegation import stream_export_progress

Client = getattr(backend_v2, "BackendClientV2", None) or backend_v2.BackendV2Client


def follow(asked: dict[str, Any]) -> dict[str, Any]:
    """Follow one job.

    Args:
        asked: ``url``, ``token``, ``tenant``, ``job``, and ``waits``: the base of the client's back-off, in seconds.
            With it the stream alone is read, since only there it is a parameter; without it the second step of a
            delegated export is run, which polls the job after the stream.

    Returns:
        ``told``: events with their count, ``status`` of the job where it was polled, ``error``, ``seconds``.
    """
    client = Client(asked["url"], drf_token=asked["token"], tenant=asked["tenant"], allow_insecure=True)
    told: list[Any] = []
    status, error = None, ""
    start = time.monotonic()
    try:
        if asked["waits"] is not None:
            events = client.async_jobs.stream_progress(asked["job"], backoff_base=asked["waits"])
            told.extend([event.event, event.processed_count] for event in events)
        else:
            status = stream_export_progress(
                v2_client=client,
                job_id=asked["job"],
                progress_callback=lambda done, _: told.append(["async_job.progress", done]),
            ).status
    except Exception as raised:  # noqa: BLE001 - whatever ends it is our finding, not a crash here
        error = type(raised).__name__
    return {"told": told, "status": status, "error": error, "seconds": time.monotonic() - start}


def main() -> None:
    """Follow them all."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    asked = json.loads(sys.stdin.readline())
    with ThreadPoolExecutor(len(asked)) as pool:
        sys.stdout.write(json.dumps(list(pool.map(follow, asked))) + "\n")


if __name__ == "__main__":
    main()
