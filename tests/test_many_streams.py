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

SUBSCRIBERS = 100
CUT = 20


def follow(client, url, headers):
    """Return the events that a reconnecting client sees until a terminal one: an SSE reader that nobody here wrote."""
    seen = []
    while not seen or seen[-1][0] != "async_job.completed":
        try:
            with httpx_sse.connect_sse(client, "GET", url, headers=headers) as source:
                seen += [(event.event, json.loads(event.data)) for event in source.iter_sse()]
        except httpx.TransportError:
            continue
    return seen


def test_a_hundred_subscribers_see_one_job_to_its_end() -> None:
    """Connected first, at least ten progress events that never go back, one terminal event each.

    20 of them come through a relay that cuts their first connection at drawn bytes; they come back. A plain request
    beside them is answered meanwhile.
    """
    settings = Settings(chunk_seconds=0.12)
    with FakeBackend(seed=small_document(13), clock="system", settings=settings) as backend, backend.serve() as served:
        headers = backend.tokens["acme"].headers
        cuts = [random.Random(number).randrange(1, 900) for number in range(CUT)]
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
            futures = [pool.submit(follow, client, base + path, headers) for base in bases]
            beside = requests.get(f"{served.url}/projects/1/", headers=headers, timeout=10)
            views = [future.result(30) for future in futures]

    assert 200 == beside.status_code
    for number, events in enumerate(views):
        names = [name for name, _ in events]
        counts = [data["processed_count"] for name, data in events if name == "async_job.progress"]
        assert "connected" == names[0]
        assert 1 == names.count("async_job.completed")
        assert counts == sorted(counts)
        assert number < CUT or len(counts) >= 10
