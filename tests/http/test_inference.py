"""Calls of a model over the wire: what it gets, how long it takes, and every way in which a release goes wrong."""

from __future__ import annotations

import pytest
import requests

from fake_backend import Settings
from tests.http.small_backend import places
from tests.serving.serving_world import ROLL_OUT, RUNNING, User, serving


def test_a_model_gets_a_presigned_url_and_the_parameters_and_nothing_else() -> None:
    """It fetches the bytes itself, through the gate; what it returns is the answer, in the time that it takes."""
    with serving({"answer_seconds": 30}, applications=RUNNING) as (backend, user, model):
        answer = user.infer(3, confidence_threshold=0.5, model_config={"device": "cuda"})
        fetched = [entry for entry in backend.journal if entry.party == "storage"]

    assert 200 == answer.status_code
    assert {"confidence_threshold": 0.5, "model_config": {"device": "cuda"}} == answer.json()["parameters"]
    assert ([200], 5, 1, 30) == (
        [entry.status for entry in fetched],
        answer.json()["size"],
        model.runs,
        backend.clock.monotonic(),
    )


def test_the_gate_judges_what_the_model_asks_for() -> None:
    """A URL that has expired, or that is signed for another object, fails the call: 500, without its signature."""
    with serving(applications=RUNNING, settings=Settings(presign_seconds=60)) as (backend, user, _):
        url = user.picture(2)
        forged = user.picture(3).replace("/3/", "/2/")
        backend.clock.advance(61)
        answers = [user.send({"json": {"image_path": one}}) for one in (url, forged)]
        denied = [entry.status for entry in backend.journal if entry.party == "storage"]

    assert ([500, 500], [403, 403]) == ([answer.status_code for answer in answers], denied)
    assert all("403" in answer.json()["detail"] for answer in answers)
    assert not any("Signature" in answer.text for answer in answers)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({}, "params.json"),
        ({"json": []}, "params.json"),
        ({"json": {}}, "params.json.image_path"),
        ({"json": {"image_path": 7}}, "params.json.image_path"),
        ({"json": {"image_path": "http://169.254.169.254/latest"}}, "params.json.image_path"),
        ({"json": {"image_url": "file:///etc/passwd"}}, "params.json.image_url"),
        ({"json": {"image_path": "http://["}}, "params.json.image_path"),
    ],
)
def test_a_call_without_a_picture_of_this_backend_is_refused(params, field) -> None:
    """400 by field; nobody has the backend ask elsewhere, and no model runs."""
    with serving(applications=RUNNING) as (_, user, model):
        answer = user.send(params)

    assert (400, [field], 0) == (answer.status_code, places(answer.json()), model.runs)


def test_a_release_without_a_model_says_how_one_is_registered() -> None:
    """500, in words that can be followed."""
    with serving({"model": "nobody"}, applications=RUNNING) as (_, user, _):
        answer = user.infer()

    assert 500 == answer.status_code
    assert "backend.serving.register('nobody', model)" in answer.json()["detail"]


@pytest.mark.parametrize(
    "made",
    [lambda _: 1 / 0, lambda _: {1, 2}, lambda _: float("nan"), lambda _: "\ud800".encode()],
    ids=["raises", "set", "nan", "surrogate"],
)
def test_a_model_that_fails_fails_its_call_alone(made) -> None:
    """Whatever it raises, and whatever it returns that is not JSON."""
    with serving(applications=RUNNING) as (backend, user, model):
        backend.serving.register("echo", made)
        broken = user.infer()
        backend.serving.register("echo", model)
        assert (500, 200, "RUNNING") == (broken.status_code, user.infer().status_code, user.status())


def test_nobody_answers_before_it_runs() -> None:
    """503 without an application, while it rolls out, and when it is gone; it says where it stands."""
    with serving() as (backend, user, model):
        told = [user.infer()]
        user.deploy()
        told.append(user.infer())
        backend.clock.advance(ROLL_OUT)
        assert 200 == user.infer().status_code
        user.caller.delete(f"/serve_applications/{user.applications()[0]['id']}/")
        told.append(user.infer())

    assert [503] * 3 == [answer.status_code for answer in told]
    assert ["not deployed", "DEPLOYING", "not deployed"] == [
        answer.json()["detail"].partition("(")[2].rstrip(").") for answer in told
    ]
    assert 1 == model.runs


