"""Rules of the guide about acquiring rows: two phases, unique order, payloads from the storage, bounded retry."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from guide_world import BASE, HEADS, OLDER_VERSION, PROJECT, TARGETS, VERSION, compact, opened

from fake_backend import Settings
from sdk.clients.errors import ServerError
from sdk.clients.retry import DEFAULT_RETRY_ON_STATUS, PagePolicy
from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.errors import StepFailed
from tests.sdk.export.export_rig import DELEGATED, IN_PROCESS, tree

BULK = {
    "task": "/v2/tasks/bulk-fetch/",
    "assignment": "/v2/assignments/bulk-fetch/",
    "ground_truth": "/v2/ground-truth-events/bulk-data/",
}
LISTS = {
    "task": ("/v2/tasks/", "-id"),
    "assignment": ("/sdk/assignments/", "-id"),  # v2 did not always know the project of an assignment
    "ground_truth": ("/v2/ground-truth-events/", "-pgh_id"),
}


@pytest.mark.parametrize("target", TARGETS)
def test_ids_come_first_and_payloads_in_bulk(world, target) -> None:
    """Export guide, 2-phase: a slim list gives the keys, then bulk calls of at most so many keys give the payloads."""
    world.requests()
    world.export(IN_PROCESS, target, export_v2_page_size=2)
    entries = world.entries()
    order = [entry.path for entry in entries if entry.path in {BULK[target], LISTS[target][0]}]
    first_bulk = order.index(BULK[target])

    assert LISTS[target][0] in order[:first_bulk]
    assert -(-len(world.truth(target)) // 2) == order.count(BULK[target])
    slim = next(entry for entry in entries if entry.path == LISTS[target][0])
    assert slim.sent < len(compact(world.truth(target)))  # no payload in the list


def test_a_chunk_is_two_hundred_keys_at_most() -> None:
    """Export guide, 2-phase: the chunk is capped, whatever is asked for."""
    with opened() as world:
        action = ExportAction(ExportAction.params_model(**world.params(export_v2_page_size=5000)), world.context())

        assert 200 == action.create_context().settings.bulk_size


@pytest.mark.parametrize("target", TARGETS)
def test_lists_are_ordered_by_a_unique_key(world, target) -> None:
    """Export guide, unique keyset cursor: tasks and assignments by ``-id``, ground truth by the event's ``-pgh_id``."""
    path, ordering = LISTS[target]
    world.requests()
    world.export(IN_PROCESS, target, export_v2_page_size=1, export_page_size=1)
    pages = [parse_qs(entry.query) for entry in world.entries() if entry.method == "GET" and entry.path == path]
    walked = [page for page in pages if "cursor" in page]

    assert walked
    assert {ordering} == {value for page in walked for value in page.get("sort", []) + page.get("ordering", [])}


@pytest.mark.parametrize("target", TARGETS)
def test_large_payloads_come_from_the_storage(world, target) -> None:
    """Export guide, presigned bulk: bulk asks for URLs, and what is externalised is fetched from the object storage."""
    large = [data for _, _, data in world.truth(target) if len(compact(data)) > 2000]
    assert 0 < len(large) < len(world.truth(target)), "the world has payloads of both kinds"
    world.requests()
    result = world.export(IN_PROCESS, target, save_original_file=False)
    entries = list(world.backend.journal)
    bulk = [entry for entry in entries if entry.path == BULK[target]]

    assert [["presigned"]] == [parse_qs(entry.query).get("response_mode") for entry in bulk]
    assert len(large) == len([entry for entry in entries if entry.party == "storage"])
    assert sum(entry.sent for entry in bulk) < len(compact(large))
    labels = {name: body for name, body in world.artefacts(target).items() if name.startswith("labels/")}
    assert labels == tree(result["output_path"])


@pytest.mark.parametrize("target", TARGETS)
def test_small_payloads_come_inline(target) -> None:
    """Export guide, presigned bulk: a row that is not externalised is taken as it stands in the answer."""
    with opened(settings=Settings(externalise_over=10**9)) as world:
        result = world.export(IN_PROCESS, target, save_original_file=False)

        assert [] == world.entries("storage")
        assert len(world.truth(target)) == len(tree(result["output_path"]))


