"""How long a new world takes to its first answer, in processor time: a busy machine must not fail what is compared."""

from __future__ import annotations

import statistics
import time

import requests

from fake_backend import FakeBackend

WORLDS = 20
LIMIT = 30.0  # milliseconds; a test that opens a world of its own must not notice


def cold_start(worlds: int = WORLDS) -> float:
    """Return the median, in milliseconds of processor time, from asking for a backend to its first answer.

    Args:
        worlds: How many to ask for, one after the other.
    """
    return statistics.median(_once() for _ in range(worlds))


def _once() -> float:
    begun = time.process_time()
    with FakeBackend(seed="empty") as backend:
        headers = next(iter(backend.tokens.values())).headers
        requests.get(f"{backend.url}/v2/tasks/", headers=headers, timeout=30).raise_for_status()
        return (time.process_time() - begun) * 1000
