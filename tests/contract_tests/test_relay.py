"""The relay passes on what it is given, and changes what it is told to."""

from __future__ import annotations

import pytest
import requests
import sseclient

from contract_tests.relay import Changes, Relay
from fake_backend import FakeBackend
from tests.http.small_backend import small_document
from tests.http.test_delegated_exports import BODY


def test_a_relay_adds_and_takes() -> None:
    """Credentials go in, a header of the answer goes, and nothing else is different."""
    with FakeBackend(seed=small_document()) as backend, backend.serve(autojump=True) as served:
        headers = backend.tokens["acme"].headers
        body = {**BODY, "chunk_size": 1}
        answer = requests.post(f"{served.url}/v2/plugin_exports/", json=body, headers=headers, timeout=10).json()
        path = f"/v2/async_jobs/{answer['data']['job_id']}/progress/"
        changes = Changes(
            adds=headers, takes=frozenset({"content-type"}),
            pages={"/own": ("text/html", b"<p>")},
        )  # fmt: skip
        with Relay(served.url, changes) as relay:
            stream = requests.get(relay.url + path, timeout=10)
            page = requests.get(f"{relay.url}/own", timeout=10)
            requests.post(f"{relay.url}/told", data=b"heard", timeout=10)
        plain = requests.get(served.url + path, headers=headers, timeout=10)
    names = [event.event for event in sseclient.SSEClient(iter([stream.content])).events()]

    assert ["connected", *["async_job.progress"] * 7, "async_job.completed"] == names
    assert "Content-Type" not in stream.headers
    assert "no-cache" == stream.headers["Cache-Control"] == plain.headers["Cache-Control"]
    assert ("text/html", b"<p>") == (page.headers["Content-Type"], page.content)
    assert b"heard" == changes.hears.get_nowait()


def plan(name, effect):
    return {"rules": [{"id": name, "match": {"route": "/projects/*/"}, "effect": effect, "times": 1}]}


def test_what_breaks_behind_a_relay_breaks_before_it() -> None:
    """An answer that is cut ends; what came of it is there."""
    with FakeBackend(seed=small_document()) as backend, backend.serve() as served, Relay(served.url) as relay:
        backend.faults.put(plan("cut", {"drop": 20}))
        answer = requests.get(f"{relay.url}/projects/1/", headers=backend.tokens["acme"].headers, timeout=10)
        backend.faults.put(plan("gone", {"drop": "before"}))
        with pytest.raises(requests.exceptions.ConnectionError):
            requests.get(f"{relay.url}/projects/1/", headers=backend.tokens["acme"].headers, timeout=10)

    assert 20 == len(answer.content)
