"""The plugin as a user meets it: pytest in a process of its own, and a client that takes what it likes of ``time``."""

from __future__ import annotations

import os
import subprocess
import sys
from textwrap import dedent

CLIENT = """
    import time
    from datetime import UTC, datetime
    from time import monotonic, sleep

    import requests


    def patient(url, headers, nap=time.sleep):
        for attempt in range(5):
            answer = requests.get(url, headers=headers, timeout=15)
            if answer.status_code == 200:
                return answer.json()
            nap(60 * 2**attempt)
        raise TimeoutError


    def insistent(url, headers):
        wrong = False
        while True:
            try:
                status = requests.get(url, headers=headers, timeout=15).status_code
                wrong = wrong or status != 200
                while wrong:
                    time.sleep(60)
                return status
            except:
                time.sleep(60)


    def deadlines():
        for now, unit in [(time.time_ns, 10**9), (time.monotonic_ns, 10**9), (time.perf_counter, 1),
                          (time.perf_counter_ns, 10**9)]:
            begun = now()
            time.sleep(5)
            yield (now() - begun) // unit


    def instants():
        return time.time(), monotonic(), datetime.now(UTC)
"""

TESTS = """
    import calendar
    import threading
    import time
    from concurrent.futures import ThreadPoolExecutor
    from datetime import UTC, datetime

    import client
    import pytest
    from fake_backend import FakeBackend
    from freezegun import freeze_time
    from fake_backend.virtual_time import HeldOriginals, VirtualTimeRefused


    @pytest.fixture
    def backend():
        with FakeBackend(seed="empty") as running:
            yield running


    def test_minutes_of_back_off_pass_at_once(backend, virtual_time):
        url, headers = f"{backend.url}/sdk/tasks/", backend.tokens["acme"].headers
        rule = {"id": "down", "match": {"until": 500}, "effect": {"status": 500}}
        before = client.instants()
        with virtual_time(backend) as clock, backend.faults.during({"rules": [rule]}):
            begun = client.instants()
            assert client.patient(url, headers)["count"] == 0
            ended = client.instants()
        assert [900.0] * 3 == [round(float(getattr(b - a, "total_seconds", lambda b=b, a=a: b - a)()), 3)
                               for a, b in zip(begun, ended)]
        after = client.instants()
        assert after[0] - before[0] < 600
        assert (after[2] - before[2]).total_seconds() < 600


    def test_a_deadline_in_nanoseconds_passes_too(backend, virtual_time):
        with virtual_time(backend):
            assert [5, 5, 5, 5] == list(client.deadlines())


    def test_eight_sleepers_cost_one_second(backend, virtual_time):
        with virtual_time(backend) as clock:
            begun, gate = clock.monotonic(), threading.Barrier(8)
            with ThreadPoolExecutor(8) as pool:
                list(pool.map(lambda _: (gate.wait(), client.sleep(1)), range(8)))
            assert clock.monotonic() - begun == 1


    def test_what_cannot_be_given_virtual_time_is_told_where_to_go(backend, virtual_time):
        with backend.serve(), pytest.raises(VirtualTimeRefused, match="fake-backend serve --clock virtual"):
            virtual_time(backend).__enter__()
        with virtual_time(backend), pytest.raises(VirtualTimeRefused, match="Another backend"):
            virtual_time(backend).__enter__()
        with FakeBackend(seed="empty", clock="system") as real, pytest.raises(VirtualTimeRefused, match="not virtual"):
            virtual_time(real).__enter__()


    def test_an_event_loop_is_told_where_to_go(backend, virtual_time):
        import asyncio

        async def enter():
            virtual_time(backend).__enter__()

        with pytest.raises(VirtualTimeRefused, match="--speed 60"):
            asyncio.run(enter())


    @pytest.mark.filterwarnings("ignore:coroutine")
    def test_who_becomes_one_inside_of_the_block_is_told_too(backend, virtual_time):
        import asyncio

        with virtual_time(backend):
            with pytest.raises(VirtualTimeRefused, match="sleep on an event loop"):
                asyncio.run(asyncio.sleep(60))
            assert asyncio.run(asyncio.sleep(0, "awake")) == "awake"
            with pytest.raises(VirtualTimeRefused, match="fake-backend serve --clock virtual"):
                backend.serve()
        assert asyncio.run(asyncio.sleep(0, "runs")) == "runs"
        with backend.serve() as served:
            assert served.url


    def test_a_sweep_ends_who_hangs_in_virtual_time(virtual_time):
        from fake_backend.sweeping import CLASSES, Verdict, sweep

        def run(backend):
            with virtual_time(backend):
                return client.insistent(f"{backend.url}/sdk/tasks/", backend.tokens["acme"].headers)

        found = sweep(run, backend=lambda: FakeBackend(seed="empty"), classes=CLASSES[2:4])
        assert [Verdict.HANGS] * 2 == [cell.verdict for cell in found.cells]


    @pytest.fixture
    def frozen():
        with freeze_time("2030-01-01"):
            yield datetime(2030, 1, 1, tzinfo=UTC).timestamp()


    def test_a_frozen_time_of_the_tests_own_holds_for_a_client_too(frozen):
        assert (frozen, frozen) == (time.time(), client.instants()[0])
        assert client.monotonic() == client.monotonic()


    def test_who_is_imported_after_a_frozen_time_takes_what_can_be_switched(backend, virtual_time):
        import late

        with virtual_time(backend) as clock:
            assert abs(late.time() - clock.time()) < 1


    def test_a_frozen_time_outside_of_the_block_is_there_again_behind_it(frozen, backend, virtual_time):
        with virtual_time(backend):
            time.sleep(60)
        assert (frozen, frozen) == (time.time(), datetime.now(UTC).timestamp())


    def test_what_has_no_function_of_ours_tells_the_worlds_time_to_a_test_itself(backend, virtual_time):
        with virtual_time(backend) as clock:
            time.sleep(10**7)
            assert abs(calendar.timegm(time.gmtime()) - clock.time()) <= 1
            assert time.strftime("%Y-%m-%d", time.gmtime(clock.time())) == datetime.now(UTC).strftime("%Y-%m-%d")


    def test_who_came_too_early_is_named(backend, virtual_time):
        from fake_backend.virtual_time import DISPATCHER

        client.early = DISPATCHER.originals["sleep"]
        try:
            with pytest.raises(HeldOriginals, match="client.early"):
                virtual_time(backend).__enter__()
        finally:
            del client.early
"""

