"""Rules of the to_task guide's best practices and troubleshooting: what it advises can be done, and helps."""

from __future__ import annotations

import json

import pytest
from guide_to_task_world import AGENT, BROKEN, CAST, annotated, document, opened

from fake_backend.transports.in_process import InProcess, Mount
from sdk.plugins.categories.pre_annotation.actions.to_task import TaskError, check_annotations

PAIR = {1: CAST[1], 2: CAST[2]}
PARTNER, STRANGER = "partner.fake-backend.invalid", "stranger.fake-backend.invalid"
MANY = {number: {} for number in range(1, 7)}


def serving(name):
    """Return an application that gives annotations of a host's own to everybody who asks."""

    def application(environ, start_response):
        body = json.dumps(annotated(1, name)).encode()
        start_response("200 OK", [("Content-Length", str(len(body))), ("Content-Type", "application/json")])
        return [body]

    return application


def test_files_come_from_trusted_sources() -> None:
    """To_task guide, File access validation: with allowed_hosts nobody else is asked, wherever a task's file lies."""
    with opened(tasks=PAIR) as world, InProcess([Mount(host, serving(host)) for host in (PARTNER, STRANGER)]):
        world.client.moved = {1: f"https://{PARTNER}/1.json", 2: f"https://{STRANGER}/2.json"}
        assert 1 == world.start(allowed_hosts=[PARTNER])["success"]
        assert {1: annotated(1, PARTNER)} == world.changed()
        [line] = world.failures()
        assert line.endswith(f"it was not requested: {STRANGER} is not among the allowed hosts")


ADDRESSES = {
    1: ("http://files.example.com/1.json", "plain http is taken from loopback and .invalid only; use https, or set"),
    2: ("ftp://files.example.com/1.json", "it was not requested"),
    3: ("https://user:word@files.example.com/1.json", "it was not requested"),
}


def test_files_come_over_https() -> None:
    """To_task guide, File access validation: plain http to a host outside is refused, and nothing was sent to it."""
    with opened(tasks={number: {} for number in range(1, 5)}) as world:
        world.client.moved = {number: address for number, (address, _) in ADDRESSES.items()}
        assert (1, 3) == ((result := world.start())["success"], result["failed"])
        for line, (_, reason) in zip(world.failures(), ADDRESSES.values(), strict=True):
            assert "Failed to download JSON from URL" in line
            assert reason in line
            assert "word" not in line
        assert {4: annotated(4)} == world.changed()


def test_files_are_accessible_by_http_and_https() -> None:
    """To_task guide, File-based Method Requirements: files are fetched from other hosts too, without a credential."""
    asked = []

    def noting(environ, start_response):
        asked.append({name for name in environ if "AUTH" in name or "TOKEN" in name or "TENANT" in name})
        return serving("elsewhere")(environ, start_response)

    with opened(tasks=PAIR) as world, InProcess([Mount(PARTNER, noting)]):
        world.client.moved = {1: f"http://{PARTNER}/1.json", 2: f"https://{PARTNER}/2.json"}
        assert 2 == world.start()["success"]
        assert dict.fromkeys(PAIR, annotated(1, "elsewhere")) == world.changed()
        assert [set(), set()] == asked


def test_content_can_be_checked_before_it_is_uploaded() -> None:
    """To_task guide, Validate file content before upload: the check of a run is a public function, and names the
    place.
    """  # noqa: D205 (one sentence)
    content = annotated(1)
    assert content == check_annotations(content, "1.json")
    content["objects"][0]["coordinates"]["width"] = -1
    with pytest.raises(TaskError, match=r"1.json: objects\[0\].coordinates.width is -1"):
        check_annotations(content, "1.json")


def test_filters_do_not_show_in_the_log() -> None:
    """To_task guide, Verify task filters don't expose sensitive data: what is filtered by is not said."""
    with opened(tasks=PAIR) as world:
        world.start(task_filters={"search": "1.png"})
        said = json.dumps(world.logger.entries)
        assert {1} == world.changed().keys()
        assert "1.png" not in said
        assert world.backend.tokens["acme"].user not in said


