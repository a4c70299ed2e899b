"""A backend as its user meets it: what importing costs, what two of them share, two transports on one world."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading

import pytest
import requests
import urllib3

import fake_backend
from fake_backend import FakeBackend, Refusal, SeedInvalid
from tests.http.small_backend import small_document

HEAVY = ("boto3", "botocore", "moto", "PIL", "numpy", "cv2", "pydantic", "cheroot")


def test_importing_the_package_loads_nothing_heavy() -> None:
    """The cloud and the pictures are imported by whoever uses them, not by ``import fake_backend``."""
    code = f"import sys, fake_backend; print([name for name in {HEAVY} if name in sys.modules])"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert "[]" == loaded.strip()


def test_a_world_without_objects_never_meets_moto() -> None:
    """An empty backend answers a request without the cloud being imported at all."""
    code = (
        "import sys, requests, fake_backend\n"
        "with fake_backend.FakeBackend(seed='empty') as backend:\n"
        "    answer = requests.get(backend.url + '/sdk/tasks/', headers=backend.tokens['acme'].headers)\n"
        "print(answer.status_code, 'moto' in sys.modules)"
    )
    assert (
        "200 False"
        == subprocess.run(
            [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True
        ).stdout.strip()
    )


def test_the_public_names_are_these() -> None:
    """A name that appears or goes is a decision, not an accident."""
    assert {
        "KNOWN_BUGS",
        "Bug",
        "Clock",
        "ControlPolicy",
        "DatabaseUnusable",
        "FakeBackend",
        "Faults",
        "InferenceRequest",
        "NeverFired",
        "Refusal",
        "SeedInvalid",
        "ServedBackend",
        "Settings",
        "SystemClock",
        "TenantTokens",
        "VirtualClock",
    } == set(fake_backend.__all__)


def test_two_backends_share_nothing() -> None:
    """Equal ids, buckets and keys in two worlds never meet, also from two threads."""
    first_document, second_document = small_document(), small_document()
    for row in second_document["tasks"]:
        row["data"] = {"other": row["id"], "pad": "y" * 3000}
    with FakeBackend(seed=first_document) as first, FakeBackend(seed=second_document) as second:
        seen = {}

        def read(backend) -> None:
            headers = backend.tokens["acme"].headers
            row = requests.get(
                f"{backend.url}/sdk/tasks/?id=3&response_mode=presigned", headers=headers, timeout=10
            ).json()["results"][0]
            seen[backend] = requests.get(row["data"]["presigned_url"], timeout=10).json()

        threads = [threading.Thread(target=read, args=(backend,)) for backend in (first, second)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert {"n": 3, "pad": "x" * 3000} == seen[first]
        assert {"other": 3, "pad": "y" * 3000} == seen[second]
        first.remove_tasks([3])
        assert first.counts()["tasks"] == second.counts()["tasks"] - 1


def test_both_transports_show_one_world() -> None:
    """What is written over one is read over the other, and each one's links lead back to itself."""
    with FakeBackend(seed=small_document()) as backend, backend.serve() as served:
        headers = backend.tokens["acme"].headers
        job = "/jobs/11111111-1111-1111-1111-111111111111/"
        requests.patch(backend.url + job, json={"status": "RUNNING"}, headers=headers, timeout=10)

        assert "RUNNING" == requests.get(served.url + job, headers=headers, timeout=10).json()["status"]
        for base in (backend, served):
            page = requests.get(
                f"{base.url}/sdk/tasks/?page_size=1&ordering=-id&response_mode=presigned", headers=headers, timeout=10
            ).json()
            assert page["next"].startswith(base.url)
            url = page["results"][0]["data"]["presigned_url"]
            assert url.startswith(base.storage_url)
            assert 7 == requests.get(url, timeout=10).json()["n"]


