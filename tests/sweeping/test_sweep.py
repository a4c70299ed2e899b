"""The sweep itself: each verdict, by clients of a few lines that behave so."""

from __future__ import annotations

import json
import sys
import threading
from collections import deque

import pytest
import requests

from fake_backend import FakeBackend, Refusal
from fake_backend.sweeping import CLASSES, Verdict, as_json, complaints, sweep, text, told

SEED = {
    "tenants": [{"code": "acme"}],
    "users": [{"id": 1, "tenant": "acme"}],
    "tokens": [{"user": 1, "kind": "user"}],
    "data_collections": [{"id": 1, "tenant": "acme"}],
    "projects": [{"id": 1, "tenant": "acme", "data_collection": 1}],
    "tasks": [{"id": number, "project": 1} for number in (1, 2)],
}
ATTEMPTS = 3
BY_NAME = {fault.name: fault for fault in CLASSES}


def world():
    """Return a world of two tasks."""
    return FakeBackend(seed=SEED)


def ask(backend, method, path, body=None):
    """Send one request and return its parsed answer; an error says what was asked."""
    headers = backend.tokens["acme"].headers
    answer = requests.request(method, f"{backend.url}{path}", json=body, headers=headers, timeout=5)
    answer.raise_for_status()
    return answer.json()


def patiently(backend, *asked):
    """Send a request until it is answered."""
    for attempt in range(ATTEMPTS):
        try:
            return ask(backend, *asked)
        except requests.RequestException:
            if attempt + 1 == ATTEMPTS:
                raise
            backend.clock.sleep(1)
    raise AssertionError


def listed(backend):
    """A patient reader: loses nothing."""
    return [row["id"] for row in patiently(backend, "GET", "/sdk/tasks/?project=1&ordering=id")["results"]]


def hasty(backend):
    """One that asks once, and says what went wrong."""
    return ask(backend, "GET", "/sdk/tasks/?project=1")["count"]


def careless(backend):
    """One that takes an error for an empty list."""
    try:
        return hasty(backend)
    except requests.RequestException:
        return 0


def confused(backend):
    """One that takes an error for rows."""
    headers = backend.tokens["acme"].headers
    return requests.get(f"{backend.url}/sdk/tasks/?project=1", headers=headers, timeout=5).json()["count"]


def stubborn(backend):
    """One that never gives up, and is never satisfied after an error."""
    failed = False
    while True:
        try:
            found = hasty(backend)
        except requests.RequestException:
            failed = True
        else:
            if not failed:
                return found
        backend.clock.sleep(60)


def deaf(backend):
    """One that catches whatever comes, even what is meant to end it."""
    failed = False
    while True:
        try:
            found = hasty(backend)
            if not failed:
                return found
        except:  # noqa: E722 (the very thing)
            failed = True


def delegating(backend, client=stubborn):
    """One that leaves the work to a thread, and takes what there is when that is over."""
    found = []
    worker = threading.Thread(target=lambda: found.append(client(backend)))
    worker.start()
    worker.join()
    return found or [2]


def deafly_delegating(backend):
    """Both."""
    return delegating(backend, deaf)


def writing(backend):
    """One that sends a write again without a look."""
    body = {"action": "submit", "data": {"objects": []}}
    patiently(backend, "PUT", "/tasks/1/annotate_task_data/", body)


def forgetful(backend):
    """One that goes on to the next task when a write fails."""
    for number in (1, 2):
        try:
            ask(backend, "PUT", f"/tasks/{number}/annotate_task_data/", {"action": "submit", "data": {"n": number}})
        except requests.RequestException:
            continue


@pytest.mark.parametrize(
    ("client", "fault", "verdict"),
    [
        (listed, "500", Verdict.RECOVERS),
        (listed, "cut body", Verdict.RECOVERS),
        (hasty, "500", Verdict.CLEAR_ERROR),
        (careless, "dropped", Verdict.LOSES_DATA),
        (confused, "503", Verdict.UNCLEAR_ERROR),
        (stubborn, "reset", Verdict.HANGS),
        (writing, "504", Verdict.RECOVERS),
        (writing, "504, carried out", Verdict.DUPLICATES),
        (writing, "no answer", Verdict.DUPLICATES),
        (forgetful, "500", Verdict.LOSES_DATA),
    ],
)
def test_each_verdict_is_given_to_who_deserves_it(client, fault, verdict) -> None:
    """By what the run returned, and by what is in the backend, not by how it ended alone."""
    found = sweep(client, backend=world, classes=[BY_NAME[fault]])
    assert {verdict} == {cell.verdict for cell in found.cells}


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize("client", [deaf, delegating, deafly_delegating])
def test_who_hangs_is_ended_whatever_it_catches_and_in_whichever_thread(client) -> None:
    """The guard notes that its limit was reached; what gets out of the run says nothing of it."""
    threads = threading.active_count()
    found = sweep(client, backend=world, classes=[BY_NAME["500"]])

    assert [Verdict.HANGS] == [cell.verdict for cell in found.cells]
    assert "no end after" in found.cells[0].told
    assert threads == threading.active_count()


