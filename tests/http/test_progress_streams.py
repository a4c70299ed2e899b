"""Progress streams: order of frames, heartbeats, the lifetime cap, the ceiling."""

from __future__ import annotations

import json

import pytest
import requests
import sseclient

from fake_backend import FakeBackend, Refusal, Settings
from tests.http.small_backend import Caller, small_document
from tests.http.test_delegated_exports import BODY


def read(answer):
    """Return (name, data) of every frame, as a parser that nobody here wrote sees them."""
    with answer:
        return [(event.event, json.loads(event.data)) for event in sseclient.SSEClient(answer).events()]


def test_a_stream_shows_the_job_from_connected_to_its_one_end(acme) -> None:
    """Progress never goes back, and the terminal event is the last frame."""
    job_id = acme.post("/v2/plugin_exports/", json={**BODY, "chunk_size": 1}).json()["data"]["job_id"]
    answer = acme.get(f"/v2/async_jobs/{job_id}/progress/", stream=True)
    events = read(answer)
    counts = [data["processed_count"] for name, data in events if name != "connected"]

    assert "text/event-stream; charset=utf-8" == answer.headers["Content-Type"]
    assert ["connected", *["async_job.progress"] * 7, "async_job.completed"] == [name for name, _ in events]
    assert [0, 1, 2, 3, 4, 5, 6, 7] == counts
    assert "COMPLETED" == events[-1][1]["status"]


def test_whoever_comes_late_gets_a_snapshot_and_the_rest(acme, backend) -> None:
    """A reconnected client starts at the job's present, and a finished job answers at once."""
    job_id = acme.post("/v2/plugin_exports/", json={**BODY, "chunk_size": 1}).json()["data"]["job_id"]
    backend.clock.advance(0.45)
    late = read(acme.get(f"/v2/async_jobs/{job_id}/progress/", stream=True))
    after = read(acme.get(f"/v2/async_jobs/{job_id}/progress/", stream=True))

    assert [3, 4, 5, 6, 7] == [data["processed_count"] for name, data in late if name != "connected"]
    assert ["connected", "async_job.completed"] == [name for name, _ in after]


def test_silence_is_filled_with_heartbeats_until_the_lifetime_cap() -> None:
    """A stream of a job that does nothing beats, and ends without a terminal event (SYN-7304)."""
    settings = Settings(chunk_seconds=100, heartbeat_seconds=10, stream_seconds=45)
    with FakeBackend(seed=small_document(), settings=settings) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        job_id = acme.post("/v2/plugin_exports/", json=BODY).json()["data"]["job_id"]
        before = backend.clock.monotonic()
        events = read(acme.get(f"/v2/async_jobs/{job_id}/progress/", stream=True))
        acme.session.close()

        assert ["connected", *["heartbeat"] * 4] == [name for name, _ in events]
        assert 45 == pytest.approx(backend.clock.monotonic() - before)


def test_one_stream_too_many_is_503_and_a_closed_one_gives_its_place_back() -> None:
    """The ceiling is there before the server has no thread left, and says when to come back."""
    with FakeBackend(seed=small_document(), settings=Settings(streams=1)) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        job_id = acme.post("/v2/plugin_exports/", json=BODY).json()["data"]["job_id"]
        path = f"/v2/async_jobs/{job_id}/progress/"
        with acme.get(path, stream=True):
            refused = acme.get(path)
            assert (503, "5") == (refused.status_code, refused.headers["Retry-After"])
        assert 200 == acme.get(path).status_code
        acme.session.close()


@pytest.mark.parametrize("wait", [None, 0, 7])
@pytest.mark.parametrize(
    ("ceiling", "status", "code"),
    [({"streams": 1}, 503, "unavailable"), ({"streams_per_member": 1}, 429, "rate_limited")],
)
def test_each_ceiling_is_told_apart_and_says_when_to_come_back_if_it_is_to(ceiling, status, code, wait) -> None:
    """The hub's is 503, a member's 429, with Retry-After or without; the sentence says the ceiling."""
    settings = Settings(**ceiling, stream_retry_after=wait)
    with FakeBackend(seed=small_document(), settings=settings) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        path = f"/v2/async_jobs/{acme.post('/v2/plugin_exports/', json=BODY).json()['data']['job_id']}/progress/"
        with acme.get(path, stream=True):
            refused = acme.get(path)
        again = acme.get(path)
        acme.session.close()

    assert (status, None if wait is None else str(wait)) == (refused.status_code, refused.headers.get("Retry-After"))
    assert (code, "at most 1 at once") == (refused.json()["error"]["code"], refused.json()["error"]["expected"])
    assert 200 == again.status_code


@pytest.mark.parametrize(
    ("name", "value"),
    [("streams", -1), ("streams_per_member", -1), ("stream_retry_after", -2), ("stream_seconds", 0)],
)
def test_a_ceiling_that_is_no_number_to_count_is_refused(name, value) -> None:
    """Before there is a world, with the name, the value and what would do."""
    with pytest.raises(Refusal, match=f"{name}.*received {value}; expected"):
        Settings(**{name: value})


def test_a_job_that_is_cancelled_ends_its_streams(backend) -> None:
    """A live reader that waits sees the end as it happens, and the outcome in the document."""
    with backend.serve() as served:
        headers = backend.tokens["acme"].headers
        body = {**BODY, "chunk_size": 1}
        job_id = requests.post(f"{served.url}/v2/plugin_exports/", json=body, headers=headers, timeout=10).json()[
            "data"
        ]["job_id"]
        url = f"{served.url}/v2/async_jobs/{job_id}"
        stream = requests.get(f"{url}/progress/", headers=headers, stream=True, timeout=10)
        requests.post(f"{url}/cancel/", headers=headers, timeout=10)

        name, data = read(stream)[-1]
        assert ("async_job.completed", "CANCELLED") == (name, data["status"])


def test_a_job_that_is_gone_ends_its_streams_with_an_error(backend) -> None:
    """After a reset there is no job whose end could be told; a stream that waits hears at once that it is over."""
    headers = backend.tokens["acme"].headers
    body = {**BODY, "chunk_size": 1}
    with backend.serve() as served:
        job = requests.post(f"{served.url}/v2/plugin_exports/", json=body, headers=headers, timeout=10).json()["data"]
        url = f"{served.url}/v2/async_jobs/{job['job_id']}/progress/"
        with requests.get(url, headers=headers, stream=True, timeout=10) as stream:
            events = sseclient.SSEClient(stream).events()
            backend.clock.advance(0.15)
            seen = [next(events).event, next(events).event]  # what comes next is waited for
            backend.reset()

            assert ["connected", "async_job.progress"] == seen
            assert ["error"] == [event.event for event in events]


def test_a_stream_of_a_job_whose_worker_was_lost_tells_its_end(tmp_path) -> None:
    """A job of an earlier process has failed, and whoever comes back is told so at once."""
    url = f"sqlite:///{tmp_path / 'rows.db'}"
    with FakeBackend(seed=small_document(), database=url) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        job_id = acme.post("/v2/plugin_exports/", json=BODY).json()["data"]["job_id"]
        acme.session.close()
    with FakeBackend(seed=small_document(), database=url) as backend:
        acme = Caller(backend, backend.tokens["acme"].headers)
        events = read(acme.get(f"/v2/async_jobs/{job_id}/progress/", stream=True))
        acme.session.close()

    assert ["connected", "async_job.completed"] == [name for name, _ in events]
    assert "FAILED" == events[-1][1]["status"]
