"""Serving in worlds that are reset, end with their process, get more rows, or are asked by many at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from fake_backend import FakeBackend, SeedInvalid
from tests.serving.serving_world import ROLL_OUT, RUNNING, Echo, User, serving, serving_document


def test_what_was_on_the_way_ends_with_its_process(tmp_path) -> None:
    """Roll-outs and waits have failed, what drained is gone, what ran runs on, and what broke may still recover."""
    place = f"sqlite:///{tmp_path / 'world.db'}"
    releases = [{}, {"num_cpus": 3}, {"num_cpus": 4}, {"drain_seconds": 60}, {"recovers_after": 30}]
    applications = [
        {"id": 1, "plugin_release": 1, "agent": 1},
        {"id": 4, "plugin_release": 4, "agent": 2},
        {"id": 5, "plugin_release": 5, "agent": 2, "status": "UNHEALTHY"},
    ]
    document = serving_document(*releases, applications=applications)
    with FakeBackend(seed=document, database=place) as backend:
        user = User(backend)
        jobs = [user.deploy(code).json()["id"] for code in ("code-2", "code-3")]
        user.caller.delete("/serve_applications/4/")
        assert ["RUNNING", "DELETING", "UNHEALTHY", "DEPLOYING", "NOT_STARTED"] == [
            row["status"] for row in user.applications()
        ]
    with FakeBackend(seed=document, database=place) as backend:
        user = User(backend)
        rows = user.applications()
        assert ["RUNNING", "NOT_STARTED", "UNHEALTHY", "DEPLOY_FAILED", "DEPLOY_FAILED"] == [
            row["status"] for row in rows
        ]
        assert all(row["data"]["reason"].startswith("ProcessEnded") for row in rows[3:])
        assert ["FAILED", "FAILED"] == [user.caller.get(f"/jobs/{job}/").json()["status"] for job in jobs]
        backend.clock.advance(30)
        assert "RUNNING" == user.status("code-5")
        backend.serving.register("echo", Echo())
        assert 200 == user.infer(2).status_code
        assert user.deploy("code-2").json()["id"] not in jobs


def test_a_reset_forgets_calls_and_keeps_models() -> None:
    """The rows of the seed are back, nothing that was on the way comes, and who waits is not left waiting."""
    with serving({"answer_seconds": 100}, {}, applications=RUNNING) as (backend, user, model):
        assert 504 == user.infer(2).status_code
        user.deploy("code-2")
        backend.reset()
        assert [("code-1", "RUNNING")] == [(row["plugin_code"], row["status"]) for row in user.applications()]
        assert 0 == backend.serving.predictions()["taken"]
        backend.clock.advance(ROLL_OUT)
        assert 1 == len(user.applications())
        user.infer(2)
        assert 2 == model.runs


def test_a_seed_puts_applications_where_it_says_and_time_takes_them_on() -> None:
    """A roll-out begins with the loading, a deletion ends, what broke recovers; a replaced row forgets its timer."""
    applications = [
        {"id": number, "plugin_release": number, "agent": 1, "status": status}
        for number, status in enumerate(["DEPLOYING", "DELETING", "UNAVAILABLE"], 1)
    ]
    small = {"num_cpus": 1, "drain_seconds": 10, "recovers_after": 20}
    with serving(small, small, small, applications=applications) as (backend, user, _):
        backend.clock.advance(20)
        assert ["DEPLOYING", "NOT_STARTED", "RUNNING"] == [row["status"] for row in user.applications()]
        again = serving_document(small, small, small, applications=applications)
        backend.seed(again)
        backend.clock.advance(50)
        assert "DEPLOYING" == user.status("code-1")
        backend.clock.advance(10)
        assert "RUNNING" == user.status("code-1")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"agents": [{"id": 1, "tenant": "acme", "num_cpus": 1}]}, "cpu_unavailable: 2 needed, 1 of 1 free"),
        (
            {"serve_applications": [{"id": 77, "plugin_release": 1, "agent": 1}]},
            "two applications of one release",
        ),
    ],
)
def test_rows_that_an_agent_has_no_room_for_are_not_taken(change, words) -> None:
    """Beside what it serves already; nothing of the document is kept."""
    with serving({"num_cpus": 2}) as (backend, user, _):
        user.deploy()
        document = {**serving_document({"num_cpus": 2}), **change}
        before = user.applications(), user.caller.get("/agents/").json(), backend.counts()
        with pytest.raises(SeedInvalid) as refusal:
            backend.seed(document)
        assert before == (user.applications(), user.caller.get("/agents/").json(), backend.counts())
        assert "DEPLOYING" == user.status()

    assert words in refusal.value.message
    assert "agents[0]" == refusal.value.path


def test_a_stopped_application_is_what_it_was() -> None:
    """One that a seed named is as the seed named it: no job, no reason, its own needs, no calls."""
    applications = ({"id": 1, "plugin_release": 1, "agent": 1, "status": "NOT_STARTED"},)
    with serving(applications=applications) as (backend, user, _):
        (before,) = user.applications()
        user.deploy(params={"num_cpus": 2})
        backend.clock.advance(ROLL_OUT)
        user.infer(2)
        user.caller.delete("/serve_applications/1/")
        (after,) = user.applications()

    assert {**before, "updated": None} == {**after, "updated": None}


@pytest.mark.parametrize("jumping", [True, False])
def test_calls_at_one_time_are_all_answered_once(jumping) -> None:
    """Eight threads of five calls each: every call has its own answer, and the model ran once for each."""
    with serving({"answer_seconds": 1 if jumping else 0}, applications=RUNNING) as (backend, user, model):
        urls = {task: user.picture(task) for task in range(1, 9)}

        def call(number):
            params = {"json": {"image_path": urls[1 + number % 8], "n": number}}
            return user.send(params).json()["parameters"]["n"]

        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(call, range(40)))
        told = backend.serving.predictions()

    assert list(range(40)) == answers
    assert (40, 40, 40) == (model.runs, told["taken"], told["handed_over"])


def test_the_same_call_at_one_time_runs_once() -> None:
    """Four arrivals of one call, as a transport sends it again: one run, and each has the answer."""
    with serving({"answer_seconds": 1}, applications=RUNNING) as (backend, user, model):
        url = user.picture(2)
        with ThreadPoolExecutor(4) as pool:
            sizes = list(pool.map(lambda _: user.send({"json": {"image_path": url}}).json()["size"], range(4)))
        told = backend.serving.predictions()

    assert [5] * 4 == sizes
    assert told["taken"] == model.runs == told["handed_over"]
