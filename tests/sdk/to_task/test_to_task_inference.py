"""Annotating by inference (to_task guide, Inference-based Annotation; contract.md 4)."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer
from to_task_rig import AGENT, SPECIFICATION, VERSION, annotations, rigged, task_of

from fake_backend.transports.in_process import ConnectionRefused, NoAnswer, Reset

PENDING = {"__synapse_deferred__": True, "status": "pending"}


def failures(rig):
    """Return the lines about tasks that failed."""
    return [line for line in rig.logger.lines if line.startswith("[Task ")]


def inferences(rig):
    """Return the bodies of inferences."""
    return [a.json for a in rig.world.asked if a.path.endswith("/run/") and a.json["action"] == "inference"]


def test_the_primary_image_and_the_parameters_go_to_the_pre_processor(rig) -> None:
    """Guide, How it works: the primary file's URL, the parameters as they are, the result into the task."""
    params = {"confidence_threshold": 0.8, "model_config": {"device": "cuda"}, "class_filter": [1, 2]}
    result = rig.infer(pre_processor_params=params, model=2)

    assert ("SUCCEEDED", 3, 3) == (result["status"], result["total"], result["success"])
    assert [(number, annotations(number)) for number in (1, 2, 3)] == rig.world.writes
    assert {
        "agent": AGENT,
        "action": "inference",
        "version": VERSION,
        "params": {
            "model": 2,
            "method": "post",
            "json": {"image_path": f"{rig.world.url}/images/1.png", **params},
        },
        "language": "en",
    } == inferences(rig)[0]


def test_a_parameter_cannot_take_the_place_of_the_image(rig) -> None:
    """What is inferred is what the task shows."""
    rig.infer(pre_processor_params={"image_path": "http://evil.invalid/"}, task_filters={"limit": 1})
    assert f"{rig.world.url}/images/1.png" == inferences(rig)[0]["params"]["json"]["image_path"]


@given(
    confidences=st.lists(st.floats(0, 1) | st.none(), max_size=5),
    threshold=st.floats(0, 1) | st.none(),
)
def test_what_is_below_the_threshold_is_left_out(confidences, threshold) -> None:
    """Guide: higher threshold, fewer false positives. A task without a detection above it is unchanged and failed."""
    found = []
    for number, confidence in enumerate(confidences):
        [item] = annotations(number)["objects"]
        if confidence is None:
            del item["properties"]["confidence"]
        else:
            item["properties"]["confidence"] = confidence
        found.append(item)
    kept = [
        item
        for item, confidence in zip(found, confidences, strict=True)
        if threshold is None or confidence is None or confidence >= threshold
    ]
    for rig in rigged(1):
        rig.world.infer = lambda _: {"objects": found, "meta": 1}
        before = rig.world.state()
        params = {} if threshold is None else {"confidence_threshold": threshold}
        result = rig.infer(pre_processor_params=params)
        if kept:
            assert [(1, {"objects": kept, "meta": 1})] == rig.world.writes
        else:
            assert ("FAILED", 1) == (result["status"], result["failed"])
            assert before == rig.world.state()
            assert failures(rig)[0].startswith("[Task 1] Failed: No detection above the threshold")


@pytest.mark.parametrize("empty", [None, {}, [], "", 0, Answer(204)], ids=repr)
def test_an_empty_answer_is_not_written(rig, empty) -> None:
    """incidents.md 1, SYN-7201: it would be refused with 400, and it is no annotation."""
    rig.world.infer = lambda params: empty if task_of(params) == 2 else annotations(task_of(params))
    assert 2 == rig.infer()["success"]
    assert ["[Task 2] Failed: Pre-processor returned an empty response"] == failures(rig)


def test_an_answer_of_another_form_is_told_by_its_place(rig) -> None:
    """Guide: return results in task-compatible format."""
    rig.world.infer = lambda _: {"objects": [{"id": "a", "class_id": 1, "type": "bbox"}]}
    assert 3 == rig.infer()["failed"]
    assert failures(rig)[0].startswith(
        "[Task 1] Failed: Pre-processor result is not in the task object format: objects[0].coordinates is missing"
    )


