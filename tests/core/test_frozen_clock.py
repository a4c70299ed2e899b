"""A world in a user's ``freeze_time``: ticks are its time, for rows, jobs, signatures and boto3 alike."""

from __future__ import annotations

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError
from freezegun import freeze_time

from fake_backend import FakeBackend
from fake_backend.core.clock import SystemClock
from fake_backend.core.errors import BadRequest
from fake_backend.core.frozen_clock import FrozenClock
from tests.http.small_backend import small_document


def client_of(backend):
    """Return a boto3 client of the bucket of storage 4, and the bucket."""
    headers = backend.tokens["acme"].headers
    held = requests.post(f"{backend.url}/storages/4/session/", headers=headers, json={"purpose": "write"}, timeout=9)
    told = held.json()["configuration"]
    client = boto3.client(
        "s3",
        endpoint_url=told["endpoint_url"],
        aws_access_key_id=told["access_key"],
        aws_secret_access_key=told["secret_key"],
        region_name=told["region_name"],
        config=Config(signature_version="s3v4", retries={"max_attempts": 1}),
    )
    return client, told["bucket_name"]


def test_a_url_signed_in_frozen_time_is_good_until_a_tick_past_its_end() -> None:
    """boto3 signs with the frozen date and is believed; after 901 seconds its URL of 900 is refused."""
    with freeze_time("2026-03-01 12:00:00") as frozen, FakeBackend(seed=small_document(), clock="freezegun") as backend:
        client, bucket = client_of(backend)
        client.put_object(Bucket=bucket, Key="a", Body=b"bytes")
        url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"}, ExpiresIn=900)
        good = requests.get(url, timeout=9)
        frozen.tick(901)
        late = requests.get(url, timeout=9)
        written = client.head_object(Bucket=bucket, Key="a")["LastModified"]

    assert (200, b"bytes", 403) == (good.status_code, good.content, late.status_code)
    assert "2026-03-01T12:00:00" == written.replace(tzinfo=None).isoformat()


def test_whose_clock_is_skewed_is_refused() -> None:
    """A client that was frozen elsewhere is twenty minutes off (SigV4: at most fifteen)."""
    with freeze_time("2026-03-01 12:00:00"), FakeBackend(seed=small_document(), clock="freezegun") as backend:
        client, bucket = client_of(backend)
        told = type("Told", (), {"time_to_freeze": backend.clock.now()})
        with freeze_time("2026-03-01 11:40:00"):
            backend._world.objects.clock._factories = [told]
            with pytest.raises(ClientError, match="RequestTimeTooSkewed"):
                client.list_objects_v2(Bucket=bucket)


def test_a_job_runs_by_ticks_and_a_sleep_moves_what_is_frozen() -> None:
    """The export of seven rows, one a chunk, takes eight tenths of a second and the user's own clock shows it."""
    with freeze_time("2026-03-01 12:00:00") as frozen, FakeBackend(seed=small_document(), clock="freezegun") as backend:
        headers = backend.tokens["acme"].headers
        body = {"storage_id": 3, "path": "x", "targets": ["task"], "project_id": 1, "chunk_size": 1}
        told = requests.post(f"{backend.url}/v2/plugin_exports/", headers=headers, json=body, timeout=9).json()
        job = f"{backend.url}/v2/async_jobs/{told['data']['job_id']}/"
        states = []
        for seconds in (0.15, 1.0):
            frozen.tick(seconds)
            states.append(requests.get(job, headers=headers, timeout=9).json()["data"]["status"])
        backend.clock.sleep(60)

        assert ["PROCESSING", "COMPLETED"] == states
        assert "2026-03-01T12:01:01.150000" == frozen().isoformat()


def test_no_other_clock_moves() -> None:
    """What is frozen for one test is nothing to a world that lives by another clock, or after the block."""
    with FakeBackend(seed="empty") as virtual:
        before = virtual.clock.now()
        with freeze_time("2031-01-01") as frozen, FakeBackend(seed="empty", clock="freezegun"):
            frozen.tick(86_400)
        assert before == virtual.clock.now()
    assert SystemClock().now().year < 2031


def test_a_backend_that_was_there_before_follows_what_is_frozen_later() -> None:
    """As one of a fixture is: at an earlier date than the machine's it is set back, and boto3 is believed there too."""
    with FakeBackend(seed=small_document(), clock="freezegun") as backend:
        for date in ("2026-03-01T12:00:00+00:00", "2024-03-01T12:00:00+00:00"):
            with freeze_time(date) as frozen:
                assert date == backend.clock.now().isoformat()
                client, bucket = client_of(backend)
                client.put_object(Bucket=bucket, Key="a", Body=b"bytes")
                url = client.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "a"}, ExpiresIn=900)
                statuses = [requests.get(url, timeout=9).status_code]
                frozen.tick(901)
                statuses.append(requests.get(url, timeout=9).status_code)

            assert [200, 403] == statuses


def test_a_date_that_goes_back_leaves_what_is_scheduled_its_delay() -> None:
    """Entering a ``freeze_time``, and coming back to the outer one; nothing goes back within one."""
    with freeze_time("2026-02-01 00:00:10") as outer:
        clock, seen = FrozenClock(), []
        clock.scheduler.after(60, lambda: seen.append(clock.now().isoformat()))
        with freeze_time("2026-02-01") as inner:
            before = (clock.now().isoformat(), clock.monotonic(), clock.time())
            inner.tick(59)
            assert 59 == clock.monotonic()
            assert [] == seen
            inner.move_to("2026-01-01")
            assert "2026-02-01T00:00:59+00:00" == clock.now().isoformat()
            inner.move_to("2026-02-01 00:01:01")
            assert 61 == clock.monotonic()
        assert ["2026-02-01T00:01:00+00:00"] == seen
        assert ("2026-02-01T00:00:00+00:00", 0, 1769904000) == before
        assert "2026-02-01T00:00:10+00:00" == clock.now().isoformat()
        outer.tick(10)
        assert 71 == clock.monotonic()


def test_outside_of_freeze_time_it_stands() -> None:
    """As what it follows does."""
    clock = FrozenClock()
    instant = clock.now()

    assert instant == clock.now()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"clock": "sundial"}, "virtual, system or freezegun"),
        ({"clock": "virtual", "speed": 60}, "speed"),
        ({"clock": "system", "speed": 0}, "above zero"),
    ],
)
def test_a_clock_that_there_is_not_is_refused(options, words) -> None:
    """With what there is."""
    with pytest.raises(BadRequest, match=words):
        FakeBackend(seed="empty", **options)


def test_a_quick_clock_is_as_many_times_as_fast() -> None:
    """A sleep of a minute at 6,000 times the speed is over in ten milliseconds, and a minute has passed."""
    clock = SystemClock(speed=6000)
    begun, at = clock.monotonic(), clock.now()
    clock.sleep(60)

    assert clock.monotonic() - begun >= 60
    assert (clock.now() - at).total_seconds() >= 60
    clock.close()
