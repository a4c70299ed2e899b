"""Whose keys open which bucket: a storage's session its own bucket, and nobody's the backend's own."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import requests
from botocore.credentials import Credentials

from contract_tests import strategies
from contract_tests.clauses.refused import keys
from contract_tests.storage.sides import DOCUMENT, Side
from contract_tests.storage.signers import TIMEOUT, form, post, signed_headers, url
from fake_backend import FakeBackend

OURS, THEIRS = DOCUMENT["storages"][0], {**DOCUMENT["storages"][0], "id": 77, "tenant": strategies.OTHER_TENANT}
LARGE = {"pad": "x" * 5000}  # above the size at which payloads are stored as objects
SEED = {
    **DOCUMENT,
    "storages": [OURS, THEIRS],
    "tasks": [{"id": 1, "project": strategies.MAIN_PROJECT, "data": LARGE, "created": "2026-01-15T09:00:00Z"}],
}
DENIED = (403, "AccessDenied")


def opened(backend: FakeBackend, storage: dict[str, object]) -> Side:
    """Return a storage as its tenant's session tells it, with one object in it."""
    tenant = str(storage["tenant"])
    answer = requests.post(
        f"{backend.url}/storages/{storage['id']}/session/",
        headers=backend.tokens[tenant].headers,
        json={"purpose": "write"},
        timeout=TIMEOUT,
    )
    held = answer.json()["configuration"]
    pair = Credentials(held["access_key"], held["secret_key"])
    side = Side(held["endpoint_url"], held["bucket_name"], held["region_name"], pair)
    requests.put(url(side, "kept", method="PUT"), data=tenant.encode(), timeout=TIMEOUT).raise_for_status()
    return side


def by_header(side: Side, method: str, target: str, headers: dict[str, str] | None = None) -> requests.Response:
    """Send a request that is signed by header."""
    signed = signed_headers(side, method, target, headers=headers)
    return requests.request(method, target, headers=signed, timeout=TIMEOUT)


def refusal(answer: requests.Response) -> tuple[int, str | None]:
    """Return status and code; an answer to HEAD has no code."""
    return answer.status_code, ET.fromstring(answer.content).findtext("Code") if answer.content else None  # noqa: S314 (our own)


def attempts(intruder: Side, own: Side) -> dict[str, requests.Response]:
    """Return what becomes of every way to a bucket that is not the keys' own.

    Args:
        intruder: The other's bucket, signed for with keys of one's own.
        own: The bucket that the keys are of.
    """
    target, bucket = f"{intruder.bucket_url}/kept", intruder.bucket_url
    presigned = {method: url(intruder, "kept", method=method) for method in ("GET", "PUT", "DELETE")}
    source = {"x-amz-copy-source": f"/{intruder.bucket}/kept"}
    return {
        **{f"{method} by URL": requests.request(method, at, timeout=TIMEOUT) for method, at in presigned.items()},
        **{f"{method} by header": by_header(intruder, method, target) for method in ("GET", "PUT", "DELETE")},
        "list": by_header(intruder, "GET", f"{bucket}?list-type=2"),
        "location": by_header(intruder, "GET", f"{bucket}?location="),
        "begin an upload": by_header(intruder, "POST", f"{target}?uploads="),
        "form": post(intruder, form(intruder, key="kept", conditions=[{"bucket": intruder.bucket}])),
        "copy away": by_header(own, "PUT", f"{own.bucket_url}/copied", source),
        "copy over": by_header(intruder, "PUT", target, {"x-amz-copy-source": f"/{own.bucket}/kept"}),
    }


def test_the_keys_of_a_storage_open_its_own_bucket_alone() -> None:
    """Another tenant's bucket is 403 AccessDenied by URL, header, form and copy, and stays as it was."""
    with FakeBackend(seed=SEED, clock="system") as backend:
        ours, theirs = opened(backend, OURS), opened(backend, THEIRS)
        told = attempts(replace(ours, credentials=theirs.credentials), theirs)
        head = by_header(replace(ours, credentials=theirs.credentials), "HEAD", f"{ours.bucket_url}/kept")

        assert dict.fromkeys(told, DENIED) == {way: refusal(answer) for way, answer in told.items()}
        assert (403, b"") == (head.status_code, head.content)
        assert (["kept"], ["kept"]) == (keys(ours), keys(theirs))
        read = {side.bucket: requests.get(url(side, "kept"), timeout=TIMEOUT).text for side in (ours, theirs)}
        assert {ours.bucket: OURS["tenant"], theirs.bucket: THEIRS["tenant"]} == read


def test_the_backends_own_bucket_opens_by_its_urls_alone() -> None:
    """No session's keys open the bucket of payloads, not even its tenant's; the URL of a row does."""
    with FakeBackend(seed=SEED, clock="system") as backend:
        ours = opened(backend, OURS)
        query: dict[str, str | int] = {"project": strategies.MAIN_PROJECT, "response_mode": "presigned"}
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        page = requests.get(f"{backend.url}/sdk/tasks/", params=query, headers=headers, timeout=TIMEOUT)
        link = page.json()["results"][0]["data"]["presigned_url"]
        _, bucket, key = urlsplit(link).path.split("/", 2)
        own = replace(ours, bucket=bucket)

        assert LARGE == requests.get(link, timeout=TIMEOUT).json()
        assert DENIED == refusal(requests.get(url(own, key), timeout=TIMEOUT))
        assert DENIED == refusal(by_header(own, "GET", f"{own.bucket_url}?list-type=2"))
        assert DENIED == refusal(
            by_header(ours, "PUT", f"{ours.bucket_url}/c", {"x-amz-copy-source": f"{bucket}/{key}"})
        )
        assert ours.credentials.access_key not in link