def test_a_task_without_a_primary_image_fails_alone(rig) -> None:
    """contract.md 4: primary is what says so and has a URL."""
    files = {SPECIFICATION: {"url": "x"}, "image_1": {"url": None, "is_primary": True}}
    rig.world.tasks[2]["data_unit"] = {"id": 1, "files": files}
    assert 2 == rig.infer()["success"]
    assert ["[Task 2] Failed: Primary file URL not found for task"] == failures(rig)


def test_a_task_that_shows_something_else_fails_alone(rig) -> None:
    """Of several primary specifications the pre-processor takes one; types are compared without regard to case."""
    rig.world.collection["file_specifications"] += [{"name": "clip", "file_type": "video", "is_primary": True}]
    rig.world.release["config"]["data_type"] = "IMAGE"
    files = {"clip": {"url": f"{rig.world.url}/c.mp4", "is_primary": True}}
    rig.world.tasks[2]["data_unit"] = {"id": 1, "files": files}
    assert 2 == rig.infer()["success"]
    assert ["[Task 2] Failed: Pre-processor shapes@1.2.0 does not take video"] == failures(rig)


CUTS = [NoAnswer(), Answer(504, b"<html>"), Answer(524, b""), Answer(408, b"")]


@pytest.mark.parametrize("fault", CUTS, ids=repr)
def test_a_cut_answer_is_asked_for_again_since_the_model_finishes(rig, fault) -> None:
    """The gateway cuts at 90 s while the model goes on; the same question finds what was made meanwhile."""
    cuts = iter([fault, fault])
    rig.world.infer = lambda params: next(cuts, None) or annotations(task_of(params))
    assert 3 == rig.infer()["success"]
    assert 5 == len(inferences(rig))


@pytest.mark.parametrize("fault", CUTS, ids=repr)
def test_an_answer_that_is_cut_each_time_is_a_time_out(rig, fault) -> None:
    """The guide's words, after three requests."""
    rig.world.infer = lambda params: fault if task_of(params) == 2 else annotations(task_of(params))
    assert 2 == rig.infer()["success"]
    [line] = failures(rig)
    assert line.startswith("[Task 2] Failed: Pre-processor inference timeout: ")
    assert "<html>" not in line
    assert 5 == len(inferences(rig))


def test_one_that_is_gone_is_started_again(rig) -> None:
    """It drained and went; whoever may start it once may do so twice, one deployment at a time."""
    rig.world.applications = []

    def infer(params):
        if task_of(params) == 2 and len(deployments(rig)) == 1:
            rig.world.applications = []
            return Answer(503, {})
        return annotations(task_of(params))

    rig.world.infer = infer
    assert 3 == rig.infer()["success"]
    assert 2 == len(deployments(rig))


def deployments(rig):
    """Return the bodies of deployments."""
    return [a.json for a in rig.world.asked if a.path.endswith("/run/") and a.json["action"] == "deployment"]


@pytest.mark.parametrize("status", [400, 403, 404, 500, 507])
def test_a_refusal_is_the_tasks_own(rig, status) -> None:
    """Out of memory, a picture that cannot be read: told with what was said."""
    rig.world.infer = lambda params: (
        Answer(status, {"detail": "CUDA out of memory"}) if task_of(params) == 1 else annotations(task_of(params))
    )
    assert 2 == rig.infer()["success"]
    assert [f"[Task 1] Failed: Pre-processor inference failed: {status} detail: CUDA out of memory"] == failures(rig)
    assert 3 == len(inferences(rig))


@pytest.mark.parametrize(
    "fault",
    [
        Answer(503, {}),
        Answer(500, b""),
        Answer(500, {"detail": "Internal server error."}),
        Answer(502, b""),
        Answer(429, {}, {"Retry-After": "9"}),
        ConnectionRefused(),
        Reset(),
    ],
    ids=repr,
)
def test_one_that_is_away_for_a_moment_is_asked_again(rig, fault) -> None:
    """An inference writes nothing, so it may be repeated; it is waited for as long as it is said."""
    faults = iter([fault, fault])
    rig.world.infer = lambda params: next(faults, None) or annotations(task_of(params))
    assert 3 == rig.infer()["success"]
    waits = [9.0, 9.0] if isinstance(fault, Answer) and fault.headers else [2.0, 4.0]
    assert waits == rig.world.clock.waits


