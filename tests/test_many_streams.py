"""A hundred subscribers of one live job: all see its course and its end, cut or not, and others are served beside."""

from __future__ import annotations

import json
import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import httpx_sse
import requests

from fake_backend import FakeBackend, Settings
from tests.http.small_backend import small_document
from tests.http.test_delegated_exports import BODY
from tests.relay import CuttingRelay
from tests.transports.wsgi_applications import eventually

SUBSCRIBERS = 100
CUT = 20
ROWS = 13


def follow(client, url, headers, seen):
    """Gather the events that a reconnecting client sees until a terminal one: an SSE reader that nobody here wrote."""
    while not seen or seen[-1][0] != "async_job.completed":
        try:
            with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                seen.extend((event.event, json.loads(event.data)) for event in source.iter_sse())
        except httpx.TransportError:
            continue


def counts(events):
    """Return the counts of rows that were told, one by one."""
    return [data["processed_count"] for name, data in events if name == "async_job.progress"]


def test_a_hundred_subscribers_see_one_job_to_its_end() -> None:
    """Connected first, at least ten progress events that never go back, one terminal event each.

    20 of them come through a relay that cuts their first connection at drawn bytes; they come back. A plain request
    beside them is answered meanwhile. The job takes a step when all have seen the one before.
    """
    settings = Settings(chunk_seconds=1)
    with FakeBackend(seed=small_document(ROWS), settings=settings) as backend, backend.serve() as served:
        headers = backend.tokens["acme"].headers
        cuts = [random.Random(number).randrange(1, 900) for number in range(CUT)]
        views: list[list] = [[] for _ in range(SUBSCRIBERS)]
        with (
            CuttingRelay(served.url, cuts) as relay,
            httpx.Client(timeout=30, limits=httpx.Limits(max_connections=None)) as client,
            ThreadPoolExecutor(SUBSCRIBERS) as pool,
        ):
            job = requests.post(
                f"{served.url}/v2/plugin_exports/", json={**BODY, "chunk_size": 1}, headers=headers, timeout=10
            ).json()["data"]["job_id"]
            path = f"/v2/async_jobs/{job}/progress/"
            bases = [relay.url] * CUT + [served.url] * (SUBSCRIBERS - CUT)
            futures = [
                pool.submit(follow, client, base + path, headers, seen) for base, seen in zip(bases, views, strict=True)
            ]
            try:
                assert eventually(lambda: all(views[CUT:]))
                beside = requests.get(f"{served.url}/projects/1/", headers=headers, timeout=10)
                for done in range(ROWS):
                    backend.clock.advance(1)
                    assert eventually(lambda done=done: all(done in counts(seen) for seen in views[CUT:])), done
            finally:
                backend.clock.advance(3600)  # whatever has gone wrong, nobody waits for ever
            for future in futures:
                future.result(30)

    assert 200 == beside.status_code
    for number, events in enumerate(views):
        names = [name for name, _ in events]
        assert "connected" == names[0]
        assert 1 == names.count("async_job.completed")
        assert counts(events) == sorted(counts(events))
        assert number < CUT or len(counts(events)) >= 10