def test_calls_are_wrong_by_their_number() -> None:
    """Late, empty and failed calls are those that the release names; all others are as they should be."""
    release = {"late_calls": [2], "late_seconds": 40, "empty_calls": [3], "failed_calls": [4], "answer_seconds": 1}
    with serving(release, applications=RUNNING) as (backend, user, model):
        seen = []
        for number in range(1, 6):
            before = backend.clock.monotonic()
            answer = user.infer(number)
            seen.append((answer.status_code, answer.json() == {}, backend.clock.monotonic() - before))

    assert [(200, False, 1), (200, False, 41), (200, True, 1), (500, False, 1), (200, False, 1)] == seen
    assert 3 == model.runs


@pytest.mark.parametrize(
    ("release", "status"),
    [({"unhealthy_after": 2}, "UNHEALTHY"), ({"unavailable_after": 2}, "UNAVAILABLE")],
)
def test_an_application_breaks_after_its_calls_and_may_recover(release, status) -> None:
    """The calls before are answered; then 503 until it recovers, or for good; a new deployment begins anew."""
    with serving({**release, "recovers_after": 50}, applications=RUNNING) as (backend, user, _):
        assert ["RUNNING"] + [200] * 2 == [user.status(), *(user.infer(number).status_code for number in (1, 2))]
        assert (status, 503) == (user.status(), user.infer(3).status_code)
        backend.clock.advance(50)
        assert ("RUNNING", 200) == (user.status(), user.infer(3).status_code)
        assert 200 == user.infer(4).status_code
        user.deploy()
        assert "DEPLOYING" == user.status()
        backend.clock.advance(ROLL_OUT)
        assert 200 == user.infer(5).status_code
    with serving({**release, "recovers_after": None}, applications=RUNNING) as (backend, user, _):
        for number in (1, 2):
            user.infer(number)
        backend.clock.advance(86_400)
        assert status == user.status()


def test_an_application_that_drains_answers_what_it_has_taken() -> None:
    """The call with which it begins to drain is answered, later ones are not, and then it is gone."""
    with serving({"drains_after": 2, "drain_seconds": 3, "answer_seconds": 10}) as (backend, user, _):
        user.deploy()
        backend.clock.advance(ROLL_OUT)
        assert [200, 200, 503] == [user.infer(number).status_code for number in (1, 2, 3)]
        assert [] == user.applications()
        assert 0 == backend.serving.account(1).held.replicas


@pytest.mark.parametrize("where", [{"batch_size": 9}, {"model_config": {"batch_size": 9}}])
def test_a_batch_that_is_too_large_kills_the_replica(where) -> None:
    """500 that says so, and UNHEALTHY; a batch that fits is answered."""
    with serving({"out_of_memory_above": 8, "recovers_after": 5}, applications=RUNNING) as (backend, user, _):
        assert 200 == user.infer(1, batch_size=8).status_code
        answer = user.infer(2, **where)
        assert (500, "out_of_memory", "UNHEALTHY") == (answer.status_code, answer.json()["code"], user.status())
        backend.clock.advance(5)
        assert (200, "RUNNING") == (user.infer(2, batch_size=1).status_code, user.status())


@pytest.mark.parametrize("status", [504, 524])
def test_the_gateway_cuts_and_the_model_goes_on(status) -> None:
    """At 90 seconds the client has a page of HTML; the same call again, with another signature, has the prediction."""
    with serving({"answer_seconds": 100}, applications=RUNNING, settings=Settings(gateway_status=status)) as (
        backend,
        user,
        model,
    ):
        cut = user.infer(2)
        assert (status, "text/html", 90) == (cut.status_code, cut.headers["Content-Type"], backend.clock.monotonic())
        assert {"taken": 1, "under_way": 1} == {
            name: count for name, count in backend.serving.predictions().items() if count
        }
        backend.clock.advance(4)
        again = user.infer(2)
        assert (200, 100, 1) == (again.status_code, backend.clock.monotonic(), model.runs)
        assert {"taken": 1, "handed_over": 1} == {
            name: count for name, count in backend.serving.predictions().items() if count
        }
        user.infer(2)

    assert 2 == model.runs


def test_a_prediction_that_nobody_fetches_waits_for_an_hour() -> None:
    """It is there when it is over, whatever has become of its application, and is forgotten later."""
    with serving({"answer_seconds": 100}, applications=RUNNING) as (backend, user, model):
        assert 504 == user.infer(2).status_code
        user.caller.delete("/serve_applications/1/")
        assert "DELETING" == user.status()
        backend.clock.advance(3_500)
        assert "NOT_STARTED" == user.status()
        assert (200, 1) == (user.infer(2).status_code, model.runs)
        user.deploy()
        backend.clock.advance(ROLL_OUT)
        assert 504 == user.infer(3).status_code
        backend.clock.advance(10 + 3_601)
        assert 504 == user.infer(3).status_code
        assert 1 == backend.serving.predictions()["expired"]

    assert 3 == model.runs