def test_one_that_stays_away_fails_its_tasks(rig) -> None:
    """Bounded: three requests for a task."""
    rig.world.infer = lambda _: Answer(503, {"detail": "draining"})
    assert "FAILED" == rig.infer(task_filters={"limit": 1})["status"]
    assert ["[Task 1] Failed: Pre-processor inference failed: 503 detail: draining"] == failures(rig)
    assert 3 == len(inferences(rig))


def test_one_that_is_rolled_out_again_is_waited_for(rig) -> None:
    """It drains, comes back, and no task is lost."""

    def infer(params):
        if task_of(params) == 2 and rig.world.clock.monotonic() < 100:
            rig.world.applications = [{"id": 1, "status": "DEPLOYING"}]
            return Answer(503, {})
        return annotations(task_of(params))

    def back(_):
        if rig.world.clock.monotonic() >= 100:
            rig.world.applications = [{"id": 1, "status": "RUNNING"}]

    rig.world.infer, rig.world.override = infer, back
    assert 3 == rig.infer()["success"]
    assert [1, 2, 3] == [number for number, _ in rig.world.writes]


def test_one_that_ends_fails_the_rest_without_asking(rig) -> None:
    """Each task is told why; nobody waits for what does not come."""

    def infer(params):
        if task_of(params) == 2:
            rig.world.applications = [{"id": 1, "status": "UNHEALTHY"}]
        return Answer(503, {}) if task_of(params) > 1 else annotations(task_of(params))

    rig.world.infer = infer
    result = rig.infer()

    assert (1, 2) == (result["success"], result["failed"])
    reason = "Pre-processor not active: Pre-processor shapes@1.2.0 is in terminal state (UNHEALTHY)"
    assert [f"[Task 2] Failed: {reason}", f"[Task 3] Failed: {reason}"] == failures(rig)
    assert 2 == len(inferences(rig))


def test_one_that_comes_back_after_all_is_used_again(rig) -> None:
    """A look before each window; it was given up for the task before."""

    def infer(params):
        if task_of(params) == 1:
            rig.world.applications = [{"id": 1, "status": "UNHEALTHY"}]
            return Answer(503, {})
        return annotations(task_of(params))

    def back(asked):
        if asked.path == "/tasks/3/":
            rig.world.applications = [{"id": 1, "status": "RUNNING"}]

    rig.world.infer, rig.world.override = infer, back
    result = rig.infer()
    assert (1, 2) == (result["success"], result["failed"])
    assert [3] == [number for number, _ in rig.world.writes]


class Tickets:
    """A pre-processor that gives tickets, and results after so many questions."""

    def __init__(self, questions, final=None) -> None:
        self.left = {}
        self.questions = questions
        self.final = final
        self.asked = []

    def __call__(self, params):
        ticket = params["json"].get("__synapse_poll__")
        if ticket is None:
            number = task_of(params)
            self.left[number] = self.questions
            return PENDING | {"ticket": number}
        self.asked.append(params)
        self.left[ticket] -= 1
        if self.left[ticket] > 0:
            return PENDING | {"ticket": ticket}
        return annotations(ticket) if self.final is None else self.final