def test_a_client_is_as_it_was_once_one_of_its_runs_has_been_ended() -> None:
    """The same function runs again, to its end."""
    sweep(deaf, backend=world, classes=[BY_NAME["500"]])
    with world() as backend:
        assert 2 == deaf(backend)


def test_the_first_requests_of_a_long_run_are_struck_too() -> None:
    """The journal is bounded and forgets them; a sweep does not, nor what they wrote."""

    def forgetful_world():
        backend = world()
        backend.journal._entries = deque(maxlen=1)
        return backend

    def run(backend):
        writing(backend)
        return listed(backend)

    found = sweep(run, backend=forgetful_world, classes=[BY_NAME["504, carried out"]])

    assert [(Verdict.DUPLICATES, "PUT"), (Verdict.RECOVERS, "GET")] == [
        (cell.verdict, cell.point.method) for cell in found.cells
    ]


def test_every_request_is_struck_by_every_class_that_can_befall_it() -> None:
    """Once each: requests of a run without faults, times classes."""

    def both(backend):
        return listed(backend), listed(backend)

    heard = []
    found = sweep(both, backend=world, heard=heard.append)
    possible = [fault.name for fault in CLASSES if fault.name != "cut stream"]
    assert [(number, name) for number in (1, 2) for name in possible] == [
        (c.point.number, c.fault) for c in found.cells
    ]
    assert list(found.cells) == heard
    assert not found.of(Verdict.NOT_REACHED)


def test_what_is_left_behind_counts_and_is_read_without_faults() -> None:
    """A run that returns nothing is judged by its traces; reading them is no part of it."""
    kept = []

    def run(backend):
        kept[:] = []
        kept.append(careless(backend))

    found = sweep(run, left=lambda backend: (list(kept), hasty(backend)), backend=world, classes=[BY_NAME["500"]])
    assert [Verdict.LOSES_DATA] == [cell.verdict for cell in found.cells]
    assert 1 == found.due.requests


def test_two_sweeps_are_equal() -> None:
    """The world is virtual and its draws are seeded, so a table can be compared from day to day."""
    first, second = (as_json(sweep(writing, backend=world, classes=CLASSES[:4])) for _ in range(2))
    assert first == second


def test_a_run_that_fails_by_itself_and_a_clock_of_the_machine_are_refused() -> None:
    """There is nothing to compare with, or no end to wait for."""
    with pytest.raises(ZeroDivisionError):
        sweep(lambda _: 1 / 0, backend=world)
    with pytest.raises(Refusal, match="virtual time"):
        sweep(listed, backend=lambda: FakeBackend(seed=SEED, clock="system"))


@pytest.mark.parametrize(
    ("client", "words"),
    [
        (lambda _: 1, "makes none"),
        (lambda backend: (listed(backend), object()), "returns is not the same twice"),
        (lambda backend: (listed(backend), float("nan")), "returns is not the same twice"),
    ],
)
def test_a_run_that_nothing_can_be_said_of_is_refused(client, words) -> None:
    """It would lose nothing for want of requests, or lose data without any fault."""
    with pytest.raises(Refusal, match=words):
        sweep(client, backend=world)
    with pytest.raises(Refusal, match="leaves behind is not the same twice"):
        sweep(listed, backend=world, left=lambda _: object())


def test_a_program_that_exits_is_judged_as_one_that_raises() -> None:
    """Its exit ends the run, and not the sweep."""

    def program(backend):
        try:
            return hasty(backend)
        except requests.RequestException:
            sys.exit("no list")

    found = sweep(program, backend=world, classes=[BY_NAME["dropped"], BY_NAME["429"]])
    assert (Verdict.CLEAR_ERROR, "SystemExit: no list") == (found.cells[0].verdict, found.cells[0].told)
    assert 2 == len(found.cells)


@pytest.mark.parametrize(
    ("begin", "verdict"),
    [
        (lambda backend: backend.reset(), Verdict.CLEAR_ERROR),
        (lambda backend: backend.faults.clear(), Verdict.NOT_REACHED),
    ],
)
def test_a_run_may_begin_with_a_world_as_new(begin, verdict) -> None:
    """A reset leaves the fault in force, as it does every plan of a run; who ends all faults is struck by none."""

    def run(backend):
        begin(backend)
        return hasty(backend)

    found = sweep(run, backend=world, classes=[BY_NAME["dropped"]])
    assert [verdict] == [cell.verdict for cell in found.cells]


def test_the_table_shows_the_worst_of_a_row_and_every_complaint() -> None:
    """Ids are braces, so that a row is a kind of request; JSON holds each cell."""
    found = sweep(forgetful, backend=world, classes=[BY_NAME["500"], BY_NAME["429"]])
    shown = text(found, "forgetful")
    assert "/tasks/{id}/annotate_task_data/" in shown.replace("\n", "")
    assert 2 == shown.count("LOST")
    assert 4 == len(complaints(found.cells)) == shown.count("loses data: ")
    assert "4 faults at 2 requests: 4 loses data" == told(found)
    assert json.loads(json.dumps(as_json(found)))["counts"] == {"loses data": 4}
