"""Whatever is asked of pre-processors, in whatever order: moves are legal, room is kept, no prediction is lost.

The laws are judged from outside: by what goes over the wire, by what the model itself counted, and by every row that
is written.
"""

from __future__ import annotations

import os
from collections import Counter
from decimal import Decimal
from json import loads
from threading import Lock

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contract_tests.oracle import LEGAL_MOVES
from fake_backend import FakeBackend
from fake_backend.serving.application import Application
from fake_backend.serving.errors import IllegalTransition
from fake_backend.serving.lifecycle import Status
from tests.serving.serving_world import User, serving_document

HOUR = 3_600.0  # a prediction is kept so long
LONGEST = 130.0  # seconds of a call here: over the gateway's 90
CPUS = {1: 4, 2: 1}  # what the agents have

numbers = st.sampled_from([0, 1, 2])
some = st.sampled_from([None, 1, 2])
releases = st.fixed_dictionaries(
    {
        "num_cpus": st.sampled_from([0.5, 1, 1.5, 3]),
        "answer_seconds": st.sampled_from([5, 0, LONGEST]),
        "image_pull_seconds": st.sampled_from([0, 30]),
        "start_seconds": st.just(0),
        "warm_up_seconds": st.sampled_from([0, 30]),
    },
    optional={
        "drain_seconds": st.sampled_from([0, 20]),
        "fails_at": st.sampled_from([None, None, "image_pull", "warm_up"]),
        "unhealthy_after": some,
        "unavailable_after": some,
        "recovers_after": st.sampled_from([None, 40]),
        "drains_after": some,
        "out_of_memory_above": st.sampled_from([None, 2]),
        "empty_calls": st.sampled_from([[], [1]]),
        "failed_calls": st.sampled_from([[], [2]]),
        "deferred_after": st.sampled_from([None, 8]),
    },
)
slow = st.fixed_dictionaries(
    {"answer_seconds": st.just(LONGEST), "deferred_after": st.sampled_from([None, 8])},
    optional={
        "drain_seconds": st.sampled_from([0, 20]),
        "unhealthy_after": st.sampled_from([None, 3]),
        "drains_after": st.sampled_from([None, 3]),
        "recovers_after": st.just(5),
        "out_of_memory_above": st.just(2),
        "image_pull_seconds": st.just(0),
    },
)
"""Of the release that runs from the start: its calls outlast those who wait for them."""

codes = st.sampled_from(["code-1", "code-1", "code-1", "code-2", "code-3"])
agents = st.sampled_from([1, 1, 1, 2])


class Rows:
    """Stands before the rows of serve applications, and judges each that is written.

    Args:
        rows: What keeps them.
    """

    def __init__(self, rows):
        self._rows = rows
        self.wrong = []

    def __getattr__(self, name):
        return getattr(self._rows, name)

    def add(self, columns):
        self._rows.add(columns)
        if columns["status"] != "NOT_STARTED":
            self.wrong.append(f"made {columns['status']}")

    def save(self, columns):
        before = self._rows.application(columns["id"])["status"]
        self._rows.save(columns)
        if before != columns["status"] and (before, columns["status"]) not in LEGAL_MOVES:
            self.wrong.append(f"{before} became {columns['status']}")
        self._judge_room()

    def remove(self, application_id):
        self._rows.remove(application_id)

    def _judge_room(self):
        held = Counter()
        for row in self._rows.applications():
            if row["status"] not in {"NOT_STARTED", "DEPLOY_FAILED"}:
                needs = loads(row["needs"])
                held[row["agent_id"]] += Decimal(str(needs["num_cpus"])) * needs["num_replicas"]
        self.wrong += [f"agent {agent} holds {cpus}" for agent, cpus in held.items() if cpus > CPUS[agent]]


class Counting:
    """A model whose answer follows from its parameters, and that counts what it made."""

    def __init__(self):
        self.made = Counter()
        self._lock = Lock()

    def __call__(self, request):
        with self._lock:
            self.made[request.parameters["n"]] += 1
        return {"answer": request.parameters["n"]}