@pytest.mark.parametrize("batch", [1, 3])
def test_a_deferred_result_is_asked_for_until_it_is_there(rig, batch) -> None:
    """contract.md 4: after 2, 3, 4.5 s and so on, up to 10; the tickets of a window share the waits."""
    rig.world.infer = Tickets(6)
    assert 3 == rig.infer(model=5, batch_size=batch)["success"]
    assert [2.0, 3.0, 4.5, 6.75, 10.0, 10.0] * (3 // batch) == rig.world.clock.waits
    assert {"model": 5, "method": "post", "json": {"__synapse_poll__": 1}} == rig.world.infer.asked[0]
    assert [(number, annotations(number)) for number in (1, 2, 3)] == rig.world.writes


@pytest.mark.parametrize(
    ("final", "reason"),
    [
        ({"__synapse_deferred__": True, "status": "failed", "error": "no GPU"}, "Deferred inference failed: no GPU"),
        ({"__synapse_deferred__": True, "status": "failed"}, "Deferred inference failed: no reason given"),
        ({"__synapse_deferred__": True, "status": "not_found"}, "Deferred inference ticket not found"),
        ({"__synapse_deferred__": True, "status": "lost"}, "Deferred inference gave an answer that is none"),
        ({"__synapse_deferred__": True, "status": "pending"}, "Deferred inference gave an answer that is none"),
        ({}, "Pre-processor returned an empty response"),
        (Answer(400, {"detail": "bad ticket"}), "Pre-processor inference failed: 400 detail: bad ticket"),
    ],
)
def test_a_deferred_failure_is_told(rig, final, reason) -> None:
    """Each of the answers that a ticket may end with."""
    rig.world.infer = Tickets(2, final)
    assert "FAILED" == rig.infer(task_filters={"limit": 1})["status"]
    assert failures(rig)[0].startswith(f"[Task 1] Failed: {reason}")


def test_a_ticket_is_given_up_after_half_an_hour(rig) -> None:
    """contract.md 4: 1,800 s; the guide's word for it."""
    rig.world.infer = Tickets(10**6)
    assert "FAILED" == rig.infer(task_filters={"limit": 1})["status"]
    assert ["[Task 1] Failed: Pre-processor inference timeout: no result after 1800 s"] == failures(rig)
    assert 1800 <= rig.world.clock.monotonic() < 1820


def test_questions_that_are_not_answered_cost_time_only(rig) -> None:
    """The result waits; a question writes nothing."""
    tickets = Tickets(2)
    faults = iter([Answer(503, {}), NoAnswer(), Answer(504, b"")])

    def infer(params):
        if "__synapse_poll__" in params["json"]:
            return next(faults, None) or tickets(params)
        return tickets(params)

    rig.world.infer = infer
    assert 1 == rig.infer(task_filters={"limit": 1})["success"]


@pytest.mark.parametrize(
    ("declared", "asked", "size"), [(None, None, 1), (3, None, 3), (8, 2, 2), (None, 4, 4), (2, 4, 4)]
)
def test_as_many_are_under_way_as_a_batch_holds(declared, asked, size) -> None:
    """What the caller asks for, else what the release declares (guide: reduce batch size if experiencing timeouts)."""
    for rig in rigged(8):
        if declared is not None:
            options = {"serve_options": {"batch": {"max_batch_size": declared}}}
            rig.world.release["config"]["actions"]["deployment"] = options
        together = threading.Barrier(size, timeout=20)
        most, now, lock = [0], [0], threading.Lock()

        def infer(params, together=together, most=most, now=now, lock=lock):
            with lock:
                now[0] += 1
                most[0] = max(most[0], now[0])
            together.wait()
            with lock:
                now[0] -= 1
            return annotations(task_of(params))

        rig.world.infer = infer
        params = {"model_config": {"batch_size": asked}} if asked else {}
        whole = 8 // size * size
        assert whole == rig.infer(pre_processor_params=params, task_filters={"limit": whole})["success"]
        assert size == most[0]
        assert [(number, annotations(number)) for number in range(1, whole + 1)] == rig.world.writes


@given(
    faults=st.dictionaries(st.integers(1, 6), st.sampled_from(["timeout", "empty", "refused", "away"]), max_size=4),
    batch=st.integers(1, 7),
)
def test_in_a_batch_each_task_has_its_own_fate(faults, batch) -> None:
    """One that fails takes no other along, and no prediction ends up in another task."""

    def infer(params):
        fault = faults.get(task_of(params))
        answers = {"timeout": Answer(504, b""), "empty": {}, "refused": Answer(400, {}), "away": Answer(503, {})}
        return answers[fault] if fault else annotations(task_of(params))

    for rig in rigged(6):
        rig.world.infer = infer
        result = rig.infer(batch_size=batch)
        assert (6 - len(faults), len(faults)) == (result["success"], result["failed"])
        assert {n: annotations(n) for n in range(1, 7) if n not in faults} == dict(rig.world.writes)
        assert sorted(faults) == sorted(int(line.split("]")[0].removeprefix("[Task ")) for line in failures(rig))