TURNED_OFF = """
    import time

    import pytest


    def test_nothing_is_touched():
        assert type(time.sleep).__name__ == "builtin_function_or_method"
        import sys
        assert "fake_backend" not in sys.modules


    def test_the_fixture_says_how_to_turn_it_on(request):
        with pytest.raises(RuntimeError, match="fake_backend_virtual_time = true"):
            request.getfixturevalue("virtual_time")
"""


def run(tmp_path, ini: str, **files: str) -> subprocess.CompletedProcess[str]:
    """Return what pytest said in a process of its own, over these files."""
    (tmp_path / "pytest.ini").write_text(f"[pytest]\n{ini}\n")
    for name, text in files.items():
        (tmp_path / f"{name}.py").write_text(dedent(text))
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider"]
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    return subprocess.run(command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60, check=False)


def test_a_client_lives_in_the_worlds_time_for_one_test(tmp_path) -> None:
    """It took ``sleep`` by name and as a default, sleeps in threads, asks for dates; afterwards all is real again."""
    late = "from time import time"
    done = run(tmp_path, "fake_backend_virtual_time = true", client=CLIENT, late=late, test_client=TESTS)

    assert "12 passed" in done.stdout, done.stdout


def test_without_the_option_nothing_happens(tmp_path) -> None:
    """Nothing is imported or replaced, and the fixture says what to do."""
    done = run(tmp_path, "", test_off=TURNED_OFF)

    assert "2 passed" in done.stdout, done.stdout