def test_a_client_that_stops_waiting_is_not_waited_for() -> None:
    """Its own read time-out, in world time; the model goes on, and the next call of the kind has what it made."""
    with serving({"answer_seconds": 30}, applications=RUNNING) as (backend, user, model):
        with pytest.raises(requests.ReadTimeout):
            user.infer(2, timeout=(5, 15))
        assert 15 == backend.clock.monotonic()
        answer = user.infer(2, timeout=(5, 20))

    assert (200, 1) == (answer.status_code, model.runs)


def test_a_long_call_is_deferred_with_a_ticket() -> None:
    """Pending after the release's deadline, pending while it is under way, once the result, and then unknown."""
    with serving({"answer_seconds": 30, "deferred_after": 8}, applications=RUNNING) as (backend, user, model):
        envelope = user.infer(2).json()
        ticket = envelope["ticket"]
        assert ({"__synapse_deferred__": True, "status": "pending", "ticket": ticket}, 8) == (
            envelope,
            backend.clock.monotonic(),
        )
        assert envelope == user.infer(2).json()
        backend.clock.advance(13)
        assert envelope == user.poll(ticket)
        stranger = User(backend, "globex")
        assert 404 == stranger.send({"json": {"__synapse_poll__": ticket}}).status_code
        stranger.caller.session.close()
        backend.clock.advance(1)
        assert (5, 1) == (user.poll(ticket)["size"], model.runs)
        for unknown in (ticket, "t1", 7):
            gone = {"__synapse_deferred__": True, "status": "not_found", "ticket": str(unknown)}
            assert gone == user.poll(unknown)


def test_a_deferred_call_that_fails_says_so_to_the_poll() -> None:
    """By the model, and by the replica that dies of another call's batch."""
    release = {"answer_seconds": 30, "deferred_after": 1, "failed_calls": [1], "out_of_memory_above": 4}
    with serving(release, applications=RUNNING) as (backend, user, _):
        first, second = (user.infer(number).json()["ticket"] for number in (1, 2))
        assert 500 == user.infer(3, batch_size=5).status_code
        told = [user.poll(ticket) for ticket in (second, first)]
        backend.clock.advance(30)

    assert [("failed", True), ("failed", True)] == [
        (one["status"], "OutOfMemory" in one["error"] or "release says" in one["error"]) for one in told
    ]


def test_a_call_that_is_quick_enough_is_not_deferred() -> None:
    """Over at the deadline is in time."""
    with serving({"answer_seconds": 8, "deferred_after": 8}, applications=RUNNING) as (_, user, _):
        assert 5 == user.infer(2).json()["size"]


def test_a_served_backend_answers_by_its_own_urls() -> None:
    """Over sockets the model fetches over sockets too; a virtual clock jumps where it may."""
    with (
        serving({"answer_seconds": 40}, applications=RUNNING) as (backend, _, _),
        backend.serve(autojump=True) as served,
        requests.Session() as session,
    ):
        session.headers.update(backend.tokens["acme"].headers)

        def call(url, picture_of):
            unit = session.get(f"{picture_of}/tasks/2/?expand=data_unit", timeout=5).json()["data_unit"]
            params = {"model": 2, "method": "post", "json": {"image_path": unit["files"]["image_1"]["url"]}}
            body = {"agent": 1, "action": "inference", "params": params}
            return session.post(f"{url}/plugins/code-1/run/", json=body, timeout=5)

        row = session.get(f"{served.url}/agents/?id=1", timeout=5).json()["results"][0]
        answer, foreign = call(served.url, served.url), call(served.url, backend.url)
        assert f"{served.url}/__agents__/1" == row["url"]

    assert (200, 5, 40) == (answer.status_code, answer.json()["size"], backend.clock.monotonic())
    assert (400, ["params.json.image_path"]) == (foreign.status_code, places(foreign.json()))


def test_real_time_is_waited_for() -> None:
    """With a system clock an answer takes its time, and events come by themselves."""
    release = {"answer_seconds": 0.05, "image_pull_seconds": 0, "start_seconds": 0, "warm_up_seconds": 0.01}
    with serving(release, clock="system") as (backend, user, _):
        user.deploy()
        backend.clock.wait_until(
            lambda: user.status() == "RUNNING", deadline=backend.clock.monotonic() + 10, autojump=False
        )
        before = backend.clock.monotonic()
        assert 200 == user.infer(2).status_code
        assert 0.05 <= backend.clock.monotonic() - before