def test_a_smaller_batch_helps() -> None:
    """To_task guide, Performance Issues: a batch that is too large for the pre-processor fails its tasks, a smaller one
    takes all of them.
    """  # noqa: D205 (one sentence)
    with opened(tasks=MANY, out_of_memory_above=2, recovers_after=1) as world:
        large = world.infer(pre_processor_params={"model_config": {"batch_size": 6}})
        assert ("FAILED", 6) == (large["status"], large["failed"])
        assert {} == world.changed()
        world.backend.clock.advance(2)
        assert 6 == world.infer(pre_processor_params={"model_config": {"batch_size": 2}})["success"]


def test_a_narrower_filter_makes_a_smaller_group() -> None:
    """To_task guide, Performance Issues: groups one after the other take all tasks, each of them once."""
    with opened(tasks=MANY) as world:
        asked = []
        for _ in range(3):
            assert 2 == world.start(task_filters={"status": "pending", "limit": 2})["success"]
            asked.append([path for method, path in world.requests() if method == "PUT"])
        assert [[f"/tasks/{n}/annotate_task_data/" for n in (k, k + 1)] for k in (1, 3, 5)] == asked


def test_the_usage_of_resources_can_be_looked_at() -> None:
    """To_task guide, Performance Issues: the agent says what the pre-processor holds of it."""
    with opened(tasks=PAIR, cold=True) as world:
        [row] = world.client.list_agents(AGENT)
        with world.client.agent_client(row) as agent:
            before = agent.get_cluster_resources()["gpu"]["max_utilization"]
            world.infer()
            assert (0, 50) == (before, agent.get_cluster_resources()["gpu"]["max_utilization"])


def test_tasks_that_lack_something_say_what() -> None:
    """To_task guide, Verify task data structure: no data unit, no files, no file of the specification, no primary
    image; each is one line in the log, and the task is as it was.
    """  # noqa: D205 (one sentence)
    seed = document(tasks=MANY, files={3: None})
    seed["tasks"][0]["data_unit"] = None
    seed["data_units"][1]["files"] = {}
    seed["data_units"][3]["files"]["image_1"]["is_primary"] = False
    with opened(seed) as world:
        assert 3 == world.start()["success"]
        assert [
            "[Task 1] Failed: Task does not have a data unit",
            "[Task 2] Failed: Data unit does not have files",
            "[Task 3] Failed: Target specification file not found for task: no file is of 'annotation_data'",
        ] == world.failures()
        assert {4, 5, 6} == world.changed().keys()
        assert 2 == world.infer(overwrite=True, task_filters={"id__in": [2, 3, 4]})["failed"]
        assert ["[Task 2] Failed: Data unit does not have files", PRIMARY] == world.failures()
        assert {3} == world.changed().keys()


PRIMARY = "[Task 4] Failed: Primary file URL not found for task"


def test_failed_tasks_can_be_run_again() -> None:
    """To_task guide, Reliability: what has failed is investigated by its line, mended, and taken by the same run; what
    was done stays as it is, and is not written again.
    """  # noqa: D205 (one sentence)
    with opened(tasks=PAIR, files={2: BROKEN}) as world, InProcess([Mount(PARTNER, serving("mended"))]):
        world.start()
        assert ["[Task 2] Failed: Invalid JSON format in annotation file"] == [line[:55] for line in world.failures()]
        world.client.moved = {2: f"https://{PARTNER}/2.json"}
        result = world.start(task_filters={})
        assert (1, 1, 1) == (result["total"], result["success"], result["skipped_existing"])
        assert ["/tasks/2/annotate_task_data/"] == [path for method, path in world.requests() if method == "PUT"]
        assert {2: annotated(1, "mended")} == world.changed()


def test_an_unstable_pre_processor_costs_single_tasks_at_most() -> None:
    """To_task guide, Reliability: one that fails calls or answers nothing leaves those tasks as they were, and goes
    on.
    """  # noqa: D205 (one sentence)
    with opened(tasks=MANY, failed_calls=[2], empty_calls=[4]) as world:
        assert (4, 2) == ((result := world.infer())["success"], result["failed"])
        assert {1, 3, 5, 6} == world.changed().keys()
        assert "Pre-processor inference failed" in world.failures()[0]
        assert "Pre-processor returned an empty response" in world.failures()[1]