class ServingMachine(RuleBasedStateMachine):
    """Deployments, deletions, calls, breakdowns and time, against the laws."""

    @initialize(first=slow, others=st.lists(releases, min_size=2, max_size=2), slots=st.sampled_from([0, 1]))
    def open(self, first, others, slots):
        told = [first, *others]
        document = serving_document(
            *told,
            agents=[
                {"id": agent, "tenant": "acme", "num_cpus": cpus, "max_deployments": slots}
                for agent, cpus in CPUS.items()
            ],
            applications=[{"id": 1, "plugin_release": 1, "agent": 1}],
            tasks=1,
        )
        self.releases = {f"code-{number}": release for number, release in enumerate(told, 1)}
        self.backend = FakeBackend(seed=document).open()
        self.model = Counting()
        self.backend.serving.register("echo", self.model)
        self.user = User(self.backend)
        holdings = self.backend._world.serving._holdings
        self.rows = holdings._rows = Rows(holdings._rows)
        self.number = 0
        self.calls = {}  # those without an end: (code, agent, parameters, ticket, instant) by number
        self.taken = 0
        self.ends = Counter()

    def teardown(self):
        if not hasattr(self, "backend"):
            return
        self.backend.clock.advance(LONGEST)
        for number in list(self.calls):
            self._again(number)
        told = self.backend.serving.predictions()
        assert not self._young(), "a call has no end"
        assert (0, self.ends["handed_over"], self.ends["failed"]) == (
            told["under_way"],
            told["handed_over"],
            told["failed"],
        )
        self.user.caller.session.close()
        self.backend.close()

    @rule(code=codes, agent=agents)
    def deploy(self, code, agent):
        answer = self.user.deploy(code, agent)
        assert answer.status_code in {200, 409, 502}, answer.text

    @precondition(lambda self: self.rows._rows.applications())
    @rule(data=st.data())
    def delete(self, data):
        row = data.draw(st.sampled_from(self.rows._rows.applications()[::-1]))
        assert 204 == self.user.caller.delete(f"/serve_applications/{row['id']}/").status_code

    @rule(code=codes, agent=agents, batch_size=st.sampled_from([1, 1, 3]))
    def call(self, code, agent, batch_size):
        self.infer(code, agent, batch_size)

    def infer(self, code, agent, batch_size):
        """Send a call that is like no other."""
        self.number += 1
        parameters = {"n": self.number, "batch_size": batch_size}
        before = self.backend.serving.predictions()["taken"]
        self._call(self.number, code, agent, parameters, self.backend.clock.monotonic())
        self.taken += self.backend.serving.predictions()["taken"] - before

    @rule(calls=st.integers(1, 3), again=st.booleans())
    def call_the_slow_one(self, calls, again):
        for _ in range(calls):
            self.infer("code-1", 1, 1)
        if again and self.number in self.calls:
            self._again(self.number)

    @precondition(lambda self: self.calls)
    @rule(data=st.data())
    def come_again(self, data):
        self._again(data.draw(st.sampled_from(sorted(self.calls))))

    @rule(seconds=st.sampled_from([0, 1, 10, 35, 100]))
    def advance(self, seconds):
        self.backend.clock.advance(seconds)

    @rule(agent=agents, seconds=st.sampled_from([0, 10]))
    def lose(self, agent, seconds):
        self.backend.serving.lose(agent)
        self.backend.clock.advance(seconds)
        self.backend.serving.restore(agent)

    @rule(agent=st.just(2))
    def lose_for_good(self, agent):
        self.backend.serving.lose(agent)

    @rule(agent=st.just(2))
    def restore(self, agent):
        self.backend.serving.restore(agent)

    @invariant()
    def nothing_wrong_was_written(self):
        if hasattr(self, "rows"):
            assert [] == self.rows.wrong

    @invariant()
    def illegal_moves_are_refused(self):
        for row in self.rows._rows.applications() if hasattr(self, "rows") else ():
            standing = Application.read(row)
            for target in Status:
                if (standing.status, target) in LEGAL_MOVES or target is standing.status is Status.DEPLOYING:
                    continue
                try:
                    standing.moved(target, 0)
                except IllegalTransition:
                    continue
                raise AssertionError(f"{standing.status} may become {target}")

    @invariant()
    def a_call_that_is_under_way_has_an_application(self):
        if not hasattr(self, "rows"):
            return
        standing = {row["id"]: row["status"] for row in self.rows._rows.applications()}
        for prediction in self.backend._world.serving._predictions:
            if not prediction.is_over:
                assert standing.get(prediction.application, "gone") not in {"gone", "NOT_STARTED", "DEPLOY_FAILED"}

    @invariant()
    def every_call_is_somewhere(self):
        if not hasattr(self, "rows"):
            return
        told = self.backend.serving.predictions()
        assert told.pop("taken") == sum(told.values()) == self.taken
        assert max(self.model.made.values(), default=0) <= 1, "a prediction was made twice"

    def _young(self):
        """Return the calls without an end that are not old enough to be forgotten."""
        now = self.backend.clock.monotonic()
        return [number for number, call in self.calls.items() if now - call[4] <= HOUR]

    def _again(self, number):
        """Ask again for what a call has not got: by its ticket, or by the same call with another signature."""
        code, agent, parameters, ticket, since = self.calls[number]
        if number not in self._young():
            del self.calls[number]
            return
        if ticket is None:
            self._call(number, code, agent, parameters, since)
            return
        told = self.user.poll(ticket, code)
        if told.get("status") == "failed":
            self._end(number, "failed")
        elif told.get("status") != "pending":
            self._hand_over(number, told, code)

    def _call(self, number, code, agent, parameters, since):
        answer = self.user.infer(1, code, agent, **parameters)
        known = number in self.calls
        if answer.status_code == 200 and "__synapse_deferred__" in answer.json():
            self.calls[number] = (code, agent, parameters, answer.json()["ticket"], since)
        elif answer.status_code == 200:
            self._hand_over(number, answer.json(), code)
        elif answer.status_code == 504:
            self.calls[number] = (code, agent, parameters, None, since)
        elif answer.status_code == 500 and answer.json()["code"] == "model_failed":
            self._end(number, "failed")
        else:
            assert not known, f"a call that was taken is refused: {answer.text}"
            assert answer.status_code in {500, 502, 503}, answer.text

    def _hand_over(self, number, value, code):
        is_empty = value == {} and self.releases[code].get("empty_calls")
        assert is_empty or value == {"answer": number}, value
        self._end(number, "handed_over")

    def _end(self, number, end):
        self.calls.pop(number, None)
        self.ends[end] += 1


DEEP = os.environ.get("HYPOTHESIS_PROFILE", "ci") != "ci"
TestServingMachine = ServingMachine.TestCase
TestServingMachine.settings = settings(max_examples=400 if DEEP else 10, stateful_step_count=25, deadline=None)
