"""What a fault does to a request and an answer; the same on both transports where both can show it."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
import requests
from urllib3.exceptions import IncompleteRead, ProtocolError

from fake_backend import FakeBackend
from tests.http.small_backend import in_process, small_document

PATH = "/sdk/tasks/?project=1&page_size=3"
PATIENCE = 15  # seconds that the client waits; in process they pass on the world's clock


def struck(reached, effect, *, path=PATH, match=None, **options):
    """Return the answer to one request that is struck."""
    backend, url, session = reached
    with backend.faults.during({"rules": [{"id": "one", "effect": effect, "match": match or {}, "times": 1}]}):
        return session.get(url + path, timeout=PATIENCE, **options)


def last(backend):
    """Return the journal's last entry."""
    return list(backend.journal)[-1]


@pytest.mark.parametrize(
    ("path", "body"),
    [(PATH, {"detail": "Service Unavailable."}), ("/v2/tasks/?project=1", {"error", "meta"})],
)
def test_a_status_comes_in_the_form_of_the_api(reached, path, body) -> None:
    """With the Retry-After that the fault names, and the rule's name in the journal."""
    answer = struck(reached, {"status": 503, "retry_after": 3}, path=path)

    told = answer.json()
    assert (503, "3") == (answer.status_code, answer.headers["Retry-After"])
    assert body == (told if isinstance(body, dict) else set(told))
    assert ("one",) == last(reached[0]).faults


