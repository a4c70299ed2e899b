"""Rules of the to_task guide about the two methods: what they need, and what they do in which order."""

from __future__ import annotations

import pytest
from guide_to_task_world import AGENT, BROKEN, CAST, RELEASE, SPECIFICATION, annotated, document, opened

from fake_backend import FakeBackend, Settings
from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction

PAIR = {1: CAST[1], 2: CAST[2]}
SELECT = ("GET", "/sdk/tasks/")
RUN = ("POST", "/plugins/detector/run/")


def own_steps(world, first) -> list[tuple[str, str]]:
    """Return the requests of a run from one on; pictures and files are asked of the storage."""
    requests = [(entry.method, entry.path if entry.party == "api" else "file") for entry in world.backend.journal]
    return requests[requests.index(first) :]


def test_the_file_method_step_by_step() -> None:
    """To_task guide, File-based Annotation, How it works: tasks by the filters; then, task by task, its data unit, the
    file of the specification, its JSON, and what it says stored.
    """  # noqa: D205 (one sentence)
    with opened(tasks=PAIR) as world:
        world.start()
        assert [
            SELECT,
            *[
                step
                for number in PAIR
                for step in [
                    ("GET", f"/tasks/{number}/"),
                    ("GET", "file"),
                    ("PUT", f"/tasks/{number}/annotate_task_data/"),
                ]
            ],
        ] == own_steps(world, SELECT)
        assert {number: annotated(number) for number in PAIR} == world.changed()


@pytest.mark.parametrize("form", ["dict", "list"])
def test_the_data_unit_is_retrieved_for_its_files(form) -> None:
    """To_task guide, How it works: a task that comes without files is looked up by its data unit, in either form."""
    settings = Settings(task_unit_files=False, unit_files=form)
    with FakeBackend(seed=document(tasks=PAIR), settings=settings) as backend, opened(backend=backend) as world:
        assert 2 == world.start()["success"]
        assert {("GET", "/data_units/10001/"), ("GET", "/data_units/10002/")} <= set(world.requests())


def test_the_inference_method_step_by_step() -> None:
    """To_task guide, Inference-based Annotation, How it works: the pre-processor is looked at; then tasks by the
    filters; then, task by task, the primary image's URL, the call with the parameters, and what was seen stored.
    """  # noqa: D205 (one sentence)
    params = {"confidence_threshold": 0.94, "anything": [1]}
    active = ("GET", "/serve_applications/")
    with opened(tasks=PAIR) as world:
        world.infer(pre_processor_params=params)
        steps = own_steps(world, active)
        assert {active} == set(steps[: steps.index(SELECT)])
        annotating = [step for step in steps[steps.index(SELECT) + 1 :] if step != active]
        assert annotating == [
            step
            for number in PAIR
            for step in [
                ("GET", f"/tasks/{number}/"),
                RUN,
                ("GET", "file"),  # by the model
                ("PUT", f"/tasks/{number}/annotate_task_data/"),
            ]
        ]
        assert [params] * 2 == world.calls
        assert dict.fromkeys(PAIR, frozenset({"car", "bird"})) == world.found()


ANSWERS = [  # of pre-processors, and what is wrong with them
    ({"boxes": []}, "objects is missing"),
    ({"objects": [{"id": "a"}]}, "objects[0].type is missing"),
    ([1], "it is a list"),
]


def test_results_are_in_the_task_object_format() -> None:
    """To_task guide, Pre-processor Requirements: results are task-compatible; others are refused with the place."""
    with opened(tasks={1: CAST[1]}) as world:
        for answer, place in ANSWERS:
            world.backend.serving.register("detector", lambda _, answer=answer: answer)
            assert "FAILED" == world.infer()["status"]
            [line] = world.failures()
            assert line.startswith("[Task 1] Failed: Pre-processor result is not in the task object format: ")
            assert place in line
        assert {} == world.changed()


WRONG_FILES = {
    1: (None, "Target specification file not found for task: no file is of 'annotation_data'"),
    2: (BROKEN, "Invalid JSON format in annotation file: "),
    3: ({"content": {"objects": {}}}, "Invalid JSON format in annotation file: objects is an object"),
    4: ({"content": {"objects": [{"id": 1}]}}, "Invalid JSON format in annotation file: objects[0].id is 1"),
}


def test_files_match_specification_and_structure() -> None:
    """To_task guide, File-based Method Requirements: a data unit has a file of the specification, in the documented
    structure; a task without is left as it was, with the reason.
    """  # noqa: D205 (one sentence)
    files = {number: file for number, (file, _) in WRONG_FILES.items()}
    wanted = [f"[Task {number}] Failed: {reason}" for number, (_, reason) in WRONG_FILES.items()]
    with opened(tasks={number: {} for number in range(1, 6)}, files=files) as world:
        result = world.start()
        assert (1, 4) == (result["success"], result["failed"])
        assert {5: annotated(5)} == world.changed()
        assert wanted == [line[: len(words)] for line, words in zip(world.failures(), wanted, strict=True)]


def kinds(primary, *, is_primary=True, **pre_processor):
    """Return a seed whose tasks show files of a kind."""
    seed = document(tasks=PAIR, **pre_processor)
    seed["file_specifications"][0] |= {"file_type": primary}
    for unit in seed["data_units"]:
        unit["files"]["image_1"]["is_primary"] = is_primary
    return seed


