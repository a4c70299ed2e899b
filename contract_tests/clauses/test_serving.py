"""What can happen to a serve application in each of its states, over the wire: it moves as it may, or stays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from contract_tests import strategies
from contract_tests.oracle import HOLDING, LEGAL_MOVES, STATES, STIMULI, state_after
from contract_tests.strategies.detections import ROOM, detection, files
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from fake_backend import InferenceRequest

TENANT = strategies.MAIN_TENANT
LONG = 1000.0  # seconds: longer than all that is on the way here


def world(state: str) -> dict[str, Any]:
    """Return a document with an application in one state for each stimulus, on an agent of its own."""
    numbers = range(1, len(STIMULI) + 1)
    release = {
        **ROOM["plugin_releases"][0],
        "num_gpus": 1,
        "drain_seconds": 50,
        "recovers_after": 100,
        "out_of_memory_above": 2,
    }
    return {
        **ROOM,
        "data_units": [{"id": 101, "data_collection": 1, "name": "u", "files": files(1, None)}],
        "tasks": [{"id": 1, "project": strategies.MAIN_PROJECT, "data_unit": 101, "created": strategies.INSTANTS[0]}],
        "agents": [{"id": number, "tenant": TENANT, "name": STIMULI[number - 1], "num_gpus": 1} for number in numbers],
        "plugin_releases": [{**release, "id": number, "code": f"code-{number}"} for number in numbers],
        "serve_applications": [
            {"id": number, "plugin_release": number, "agent": number, "status": state} for number in numbers
        ],
    }


class Caller:
    """Whoever lets things happen to applications.

    Args:
        backend: Open.
    """

    def __init__(self, backend: FakeBackend) -> None:
        self._backend = backend
        self._headers = backend.tokens[TENANT].headers
        task = requests.get(f"{backend.url}/tasks/1/?expand=data_unit", headers=self._headers, timeout=30).json()
        self._picture = task["data_unit"]["files"]["image_1"]["url"]

    def happen(self, stimulus: str, number: int) -> int | None:
        """Let one of ``STIMULI`` happen to an application; return the status of the answer, if one is asked for."""
        match stimulus:
            case "deploy":
                return self._run(number, "deployment", {})
            case "delete":
                url = f"{self._backend.url}/serve_applications/{number}/"
                return requests.delete(url, headers=self._headers, timeout=30).status_code
            case "call" | "crowd":
                asked = {"image_path": self._picture, "batch_size": 3 if stimulus == "crowd" else 1}
                return self._run(number, "inference", {"method": "post", "json": asked})
            case "lose":
                self._backend.serving.lose(number)
            case "restore":
                self._backend.serving.restore(number)
            case _:
                self._backend.clock.sleep(LONG)
        return None

    def _run(self, number: int, action: str, params: dict[str, Any]) -> int:
        body = {"agent": number, "action": action, "params": params}
        url = f"{self._backend.url}/plugins/code-{number}/run/"
        return requests.post(url, json=body, headers=self._headers, timeout=30).status_code


def answer(request: InferenceRequest) -> dict[str, Any]:
    """Return one detection, whatever the picture."""
    del request
    return {"objects": [detection()]}


@pytest.mark.parametrize("state", STATES)
def test_what_a_state_does_not_allow_moves_nothing(state: str) -> None:
    """All 49: each stimulus leads where the state lets it, and nowhere where it does not."""
    with FakeBackend(seed=world(state)) as backend:
        backend.serving.register("drawn", answer)
        caller = Caller(backend)
        for number, stimulus in enumerate(STIMULI, 1):
            where = f"code-{number}@1.0.0 on {number}"
            before = backend.serving.statuses()
            told = caller.happen(stimulus, number)
            expected = state_after(state, stimulus)

            assert expected == backend.serving.statuses()[where], stimulus
            if stimulus != "time":
                assert before | {where: expected} == backend.serving.statuses(), "another one has moved"
            assert (expected in HOLDING) == (backend.serving.account(number).free.num_gpus == 0), stimulus
            if stimulus in {"call", "crowd"}:
                assert (state == "RUNNING" and stimulus == "call") == (told == 200)
            if (state, stimulus) == ("DELETING", "deploy"):
                assert 409 == told


@pytest.mark.parametrize("state", STATES)
def test_the_list_shows_the_status_of_this_moment(state: str) -> None:
    """Whoever asks right after something has happened is told what it has led to."""
    with FakeBackend(seed=world(state)) as backend:
        backend.serving.register("drawn", answer)
        caller = Caller(backend)
        for number, stimulus in enumerate(STIMULI, 1):
            if stimulus != "time":
                caller.happen(stimulus, number)
        url = f"{backend.url}/serve_applications/"
        rows = requests.get(url, headers=backend.tokens[TENANT].headers, timeout=30).json()["results"]

        assert backend.serving.statuses() == {
            f"code-{row['plugin_release']}@1.0.0 on {row['agent']}": row["status"] for row in rows
        }


def test_what_happens_leads_along_legal_moves_alone() -> None:
    """The expectations above: one move, none, or a failed one that is put back and deployed again.

    Every state is entered by something from somewhere, so that whoever may not go there was led to it.
    """
    again = ("DEPLOY_FAILED", "DEPLOYING")  # by way of NOT_STARTED
    moves = {(state, state_after(state, stimulus)) for state in STATES for stimulus in STIMULI}
    moved = {(source, target) for source, target in moves if source != target}

    assert moved - {again} <= LEGAL_MOVES
    assert set(STATES) == {target for _, target in moved}