def test_only_the_two_modes_mark_a_wrapper(own_world) -> None:
    """Export guide, presigned bulk: a payload with a ``mode`` of its own is a payload, and exported as it is."""
    own = {"mode": "night", "presigned_url": "http://elsewhere.invalid/"}
    own_world.backend.seed({**own_world.rows, "tasks": [{**row, "data": own} for row in own_world.rows["tasks"]]})

    for head in HEADS:
        found = tree(own_world.export(head, save_original_file=False)["output_path"])
        assert {b'{"mode":"night","presigned_url":"http://elsewhere.invalid/"}'} == set(found.values())


class Failing:
    """Lets a client's requests of a kind fail with a status, so many times.

    Args:
        client: The client.
        path: End of the paths that fail.
        times: How often.
        status: With what.
    """

    def __init__(self, client, path, times, status=500):
        self.left, self.arrived = times, 0
        self._path, self._status = path, status
        self._transport = client._transport
        self._request = self._transport.request
        self._transport.request = self.request

    def request(self, method, path, **options):
        if path.split("?")[0].rstrip("/").endswith(self._path):
            self.arrived += 1
            if self.left:
                self.left -= 1
                raise ServerError("failed", status=self._status)
        return self._request(method, path, **options)


@pytest.mark.parametrize(
    ("client", "path"), [("v2_client", "/v2/tasks"), ("v2_client", "bulk-fetch"), ("client", "sdk/tasks")]
)
def test_a_list_that_fails_for_a_moment_is_asked_again(own_world, client, path) -> None:
    """Export guide, bounded retry: a 500 of a page or of a bulk call is waited out, page by page."""
    failing = Failing(getattr(own_world, client), path, times=2)
    begun = own_world.backend.clock.monotonic()
    result = own_world.export(IN_PROCESS)

    assert (4, 0) == (result["exported_count"], failing.left)
    assert 2 + 4 <= own_world.backend.clock.monotonic() - begun


def test_retries_are_bounded(own_world) -> None:
    """Export guide, bounded retry: ``page_retries`` further attempts and no more."""
    failing = Failing(own_world.v2_client, "/v2/tasks", times=99)
    with pytest.raises(StepFailed, match="failed"):
        own_world.export(IN_PROCESS, export_page_retries=3)

    assert 4 == failing.arrived


def test_500_is_repeated_for_export_lists_alone(own_world) -> None:
    """Export guide, bounded retry: the clients' default stays 502, 503, 504, for what a caller sends himself."""
    assert frozenset({502, 503, 504}) == DEFAULT_RETRY_ON_STATUS == PagePolicy().retry_on_status
    assert DEFAULT_RETRY_ON_STATUS | {500} <= PagePolicy.export_default().retry_on_status

    failing = Failing(own_world.client, "sdk/tasks", times=1)
    with pytest.raises(ServerError):
        list(own_world.client.walk("sdk/tasks", {"project": PROJECT}))
    assert 1 == failing.arrived

    sending = Failing(own_world.client, f"projects/{PROJECT}", times=1)
    with pytest.raises(ServerError):
        own_world.client.get(f"/projects/{PROJECT}/")
    assert 1 == sending.arrived

    enqueue = Failing(own_world.v2_client, "plugin_exports", times=9)
    with pytest.raises(StepFailed, match="Failed to enqueue"):
        own_world.export(DELEGATED)
    assert 4 == enqueue.arrived  # its own bound, and each time with a look whether the job is there


def test_bulk_calls_keep_their_distance(own_world) -> None:
    """Export guide, bounded retry: between two bulk calls lies the throttle, 0.2 s for tasks."""
    slept = []
    sleep = own_world.backend.clock.sleep
    own_world.backend.clock.sleep = lambda seconds: (slept.append(seconds), sleep(seconds))
    own_world.export(IN_PROCESS, export_v2_page_size=2, save_original_file=False)

    assert 0.2 in slept
    slept.clear()
    own_world.export(IN_PROCESS, export_v2_page_size=2, save_original_file=False, export_throttle_seconds=0.7)
    assert 0.7 in slept
    assert 0.2 not in slept