def test_the_pre_processor_supports_the_data_types_of_the_tasks() -> None:
    """To_task guide, Inference-based Method Requirements: primary images or whatever the pre-processor takes; others
    are refused before a task is touched.
    """  # noqa: D205 (one sentence)
    for taken, shown in [("image", "image"), ("pcd", "pcd")]:
        with opened(kinds(shown, data_types=[taken])) as world:
            assert 2 == world.infer()["success"]
    with opened(kinds("image", data_types=["pcd"])) as world:
        with pytest.raises(CriticalError, match="takes pcd, and the project's tasks show image"):
            world.infer()
        assert SELECT not in world.requests()
        assert {} == world.changed()


def test_a_task_needs_a_primary_image() -> None:
    """To_task guide, Inference-based Method Requirements: a task without one is left alone, and nobody is called."""
    with opened(kinds("image", is_primary=False)) as world:
        assert ("FAILED", 2) == ((result := world.infer())["status"], result["failed"])
        assert [f"[Task {number}] Failed: Primary file URL not found for task" for number in PAIR] == world.failures()
        assert [] == world.calls
        assert {} == world.changed()


def test_a_pre_processor_is_found_started_and_waited_for() -> None:
    """To_task guide, Pre-processor Management: it is looked for, deployed once, waited for until it runs, and used."""
    with opened(tasks=PAIR, cold=True, image_pull_seconds=200) as world:
        since = world.backend.clock.monotonic()
        assert 2 == world.infer()["success"]

        assert 230 <= world.backend.clock.monotonic() - since < 250  # 200 + 10 + 20, looked at every 10 s
        steps = [step for step in world.requests() if step in {("GET", "/serve_applications/"), RUN}]
        assert ("GET", "/serve_applications/") == steps[0]
        assert 3 == steps.count(RUN)  # one deployment, two calls
        assert {"detector@1.0.0 on 1": "RUNNING"} == world.backend.serving.statuses()


def test_what_runs_is_used_and_not_started_again() -> None:
    """To_task guide, Pre-processor Management: what is RUNNING is used at once."""
    with opened(tasks=PAIR) as world:
        since = world.backend.clock.monotonic()
        world.infer()
        assert 2 == world.requests().count(RUN)
        assert world.backend.clock.monotonic() - since < 2


def test_pre_processor_errors_are_handled_gracefully() -> None:
    """To_task guide, Pre-processor Management: one that does not come up is told and taken down; one that breaks for a
    while is waited for; one that breaks for good fails the tasks that are left.
    """  # noqa: D205 (one sentence)
    with opened(tasks=PAIR, cold=True, fails_at="warm_up") as world:
        with pytest.raises(CriticalError, match=r"Pre-processor not active: .*DEPLOY_FAILED"):
            world.infer()
        assert ({}, {}) == (world.changed(), world.backend.serving.statuses())
    with opened(tasks=PAIR, unhealthy_after=1, recovers_after=1) as world:
        assert 2 == world.infer()["success"]
    with opened(tasks=PAIR, unhealthy_after=1) as world:
        assert (1, 1) == ((result := world.infer())["success"], result["failed"])
        assert world.failures()[0].startswith("[Task 2] Failed: Pre-processor not active: ")


def test_an_agent_needs_rights_on_the_project() -> None:
    """To_task guide, Common Requirements and agent: one without is refused before the first write, and one that is not
    there.
    """  # noqa: D205 (one sentence)
    with opened(tasks=PAIR) as world:
        for agent, words in [(3, "Agent 3 has no permissions on project 123"), (99, "Agent not found: 99")]:
            with pytest.raises(CriticalError, match=words):
                world.start(agent=agent)
            assert SELECT not in world.requests()
        assert 2 == world.start(agent=AGENT)["success"]


def test_a_specification_is_set_up_and_then_run() -> None:
    """To_task guide, File Specification Setup: what is defined, uploaded and within reach is applied; a file of another
    specification of the same task is not looked at.
    """  # noqa: D205 (one sentence)
    with opened(tasks=PAIR, specifications=["other", SPECIFICATION]) as world:
        assert 2 == world.start(target_specification_name=SPECIFICATION)["success"]
        assert {number: annotated(number) for number in PAIR} == world.changed()
        assert 2 == own_steps(world, SELECT).count(("GET", "file"))


def test_the_release_says_which_pre_processor() -> None:
    """To_task guide, pre_processor: a plugin release by its id, for the action and for subclasses of it."""

    class Action(ToTaskAction):
        pass

    seed = document(tasks=PAIR)
    seed["plugin_releases"].append({"id": 790, "tenant": "acme", "code": "other", "model": "other"})
    seed["serve_applications"].append({"id": 2, "plugin_release": 790, "agent": AGENT})
    with opened(seed) as world:
        world.backend.serving.register("other", lambda _: annotated(790))
        assert 2 == world.infer(Action, pre_processor=790)["success"]
        assert dict.fromkeys(PAIR, annotated(790)) == world.changed()
        assert 2 == world.infer(pre_processor=RELEASE, overwrite=True, task_filters={"id__in": [1, 2]})["success"]
        assert 2 == len(world.calls)
