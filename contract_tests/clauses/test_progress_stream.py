"""Progress streams: well-formed by the standard, told in order, ended once, and the same to every reader."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import httpx_sse
import requests
import sseclient
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.event_stream import Event, Stream, read
from fake_backend import FakeBackend, Settings

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
