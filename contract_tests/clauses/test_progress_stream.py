"""Progress streams: well-formed by the standard, told in order, ended once, and the same to every reader."""

from __future__ import annotations

import json
import shutil
import subprocess
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import httpx_sse
import pytest
import requests
import sseclient
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.event_stream import Event, Stream, read
from fake_backend import FakeBackend, Settings
from sdk.clients.backend_v2 import BackendV2Client

if TYPE_CHECKING:
    from collections.abc import Mapping

KNOWN = {"connected", "async_job.progress", "heartbeat", "async_job.completed"}
ROWS = st.integers(0, 7)
CHUNKS = st.integers(1, 3)


def document(rows: int) -> dict[str, Any]:
    """Return a seed document with so many tasks."""
    tasks = [
        {"id": number, "project": strategies.MAIN_PROJECT, "data": {}, "created": strategies.INSTANTS[0]}
        for number in range(1, rows + 1)
    ]
    return {**strategies.SURROUNDINGS, "tasks": tasks}


def enqueue(backend: FakeBackend, chunk: int) -> tuple[str, Mapping[str, str]]:
    """Enqueue an export of the whole project; return the job's URL and the caller's headers."""
    headers = backend.tokens[strategies.MAIN_TENANT].headers
    body = {
        "storage_id": strategies.STORAGE,
        "path": "exports/a",
        "targets": ["task"],
        "project_id": strategies.MAIN_PROJECT,
        "chunk_size": chunk,
    }
    answer = requests.post(f"{backend.url}/v2/plugin_exports/", json=body, headers=headers, timeout=30)
    return f"{backend.url}/v2/async_jobs/{answer.json()['data']['job_id']}/", headers


def subscribe(job: str, headers: Mapping[str, str]) -> requests.Response:
    """Follow a job until its stream ends; the virtual clock jumps from event to event."""
    return requests.get(f"{job}progress/", headers=headers, timeout=30)


def progress(stream: Stream) -> list[dict[str, Any]]:
    """Return the data of a stream's progress events."""
    return [json.loads(event.data) for event in stream.events if event.type == "async_job.progress"]


@given(ROWS, CHUNKS, st.sampled_from([0.1, 6.0, 40.0]))
def test_a_stream_is_well_formed_and_tells_the_job_in_order(rows: int, chunk: int, pace: float) -> None:
    """``connected`` first, counts that never fall, one terminal event, which is last, and nothing that is cut."""
    with FakeBackend(seed=document(rows), settings=Settings(chunk_seconds=pace)) as backend:
        job, headers = enqueue(backend, chunk)
        answer = subscribe(job, headers)
        stream = read(answer.content)
        types = [event.type for event in stream.events]
        counts = [told["processed_count"] for told in progress(stream)]

        assert "text/event-stream; charset=utf-8" == answer.headers["Content-Type"]
        assert "connected" == types[0]
        assert "async_job.completed" == types[-1]
        assert 1 == types.count("async_job.completed")
        assert set(types) <= KNOWN
        assert "" == stream.rest
        assert sorted(counts) == counts
        assert {rows} >= {told["total_count"] for told in progress(stream)}
        assert ("heartbeat" in types) == (pace > 15)  # contract: heartbeats fill silence, and only that
        assert "COMPLETED" == requests.get(job, headers=headers, timeout=30).json()["data"]["status"]


@settings(max_examples=15)
@given(ROWS, CHUNKS, st.sampled_from([0.1, 40.0]))
def test_strangers_read_the_stream_as_the_standard_does(rows: int, chunk: int, pace: float) -> None:
    """httpx-sse and sseclient-py, which we did not write, see the same events."""
    with FakeBackend(seed=document(rows), settings=Settings(chunk_seconds=pace)) as backend:
        answer = subscribe(*enqueue(backend, chunk))
        expected = list(read(answer.content).events)
        response = httpx.Response(200, headers={"content-type": answer.headers["Content-Type"]}, content=answer.content)
        by_httpx = [Event(event.event, event.data) for event in httpx_sse.EventSource(response).iter_sse()]
        by_sseclient = [
            Event(event.event, event.data) for event in sseclient.SSEClient(iter([answer.content])).events()
        ]

        assert expected == by_httpx
        assert expected == by_sseclient


def anonymous(events: list[Event]) -> list[Event]:
    """Return events without the id of their job, which is another for each follower, and without the time."""
    return [
        Event(event.type, json.dumps({**json.loads(event.data), "job_id": None, "timestamp": None})) for event in events
    ]