@in_process
def test_a_gateways_answer_is_what_the_plan_says(reached) -> None:
    """HTML and headers as they stand; 520 is no status of any standard."""
    answer = struck(reached, {"status": 520, "body": "<html>520</html>", "headers": {"CF-RAY": "x"}})

    assert (520, "<html>520</html>", "x") == (answer.status_code, answer.text, answer.headers["CF-RAY"])
    assert answer.headers["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("of_its_own", [{}, {"status": 503, "retry_after": 3}])
@pytest.mark.parametrize("change", [str.lower, str.upper, str.title])
def test_a_header_of_the_fault_stands_in_place_of_its_like(reached, of_its_own, change) -> None:
    """Names have no case: one that came twice would be read as a list, or refused."""
    told = {change("content-type"): "text/x", change("retry-after"): "9"}
    answer = struck(reached, {"headers": told, **of_its_own})

    assert ("text/x", "9") == (answer.headers["Content-Type"], answer.headers["Retry-After"])


def test_a_delay_passes_on_the_worlds_clock(reached) -> None:
    """And the answer is the answer."""
    begun = reached[0].clock.monotonic()
    answer = struck(reached, {"delay": 7.5})

    assert (200, 7.5) == (answer.status_code, reached[0].clock.monotonic() - begun)


def test_in_process_a_delay_longer_than_the_clients_patience_is_its_timeout() -> None:
    """It costs what the client would have waited, and the request was carried out all the same (SYN-7486)."""
    with FakeBackend(seed=small_document()) as backend:
        headers = backend.tokens["acme"].headers
        begun = backend.clock.monotonic()
        rule = {"id": "late", "match": {"method": "PUT"}, "effect": {"delay": 20}}
        url, body = f"{backend.url}/tasks/1/annotate_task_data/", {"action": "save", "data": {"a": 1}}
        with backend.faults.during({"rules": [rule]}), pytest.raises(requests.ReadTimeout):
            requests.put(url, headers=headers, json=body, timeout=PATIENCE)

        assert PATIENCE == backend.clock.monotonic() - begun
        assert {"a": 1} == requests.get(f"{backend.url}/tasks/1/", headers=headers, timeout=9).json()["data"]


@pytest.mark.parametrize(
    ("effect", "error"),
    [
        ({"drop": "before"}, requests.ConnectionError),
        ({"reset": "before"}, requests.ConnectionError),
        ({"refuse": True}, requests.ConnectionError),
        ({"drop": 0}, requests.exceptions.ChunkedEncodingError),
        ({"drop": 10}, requests.exceptions.ChunkedEncodingError),
        ({"reset": 10}, requests.exceptions.ChunkedEncodingError),
    ],
)
def test_a_connection_that_breaks_is_an_error_of_the_connection(reached, effect, error) -> None:
    """Before the head, within the body, by the server's end of it or by a reset."""
    with pytest.raises(error):
        struck(reached, effect)

    assert struck(reached, {"delay": 0.001}).status_code == 200  # the next connection is good


def test_a_body_is_cut_after_so_many_bytes(reached) -> None:
    """Not one more, not one less reaches the client."""
    answer = struck(reached, {"drop": 57}, stream=True)
    got: list[bytes] = []
    with pytest.raises((IncompleteRead, ProtocolError)):
        got.extend(iter(lambda: answer.raw.read(8), b""))

    assert len(b"".join(got)) <= 57
    assert (57, "cut") == (last(reached[0]).sent, last(reached[0]).outcome)


def test_after_the_whole_answer_the_connection_is_closed_without_a_word(reached) -> None:
    """As a server does that ends idle connections: a client's next request needs another one, and gets it."""
    first = struck(reached, {"drop": "after"})

    with contextlib.suppress(requests.ConnectionError):  # over sockets it may be quicker than the news of the end
        reached[2].get(reached[1] + PATH, timeout=PATIENCE)
    again = reached[2].get(reached[1] + PATH, timeout=PATIENCE)
    assert (200, 200, first.content) == (first.status_code, again.status_code, again.content)


def test_a_body_is_shortened_or_spoiled_and_says_nothing_of_it(reached) -> None:
    """Its length is what came: only a reader of JSON notices."""
    whole = reached[2].get(reached[1] + PATH, timeout=PATIENCE)
    short = struck(reached, {"truncate": 12})
    spoiled = struck(reached, {"corrupt": True})

    assert (whole.content[:12], "12") == (short.content, short.headers["Content-Length"])
    assert len(whole.content) == len(spoiled.content)
    with pytest.raises(json.JSONDecodeError):
        json.loads(spoiled.content)


@pytest.mark.parametrize(("effect", "limit"), [({"corrupt": True}, 10**6), ({"truncate": 12}, 12)])
def test_a_body_that_is_not_there_grows_no_byte(reached, effect, limit) -> None:
    """An answer to HEAD tells the length of the one to GET, and one without a body stays without."""
    backend, url, session = reached
    rule = {"id": "one", "effect": effect}
    whole = session.get(url + PATH, timeout=PATIENCE)
    with backend.faults.during({"rules": [rule]}):
        head, empty = session.head(url + PATH, timeout=PATIENCE), session.options(url + PATH, timeout=PATIENCE)

    assert (str(min(len(whole.content), limit)), b"") == (head.headers["Content-Length"], head.content)
    assert ("0", b"") == (empty.headers["Content-Length"], empty.content)


@pytest.mark.parametrize("body", [None, "<html>503</html>", {"x": [1]}])
def test_a_body_of_the_faults_own_is_shortened_or_spoiled_like_any_other(reached, body) -> None:
    """What is named happens together, by one rule or by two."""
    effect = {"status": 503, "body": body}
    whole = struck(reached, effect).content
    short, spoiled = struck(reached, {**effect, "truncate": 3}), struck(reached, {**effect, "corrupt": True})
    backend, url, session = reached
    rules = [{"id": "one", "effect": effect}, {"id": "two", "effect": {"truncate": 5, "corrupt": True}}]
    with backend.faults.during({"rules": rules}):
        both = session.get(url + PATH, timeout=PATIENCE)

    assert (whole[:3], "3") == (short.content, short.headers["Content-Length"])
    assert (whole[:-1], len(whole)) == (spoiled.content[:-1], len(spoiled.content))
    assert whole[-1:] != spoiled.content[-1:]
    assert (503, whole[:4] + b"\x00") == (both.status_code, both.content)


def test_a_slow_body_takes_its_time(reached) -> None:
    """So many bytes a second, on the world's clock."""
    begun = reached[0].clock.monotonic()
    answer = struck(reached, {"slow": 100})

    assert len(answer.content) / 100 == pytest.approx(reached[0].clock.monotonic() - begun)


@in_process
def test_a_request_that_is_delivered_twice_is_carried_out_twice(reached) -> None:
    """The client sees one answer; the backend has two jobs."""
    backend, url, session = reached
    body = {"storage_id": 3, "path": "x", "targets": ["task"], "project_id": 1}
    with backend.faults.during({"rules": [{"id": "again", "effect": {"twice": True}, "match": {"method": "POST"}}]}):
        told = session.post(f"{url}/v2/plugin_exports/", json=body, timeout=PATIENCE)

    assert told.status_code == 202
    backend.clock.advance(60)
    assert 2 == len(list(Path(backend.storage_root(3), "x", ".async_jobs", "exports").iterdir()))


@in_process
@pytest.mark.parametrize("processed", [True, False])
def test_an_answer_that_is_lost_may_have_been_carried_out(reached, processed) -> None:
    """A gateway that gave up says 504 of a write that was done, or was not."""
    backend, url, session = reached
    effect = {"status": 504, "processed": processed}
    with backend.faults.during({"rules": [{"id": "gone", "effect": effect, "match": {"method": "PUT"}}]}):
        told = session.put(
            f"{url}/tasks/1/annotate_task_data/", json={"action": "save", "data": {"a": 1}}, timeout=PATIENCE
        )

    data = session.get(f"{url}/tasks/1/", timeout=PATIENCE).json()["data"]
    assert (504, processed) == (told.status_code, data == {"a": 1})


@in_process
def test_urls_that_have_expired_already_are_refused_and_new_ones_are_good(reached) -> None:
    """The page is as good as any; its URLs are not (SYN-7490)."""
    path = f"{PATH}&response_mode=presigned"
    spoiled = struck(reached, {"expire_urls": True}, path=path).json()["results"]
    fresh = reached[2].get(reached[1] + path, timeout=PATIENCE).json()["results"]

    statuses = [
        {requests.get(row["data"]["presigned_url"], timeout=9).status_code for row in rows if "mode" in row["data"]}
        for rows in (spoiled, fresh)
    ]
    assert [{403}, {200}] == statuses


@in_process
@pytest.mark.parametrize(
    ("target", "seconds", "status"), [("storage", 3601, 403), ("storage", -(10**6), 200), ("api", -3601, 403)]
)
def test_a_clock_that_is_off_makes_good_urls_expire(reached, target, seconds, status) -> None:
    """The storage's, which judges them, ahead; or the API's, which dates them, behind (anchors.md 9, clock skew)."""
    backend, url, session = reached
    rule = {"id": "skewed", "match": {"target": target}, "effect": {"skew": seconds}}
    with backend.faults.during({"rules": [rule]}):
        rows = session.get(f"{url}{PATH}&response_mode=presigned", timeout=PATIENCE).json()["results"]
        links = [row["data"]["presigned_url"] for row in rows if "mode" in row["data"]]
        statuses = {requests.get(link, timeout=9).status_code for link in links}

    assert {status} == statuses


@in_process
def test_storage_is_struck_by_itself(reached) -> None:
    """A rule for the storage leaves the API alone."""
    backend, url, session = reached
    path = f"{PATH}&response_mode=presigned"
    with backend.faults.during({"rules": [{"id": "s3", "match": {"target": "storage"}, "effect": {"status": 503}}]}):
        rows = session.get(url + path, timeout=PATIENCE).json()["results"]
        links = [row["data"]["presigned_url"] for row in rows if "mode" in row["data"]]
        statuses = {requests.get(link, timeout=9).status_code for link in links}

    assert {503} == statuses


def test_a_request_asks_for_its_own_fault(reached) -> None:
    """Once, for itself, in httpbin's words; the journal says so."""
    backend, url, session = reached
    answer = session.get(url + PATH, headers={"X-Fake-Fault": "status/418"}, timeout=PATIENCE)
    unknown = session.get(url + PATH, headers={"X-Fake-Fault": "statu/418"}, timeout=PATIENCE)

    assert (418, 400) == (answer.status_code, unknown.status_code)
    assert ("one-off",) == backend.journal.matching(status=418)[0].faults
    assert session.get(url + PATH, timeout=PATIENCE).status_code == 200


def test_nobody_asks_for_faults_where_nobody_may_control_the_fake() -> None:
    """A host that is no loopback: the header means nothing, as to the real backend."""
    with FakeBackend(seed=small_document()) as backend, backend.serve() as served:
        headers = {**backend.tokens["acme"].headers, "X-Fake-Fault": "status/418", "Host": "annotate.example.com"}

        assert requests.get(served.url + PATH, headers=headers, timeout=9).status_code == 200


@in_process
def test_plans_are_put_and_taken_through_the_control_corner(reached) -> None:
    """What is in force can be seen, with what it has struck; a plan that is none is a 400 by its place."""
    _, url, session = reached
    document = {"rules": [{"id": "one", "match": {"page": 2}, "effect": {"status": 500}}]}
    put = session.post(f"{url}/_fake/faults/", json=document, timeout=9)
    bad = session.post(f"{url}/_fake/faults/", json={"rules": [{"id": "x"}]}, timeout=9)
    first = session.get(url + PATH, timeout=9)
    second = session.get(first.json()["next"], timeout=9)
    seen = session.get(f"{url}/_fake/faults/", timeout=9).json()["rules"]
    gone = session.delete(f"{url}/_fake/faults/", timeout=9)
    third = session.get(first.json()["next"], timeout=9)

    assert [201, 400, 200, 500, 200, 200] == [one.status_code for one in (put, bad, first, second, gone, third)]
    assert (1, 1) == (seen[0]["fired"], gone.json()["rules"][0]["fired"])
    assert "rules[0].effect" in bad.text


@in_process
def test_a_reset_of_the_world_leaves_the_plan_of_a_run_in_force(reached) -> None:
    """A suite that resets between its tests goes on under the faults that it was started with."""
    backend, url, session = reached
    with backend.faults.during({"rules": [{"id": "one", "effect": {"status": 503}, "times": 1}]}):
        statuses = []
        for _ in range(2):
            statuses += [session.get(url + PATH, timeout=9).status_code for _ in range(2)]
            session.post(f"{url}/_fake/reset/", json={}, timeout=9)

    assert [503, 200] * 2 == statuses