TUNABLES = {
    "export_page_size": (17, lambda settings: settings.page_size),
    "export_page_retries": (5, lambda settings: settings.policy.retries),
    "export_throttle_seconds": (0.9, lambda settings: settings.policy.throttle),
    "export_read_timeout": (44, lambda settings: settings.policy.timeouts.read),
}


@pytest.mark.parametrize("source", ["config", "environment"])
@pytest.mark.parametrize("name", TUNABLES)
def test_tunables_may_be_configured(world, name, source) -> None:
    """Export guide, limits and future work: time-out, retries, throttle and page size are configurable."""
    value, read = TUNABLES[name]
    config = {name: value} if source == "config" else {}
    env = {f"SYNAPSE_{name.upper()}": str(value)} if source == "environment" else {}
    action = type("Action", (ExportAction,), {"config": config})
    made = action(action.params_model(**world.params()), world.context(env=env)).create_context()

    assert value == read(made.settings)
    assert value != read(ExportAction(action.params_model(**world.params()), world.context()).create_context().settings)


@pytest.mark.parametrize("value", ["1", "true"])
@pytest.mark.parametrize("target", TARGETS)
def test_v1_can_be_forced(world, target, value) -> None:
    """Export guide, Kill-switch: SYNAPSE_FORCE_V1_EXPORT keeps the in-process head to v1, with equal artefacts."""
    world.requests()
    result = world.export(IN_PROCESS, target, env={"SYNAPSE_FORCE_V1_EXPORT": value})

    rows = [path for _, path in world.requests() if path.startswith("/v2/") and "ground-truth-datasets" not in path]
    assert [] == rows
    assert world.artefacts(target) == tree(result["output_path"])


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize(
    ("target", "selection", "count"),
    [
        ("task", {"ids": "1,3"}, 2),
        ("task", {"ids_ex": "1,3"}, 2),
        ("task", {"search": "그림 4"}, 1),
        ("assignment", {"ids": "501,503-504"}, 3),
        ("assignment", {"ids_ex": "501"}, 3),
        ("assignment", {"search": "그림 2"}, 1),
        ("ground_truth", {"ids": "902"}, 1),
        ("ground_truth", {"ids_ex": "902"}, 1),
        ("ground_truth", {"search": "그림 3"}, 1),
    ],
)
def test_a_selection_never_widens(world, head, target, selection, count) -> None:
    """Export guide, server-side delegation: ``ids``, ``ids_ex`` and ``search`` select, on either head."""
    scope = {**world.params(target)["filter"], **selection}

    assert count == world.export(head, target, filter=scope)["exported_count"]


@pytest.mark.parametrize("head", HEADS)
def test_an_event_of_two_versions_is_exported_once(world, head) -> None:
    """Export guide, server-side delegation (SYN-7214): versions overlap, and a row of both is one row."""
    result = world.export(head, "ground_truth", filter={"ground_truth_dataset_versions": [VERSION, OLDER_VERSION]})

    assert 3 == result["exported_count"]
    assert 6 == len(tree(result["output_path"]))


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("target", TARGETS)
def test_everything_is_exported_and_nothing_else(world, runs, head, target) -> None:
    """Export guide, large-volume resilient export: the whole scope, once, and nothing of any other."""
    run = runs(head, target)

    assert (head, world.artefacts(target)) == (run.result["head"], run.tree)


def test_rows_are_taken_as_they_are_needed(own_world) -> None:
    """Export guide, Overview: large exports are generators from list to file; no row waits for the last one."""
    many = [{"id": number, "project": PROJECT, "data": {}} for number in range(1, 61)]
    own_world.backend.seed({**BASE, "tasks": many})
    asked = []

    class Watching(BaseExporter):
        def convert_data(self, data):
            asked.append(sum(entry.path == BULK["task"] for entry in own_world.backend.journal))
            return data

    action = type("Action", (ExportAction,), {"entrypoint": Watching})
    own_world.export(IN_PROCESS, action=action, export_v2_page_size=2, save_original_file=False)

    assert asked[0] < 15
    assert 30 == asked[-1]
