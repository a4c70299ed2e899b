"""A small backend with agents, releases and a model that says what it was called with."""

from __future__ import annotations

import threading
from contextlib import contextmanager

import requests

from fake_backend import FakeBackend
from tests.http.small_backend import Caller, small_document

JOB = "11111111-1111-1111-1111-111111111111"
ROLL_OUT = 60.0  # seconds of the releases here


def serving_document(*releases, agents=None, applications=(), tasks=9):
    """Return a seed with two agents and the given releases of acme, numbered from 1, each with its own code."""
    document = small_document(tasks)
    document["agents"] = agents or [
        {"id": 1, "tenant": "acme", "num_cpus": 4, "num_gpus": 1},
        {"id": 2, "tenant": "acme", "has_address": False, "projects": []},
        {"id": 9, "tenant": "globex"},
    ]
    document["plugin_releases"] = [
        {"id": number, "tenant": "acme", "code": f"code-{number}", "model": "echo", **release}
        for number, release in enumerate(releases or ({},), 1)
    ]
    document["serve_applications"] = list(applications)
    return document


class Echo:
    """A model that fetches the picture and returns its size, counting its runs."""

    def __init__(self):
        self.runs = 0
        self._lock = threading.Lock()

    def __call__(self, request):
        with self._lock:
            self.runs += 1
        picture = requests.get(request.image_url, timeout=5)
        picture.raise_for_status()
        return {"objects": [], "size": len(picture.content), "parameters": dict(request.parameters)}


class User:
    """What a client does with a backend that serves.

    Args:
        backend: Open.
        tenant: Whose first user it is.
    """

    def __init__(self, backend, tenant="acme"):
        self.backend = backend
        self.caller = Caller(backend, backend.tokens[tenant].headers)

    def deploy(self, code="code-1", agent=1, **body):
        """Ask for a deployment; return the answer."""
        asked = {"agent": agent, "action": "deployment", "params": {}, "language": "ko", **body}
        return self.caller.post(f"/plugins/{code}/run/", json=asked)

    def infer(self, task=2, code="code-1", agent=1, timeout=None, **parameters):
        """Ask for the inference of a task's picture; return the answer."""
        params = {"model": 2, "method": "post", "json": {"image_path": self.picture(task), **parameters}}
        return self.send(params, code, agent, timeout)

    def send(self, params, code="code-1", agent=1, timeout=None):
        """Send an inference as it is given; return the answer."""
        body = {"agent": agent, "action": "inference", "params": params, "language": "ko"}
        return self.caller.post(f"/plugins/{code}/run/", json=body, timeout=timeout)

    def poll(self, ticket, code="code-1"):
        """Ask for the prediction of a ticket; return the answer's JSON."""
        return self.send({"model": 2, "method": "post", "json": {"__synapse_poll__": ticket}}, code).json()

    def picture(self, task):
        """Return the presigned URL of a task's picture."""
        return self.caller.get(f"/tasks/{task}/?expand=data_unit").json()["data_unit"]["files"]["image_1"]["url"]

    def applications(self, **wanted):
        """Return rows of serve applications."""
        return self.caller.get("/serve_applications/", params=wanted).json()["results"]

    def status(self, code="code-1"):
        """Return where the first application of a plugin stands, ``None`` where there is none."""
        return next((row["status"] for row in self.applications(plugin_code=code)), None)

    def agent(self, path, method="get", agent=1, **options):
        """Ask an agent itself; return the answer."""
        row = next(row for row in self.caller.get(f"/agents/?id={agent}").json()["results"])
        headers = {"Authorization": row["token"], "Synapse-Tenant": "Token acme", **options.pop("headers", {})}
        return requests.request(method, f"{row['url']}/{path}", headers=headers, timeout=5, **options)


@contextmanager
def serving(*releases, **options):
    """Yield (backend, user, model) of an open backend."""
    document = {name: options.pop(name) for name in ("agents", "applications", "tasks") if name in options}
    with FakeBackend(seed=serving_document(*releases, **document), **options) as backend:
        model, user = Echo(), User(backend)
        backend.serving.register("echo", model)
        try:
            yield backend, user, model
        finally:
            user.caller.session.close()


RUNNING = ({"id": 1, "plugin_release": 1, "agent": 1},)
"""The first release, running on the first agent."""
