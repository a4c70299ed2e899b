"""Queues log lines, drops the oldest above its cap, and sends a batch whenever the last one is through (SYN-7481)."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from contract_tests.naive.asking import ask
from fake_backend.incidents import Ended

if TYPE_CHECKING:
    from fake_backend.incidents import Staging

JOB = "11111111-1111-1111-1111-111111111111"
CAP, BATCH, LINES_A_SECOND = 200, 20, 1_000  # production: 2,000 and 200


def run(staging: Staging) -> Ended:
    """Make lines at their own pace, whether or not the backend keeps up."""
    queue: deque[dict[str, object]] = deque(maxlen=CAP)
    made, clock, begun = 0, staging.backend.clock, staging.backend.clock.monotonic()
    while made < staging.call.lines or queue:
        due = max(BATCH, int((clock.monotonic() - begun) * LINES_A_SECOND))
        while made < min(due, staging.call.lines):
            made += 1
            queue.append({"event": "message", "job": JOB, "data": {"content": f"line {made}"}})
        if not queue:
            clock.sleep(BATCH / LINES_A_SECOND)
            continue
        ask(staging, "POST", "/logs/", json=[queue.popleft() for _ in range(min(BATCH, len(queue)))])
    return Ended(reported=made)
