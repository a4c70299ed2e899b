"""Runs of to_task one after another while pre-processors come, break and go: nothing is lost, doubled or overbooked."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from threading import Lock
from typing import TYPE_CHECKING, Any

import requests
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from contract_tests import strategies
from contract_tests.clauses.annotating import Ran, annotate, rows_of
from contract_tests.clauses.tally import Tally
from contract_tests.clauses.trouble import Sent, interposed
from contract_tests.oracle import HOLDING, state_after
from contract_tests.strategies.detections import ROOM, detection, files
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Callable

    from fake_backend import InferenceRequest

TENANT, PROJECT = strategies.MAIN_TENANT, strategies.MAIN_PROJECT
TASKS = range(1, 5)
CPUS = {1: 4, 2: 1}  # what the agents have; the second has no address of its own
READY = 200  # seconds that a start may take here

some = st.sampled_from([None, None, 1, 2])
releases = st.fixed_dictionaries(
    {
        "num_cpus": st.sampled_from([1, 0.5, 1.5, 3]),
        "answer_seconds": st.sampled_from([1, 0, 100, 130]),
        "image_pull_seconds": st.sampled_from([0, 30, 300]),
    },
    optional={
        "drain_seconds": st.sampled_from([0, 20]),
        "fails_at": st.sampled_from([None, None, "image_pull", "warm_up"]),
        "unhealthy_after": some,
        "unavailable_after": some,
        "recovers_after": st.sampled_from([None, 0, 40]),
        "drains_after": some,
        "out_of_memory_above": st.sampled_from([None, 2]),
        "empty_calls": st.sampled_from([[], [1]]),
        "failed_calls": st.sampled_from([[], [2]]),
        "deferred_after": st.sampled_from([None, 8]),
    },
)
acts = st.sampled_from(["delete", "lose", "restore", "deploy", "time"])
OUTCOMES = ("success", "failed", "refused")
numbers = st.sampled_from([1, 1, 1, 2])


class Numbering:
    """A model whose predictions are numbered, so that each can be found again."""

    def __init__(self) -> None:
        self.of_task: dict[int, int] = {}
        self._lock = Lock()

    def __call__(self, request: InferenceRequest) -> dict[str, Any]:
        """Return a detection that has the number of the prediction."""
        task = int(requests.get(request.image_url, timeout=30).content)
        with self._lock:
            number = len(self.of_task) + 1
            self.of_task[number] = task
        return {"objects": [detection(number)]}


def number_of(data: Any) -> int:
    """Return the number of the prediction that a task holds."""
    return int(data["objects"][0]["id"].removeprefix("obj_"))


class Lifecycle(RuleBasedStateMachine):
    """Runs, and what happens to their pre-processors before and in the midst of them."""

    tally: Tally

    def __init__(self) -> None:
        super().__init__()
        self.written: Counter[int] = Counter()
        self.empty = 0
        self.due: dict[int, Callable[[], None]] = {}
        self.sent = 0
        self.crowded: list[str] = []

    @initialize(first=releases, second=releases)
    def open(self, first: dict[str, Any], second: dict[str, Any]) -> None:
        """Open a world in which the first of two releases runs on the first agent."""
        self.releases = {"code-1": first, "code-2": second}
        base = {"tenant": TENANT, "model": "drawn"}
        document = {
            **ROOM,
            "data_units": [
                {"id": 100 + number, "data_collection": 1, "name": "u", "files": files(number, None)}
                for number in TASKS
            ],
            "tasks": [
                {"id": number, "project": PROJECT, "data_unit": 100 + number, "created": strategies.INSTANTS[0]}
                for number in TASKS
            ],
            "agents": [
                {"id": agent, "tenant": TENANT, "name": "lab", "num_cpus": cpus, "has_address": agent == 1}
                for agent, cpus in CPUS.items()
            ],
            "plugin_releases": [
                {**base, "id": number, "code": code, **release}
                for number, (code, release) in enumerate(self.releases.items(), 1)
            ],
            "serve_applications": [{"id": 1, "plugin_release": 1, "agent": 1}],
        }
        self.backend = FakeBackend(seed=document).open()
        self.model = Numbering()
        self.backend.serving.register("drawn", self.model)
        self.headers = self.backend.tokens[TENANT].headers

    def teardown(self) -> None:
        """Let all that is on the way come to its end, and count what there was."""
        if not hasattr(self, "backend"):
            return
        try:
            self.backend.clock.sleep(1000)
            told = self.backend.serving.predictions()
            assert 0 == told["under_way"]
            assert told["handed_over"] == self.written.total() + self.empty, "a prediction was handed over and is lost"
        finally:
            self.backend.close()

    @rule(
        release=numbers,
        agent=numbers,
        batch_size=st.sampled_from([1, 1, 3]),
        first=st.integers(0, 3),
        meanwhile=st.dictionaries(st.integers(1, 60), st.tuples(acts, numbers, numbers), max_size=2),
    )
    def annotate(
        self,
        release: int,
        agent: int,
        batch_size: int,
        first: int,
        meanwhile: dict[int, tuple[str, int, int]],
    ) -> None:
        """Run to_task over some tasks; what happens meanwhile happens between two of its requests."""
        params = {
            "project": PROJECT,
            "agent": agent,
            "task_filters": {"id__gt": first},
            "method": "inference",
            "pre_processor": release,
            "batch_size": batch_size,
            "ready_timeout": READY,
            "overwrite": True,
        }
        before, standing = rows_of(self.backend), self.backend.serving.statuses()
        self.sent = 0
        self.due = {at: lambda what=what: self.act(*what) for at, what in meanwhile.items()}  # type: ignore[misc]
        with interposed(self._pass):
            ran = annotate(self.backend, params)
        happened = len(self.due) < len(meanwhile)
        self.due = {}
        self._judge(ran, before, TASKS[first:])
        if ran.error is not None and not happened:
            idle = {name: state for name, state in self.backend.serving.statuses().items() if name not in standing}
            assert {} == idle, "what the run has started is there still"

    @rule(agent=numbers, first=st.integers(0, 3))
    def annotate_undisturbed(self, agent: int, first: int) -> None:
        """Run to_task with the first release, with nobody between its requests."""
        self.annotate(release=1, agent=agent, batch_size=1, first=first, meanwhile={})

    @rule(what=acts, release=numbers, agent=numbers)
    def act(self, what: str, release: int, agent: int) -> None:
        """Let something happen to a pre-processor, by somebody else."""
        match what:
            case "deploy":
                self._run(release, agent, "deployment", {})
            case "delete":
                url = f"{self.backend.url}/serve_applications/"
                rows = requests.get(url, headers=self.headers, timeout=30).json()["results"]
                for row in rows:
                    if (row["plugin_release"], row["agent"]) == (release, agent):
                        requests.delete(f"{url}{row['id']}/", headers=self.headers, timeout=30)
            case "lose":
                self.backend.serving.lose(agent)
            case "restore":
                self.backend.serving.restore(agent)
            case _:
                self.backend.clock.sleep(45)

    @rule()
    def try_what_is_not_allowed(self) -> None:
        """Whatever a state does not allow leaves it as it is: calls, batches that are too large, deployments."""
        for where, state in self.backend.serving.statuses().items():
            release, agent = int(where[len("code-")]), int(where[-1])
            for stimulus in ("deploy", "call", "crowd"):
                if state_after(state, stimulus) != state or state in {"RUNNING", "NOT_STARTED"}:
                    continue
                before = self.backend.serving.statuses()
                asked = {"image_path": f"{self.backend.storage_url}/x/1.png", "batch_size": 9 * (stimulus == "crowd")}
                self._run(
                    release,
                    agent,
                    "deployment" if stimulus == "deploy" else "inference",
                    {} if stimulus == "deploy" else {"method": "post", "json": asked},
                )
                assert before == self.backend.serving.statuses(), (state, stimulus)

    @invariant()
    def there_is_room(self) -> None:
        """What is held of an agent is what it has at most; so it was at every request of a run."""
        if hasattr(self, "backend"):
            self._look()
            assert [] == self.crowded

    def _judge(self, ran: Ran, before: dict[Any, Any], turns: range) -> None:
        """Hold what a run says against the rows, and the rows against what the model made."""
        after = rows_of(self.backend)
        tasks = {key[2] for key in after if key[1] == "sdk/tasks" and before[key] != after[key]}
        if ran.error is not None:
            self.tally.add("runs", ["refused"])
            assert set() == tasks
            return
        self.tally.add("runs", [name for name in OUTCOMES if ran.counts.get(name)])
        assert (len(turns), 0) == (ran.counts["total"], ran.counts["stand_by"])
        assert len(turns) == ran.counts["success"] + ran.counts["failed"]
        assert tasks == set(turns) - set(ran.failures)
        assert len(tasks) == ran.counts["success"]
        for task in tasks:
            number = number_of(after[TENANT, "sdk/tasks", task]["data"])
            assert task == self.model.of_task[number], "a task holds the prediction of another one's picture"
        assert max(self.written.values(), default=0) <= 1, "a prediction was written twice"
        self.empty += sum("returned an empty response" in reason for reason in ran.failures.values())

    def _pass(self, sent: Sent) -> None:
        """Look at a request that passes, and let happen what is to happen now."""
        if sent.method == "PUT":
            self.written[number_of(json.loads(sent.body)["data"])] += 1
        self.sent += 1
        due = self.due.pop(self.sent, None)
        if due is not None:
            due()
        self._look()

    def _look(self) -> None:
        held: Counter[int] = Counter()
        for where, state in self.backend.serving.statuses().items():
            if state in HOLDING:
                needs = self.releases[where.partition("@")[0]]["num_cpus"]
                held[int(where[-1])] += Decimal(str(needs))  # type: ignore[assignment]
        self.crowded += [f"agent {agent} holds {cpus}" for agent, cpus in held.items() if cpus > CPUS[agent]]

    def _run(self, release: int, agent: int, action: str, params: dict[str, Any]) -> None:
        url = f"{self.backend.url}/plugins/code-{release}/run/"
        body = {"agent": agent, "action": action, "params": params}
        requests.post(url, json=body, headers=self.headers, timeout=30)


def test_no_prediction_is_lost_none_is_written_twice_and_no_agent_is_overbooked(
    record_property: Callable[[str, object], None],
) -> None:
    """Whatever happens to pre-processors before a run of to_task and in the midst of it."""

    class Counted(Lifecycle):
        """The same, counted here."""

        tally = Tally(OUTCOMES, "outcomes")

    cases = settings().max_examples // 8
    try:
        run_state_machine_as_test(Counted, settings=settings(max_examples=cases, stateful_step_count=8, deadline=None))
    finally:
        record_property("searched", f"to_task and the serving lifecycle, {cases} machines: {Counted.tally}")
