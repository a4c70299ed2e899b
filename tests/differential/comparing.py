"""The same request to both sides, and what may differ between their answers: nothing but what stands here."""

from __future__ import annotations

import warnings
from urllib.parse import urlsplit, urlunsplit

import requests
from django.core.exceptions import ValidationError

from tests.differential.views import ask

OWN_BACKENDS = {"ids", "ids_ex", "search"}  # refused by other parts of the framework, which stop at the first


def below_host(link):
    """Return a link without scheme and host."""
    return None if link is None else urlunsplit(("", "", *urlsplit(link)[2:]))


def fakes(world, path, query):
    """Return (status, answer) of the fake, its answer in the first API's form."""
    url = f"{world.backend.url}{path}" + (f"?{query}" if query else "")
    answer = requests.get(url, headers=world.backend.tokens["acme"].headers, timeout=30)
    body = answer.json()
    if answer.status_code != 200:
        return answer.status_code, problems(body)
    key = "pgh_id" if "ground_truth_events" in path or "ground-truth-events" in path else "id"
    if path.startswith("/v2/"):
        places = body["meta"]["pagination"]
        body = {"next": places["next_cursor"], "previous": places["previous_cursor"], "results": body["data"]}
    rows = [row[key] for row in body["results"]]
    links = {name: below_host(body[name]) for name in ("next", "previous")}
    return 200, {**{name: body[name] for name in ("count",) if name in body}, **links, "results": rows}


def problems(body):
    """Return what a refusal says by field; a sentence about none is the ``detail``."""
    if "error" not in body:
        return {name: value for name, value in body.items() if name not in {"code", "received", "expected"}}
    found = {}
    for one in body["error"]["details"] or ():
        found.setdefault(one["field"], []).append(one["message"])
    return found or {"detail": body["error"]["message"]}


def frameworks(path, query):
    """Return (status, answer) of the framework; 500 where it fails by an error of its own."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # of positions without a zone
            status, body = ask(path, query)
    except (ValidationError, ValueError, OverflowError):
        return 500, None
    if status != 200:
        return status, {"search": body} if isinstance(body, list) else dict(body)
    return status, {**body, **{name: below_host(body[name]) for name in ("next", "previous")}}


def same(world, path, query):
    """Hold one answer against the other; return the answer."""
    status, found = fakes(world, path, query)
    expected_status, expected = frameworks(path, query)
    told = (world, path, query)
    if expected_status == 500:  # the framework's own failure; ours is a refusal
        assert status in {200, 400, 404}, told
        return found if status == 200 else None
    if expected_status == 400 and status == 400:
        more = {name: found[name] for name in set(found) - set(expected) if name in OWN_BACKENDS}
        assert {**expected, **more} == found, told
        return None
    assert (expected_status, expected) == (status, found), told
    return found if status == 200 else None