def test_closing_puts_the_process_back() -> None:
    """Both hooks are what they were before, however many backends were open in between."""
    before = socket.getaddrinfo, urllib3.connectionpool.HTTPConnectionPool.__dict__.copy()
    with FakeBackend(seed="empty"), FakeBackend(seed="empty"):
        assert before[0] is not socket.getaddrinfo
    assert before[0] is socket.getaddrinfo
    assert before[1] == urllib3.connectionpool.HTTPConnectionPool.__dict__


def test_a_closed_backend_is_not_opened_again() -> None:
    """What it knew is gone, and an empty answer would be a lie."""
    backend = FakeBackend(seed="empty").open()
    backend.close()
    with pytest.raises(Refusal, match="closed"):
        backend.open()


@pytest.mark.parametrize("seed", [{"tazks": []}, {"tasks": [{"id": 1, "project": 5}]}, "/nowhere/seed.json"])
def test_a_seed_that_is_none_is_refused_before_anything_is_open(seed) -> None:
    """One sentence, and no hook left behind."""
    before = socket.getaddrinfo
    with pytest.raises(SeedInvalid):
        FakeBackend(seed=seed)

    assert before is socket.getaddrinfo


def test_a_seed_file_is_read_and_rows_can_be_added(tmp_path) -> None:
    """A path is a document; a second document adds rows and replaces those of the same id."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps(small_document(3)), encoding="utf-8")
    with FakeBackend(seed=path) as backend:
        tokens = backend.tokens
        assert 4 == backend.counts()["tasks"]
        backend.seed(small_document(5))
        assert (6, tokens) == (backend.counts()["tasks"], backend.tokens)
        backend.reset()
        assert (4, tokens) == (backend.counts()["tasks"], backend.tokens)


def test_equal_seeds_draw_equal_tokens_and_others_do_not() -> None:
    """Ids, tokens and draws come from the world's seed alone."""
    drawn = []
    for seed in (1, 1, 2):
        with FakeBackend(seed="empty", world_seed=seed) as backend:
            drawn.append(backend.tokens["acme"])

    assert drawn[0] == drawn[1] != drawn[2]


def test_no_token_shows_in_a_repr() -> None:
    """What prints a backend or its tokens prints no secret."""
    with FakeBackend(seed="empty") as backend:
        tokens = backend.tokens["acme"]
        shown = repr(backend) + repr(tokens) + repr(backend.journal) + repr(backend.clock)

        assert tokens.user not in shown
        assert tokens.access not in shown


def test_a_database_url_keeps_rows_in_a_file(tmp_path) -> None:
    """Rows outlive the backend that wrote them."""
    url = f"sqlite:///{tmp_path / 'world.db'}"
    with FakeBackend(seed=small_document(), database=url):
        pass
    with FakeBackend(seed="empty", database=url) as backend:
        assert 8 == backend.counts()["tasks"]


def test_objects_are_reached_by_the_url_that_clients_are_told() -> None:
    """Behind a relay, presigned URLs and buckets name the public URL, and a URL signed for it is honoured there."""
    with FakeBackend(seed=small_document()) as backend, backend.serve() as direct:
        public = f"http://localhost:{direct.storage_url.rpartition(':')[2]}"  # another name of the same place
        with backend.serve(public_storage_url=f"{public}/") as served:
            headers = backend.tokens["acme"].headers
            told = requests.post(f"{served.url}/storages/4/session/", json={"purpose": "read"}, headers=headers)
            row = requests.get(f"{served.url}/sdk/tasks/?id=1&response_mode=presigned", headers=headers).json()
            url = row["results"][0]["data"]["presigned_url"]

            assert public == told.json()["configuration"]["endpoint_url"]
            assert url.startswith(f"{public}/")
            assert 1 == requests.get(url, timeout=5).json()["n"]


@pytest.mark.parametrize("url", ["127.0.0.1:9000", "ftp://host", "http://host/path", "http://"])
def test_a_public_storage_url_that_is_no_base_url_is_refused(url) -> None:
    """What would be signed would not be what is asked for."""
    with FakeBackend(seed="empty") as backend, pytest.raises(Refusal, match="base URL"):
        backend.serve(public_storage_url=url)