@settings(max_examples=2)
@given(ROWS, CHUNKS, st.sampled_from([0.1, 40.0]))
def test_strangers_follow_a_job_over_the_wire_as_we_do(rows: int, chunk: int, pace: float) -> None:
    """httpx-sse, sseclient-py and curl, each with an equal job of its own, see the events that the thin SDK sees."""
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("curl is not installed")
    with (
        FakeBackend(seed=document(rows), settings=Settings(chunk_seconds=pace)) as backend,
        backend.serve(autojump=True) as served,
    ):
        tokens = backend.tokens[strategies.MAIN_TENANT]

        def job() -> str:
            return enqueue(backend, chunk)[0].replace(backend.url, served.url) + "progress/"

        with BackendV2Client(served.url, user_token=tokens.user, tenant=tokens.tenant, clock=backend.clock) as client:
            by_us = [
                Event(event.event, json.dumps(event.data))
                for event in client.async_jobs.stream_progress(job().rsplit("/", 3)[1])
            ]
        with httpx.Client(timeout=30) as http, httpx_sse.connect_sse(http, "GET", job(), headers=tokens.headers) as one:
            by_httpx = [Event(event.event, event.data) for event in one.iter_sse()]
        with requests.get(job(), headers=tokens.headers, stream=True, timeout=30) as answer:
            by_sseclient = [
                Event(event.event, event.data) for event in sseclient.SSEClient(answer.iter_content(None)).events()
            ]
        options = "".join(f'header = "{name}: {value}"\n' for name, value in tokens.headers.items())
        told = subprocess.run(  # noqa: S603 - no shell, and tokens stand on no command line
            [curl, "-sN", "-K", "-", job()], input=options.encode(), capture_output=True, timeout=30, check=True
        )

    assert "async_job.completed" == by_us[-1].type
    assert anonymous(by_us) == anonymous(by_httpx)
    assert anonymous(by_us) == anonymous(by_sseclient)
    assert anonymous(by_us) == anonymous(list(read(told.stdout).events))


def refusals(told: Settings, others: int) -> list[requests.Response]:
    """Open ``others`` streams of one user; return the answer to one more, and to one when those are over."""
    with FakeBackend(seed=document(3), settings=told) as backend, ExitStack() as opened:
        job, headers = enqueue(backend, 1)
        for _ in range(others):
            opened.enter_context(requests.get(f"{job}progress/", headers=headers, stream=True, timeout=30))
        refused = subscribe(job, headers)
        opened.close()
        return [refused, subscribe(job, headers)]


@settings(max_examples=6)
@given(st.integers(0, 3), st.sampled_from([None, 0, 5]))
def test_a_member_who_follows_too_many_is_told_429(ceiling: int, wait: int | None) -> None:
    """One more than the member's ceiling; ``Retry-After`` where the world tells one; a place that is free is given."""
    refused, after = refusals(Settings(streams_per_member=ceiling, stream_retry_after=wait), ceiling)

    assert (429, "rate_limited") == (refused.status_code, refused.json()["error"]["code"])
    assert (None if wait is None else str(wait)) == refused.headers.get("Retry-After")
    assert (200 if ceiling else 429) == after.status_code


@settings(max_examples=6)
@given(st.integers(0, 3), st.sampled_from([None, 0, 5]))
def test_a_hub_that_is_full_says_503(ceiling: int, wait: int | None) -> None:
    """One more than all together may; ``Retry-After`` where the world tells one; a place that is free is given."""
    refused, after = refusals(Settings(streams=ceiling, stream_retry_after=wait), ceiling)

    assert (503, "unavailable") == (refused.status_code, refused.json()["error"]["code"])
    assert (None if wait is None else str(wait)) == refused.headers.get("Retry-After")
    assert (200 if ceiling else 503) == after.status_code


@settings(max_examples=15)
@given(ROWS, CHUNKS)
def test_a_stream_that_reached_its_age_ends_without_a_terminal_event(rows: int, chunk: int) -> None:
    """The server cuts long streams between frames; who comes back finds a snapshot, never less than was told."""
    with FakeBackend(seed=document(rows), settings=Settings(chunk_seconds=30, stream_seconds=70)) as backend:
        job, headers = enqueue(backend, chunk)
        seen: list[int] = []
        for visit in range(20):
            stream = read(subscribe(job, headers).content)
            types = [event.type for event in stream.events]
            told = [event for event in stream.events if event.type in {"async_job.progress", "async_job.completed"}]

            assert "" == stream.rest
            assert visit == 0 or told[0] == stream.events[1], "the snapshot follows upon connected"
            seen += [json.loads(event.data)["processed_count"] for event in told]
            if "async_job.completed" in types:
                break

        assert "async_job.completed" == types[-1]
        assert sorted(seen) == seen
        assert rows == seen[-1]


@settings(max_examples=10)
@given(ROWS)
def test_a_finished_job_still_tells_its_end(rows: int) -> None:
    """Who comes after the end sees ``connected`` and the terminal event, and the stream is over."""
    with FakeBackend(seed=document(rows)) as backend:
        job, headers = enqueue(backend, 2)
        subscribe(job, headers)

        assert ["connected", "async_job.completed"] == [
            event.type for event in read(subscribe(job, headers).content).events
        ]
