"""Refusals and limits as a client meets them: the forms of both APIs, and what never gets through the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from contract_tests import strategies
from contract_tests.clauses.wide import WIDE
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

JSON = {"Content-Type": "application/json"}
BULK = "/v2/tasks/bulk-fetch/"
NARROW = Settings(gateway_body_bytes=2_000, gateway_headers=30)
LOGGED = {"event": "message", "job": "7"}


@pytest.fixture(scope="module")
def backend() -> Iterator[FakeBackend]:
    """A backend with rows of every target and one job, whose gateway takes small bodies and few headers."""
    document = {**WIDE, "jobs": [{"id": "7", "tenant": strategies.MAIN_TENANT}]}
    with FakeBackend(seed=document, settings=NARROW) as opened:
        yield opened


@pytest.fixture(params=["in-process", "live"])
def url(request: pytest.FixtureRequest, backend: FakeBackend) -> Iterator[str]:
    """The base URL by one transport, and by the other."""
    if request.param == "in-process":
        yield backend.url
    else:
        with backend.serve() as served:
            yield served.url


def ask(
    backend: FakeBackend,
    url: str,
    method: str = "POST",
    *,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> requests.Response:
    """Send one request as the main tenant's user."""
    known = backend.tokens[strategies.MAIN_TENANT].headers
    return requests.request(method, url, data=body, headers={**known, **(headers or {})}, timeout=30)


def ids(length: int) -> str:
    """Return a query by ids that has so many bytes."""
    return "ids=" + ("1," * length)[: length - 5] + "1"


@pytest.mark.parametrize(("length", "status"), [(11_555, 200), (11_568, 200), (11_582, 520), (30_000, 520)])
def test_a_query_over_its_limit_is_520_and_in_the_journal(
    backend: FakeBackend, url: str, length: int, status: int
) -> None:
    """11,555 bytes pass and 11,582 do not; the answer is the gateway's page, and the journal has the request."""
    answer = ask(backend, f"{url}/sdk/tasks/?{ids(length)}", "GET")

    assert status == answer.status_code
    assert status == list(backend.journal)[-1].status
    assert (status == 520) == answer.headers["Content-Type"].startswith("text/html")


def test_a_url_over_32_kb_is_414(backend: FakeBackend, url: str) -> None:
    """A query that is much longer is refused before it is one."""
    assert [520, 414, 414] == [
        ask(backend, f"{url}/sdk/tasks/?{ids(length)}", "GET").status_code for length in (32_000, 33_000, 100_000)
    ]


def test_headers_over_32_kb_are_431(backend: FakeBackend, url: str) -> None:
    """One that is too large, and many that are too large together."""
    path = f"{url}/sdk/tasks/"
    sent = [{"X-A": "a" * 30_000}, {"X-A": "a" * 33_000}, {f"X-{number}": "a" * 7_000 for number in range(5)}]

    assert [200, 431, 431] == [ask(backend, path, "GET", headers=headers).status_code for headers in sent]


def test_more_header_lines_than_the_limit_are_431(backend: FakeBackend, url: str) -> None:
    """However small they are."""
    sent = [{f"X-{number}": "" for number in range(count)} for count in (10, 30)]

    assert [200, 431] == [ask(backend, f"{url}/sdk/tasks/", "GET", headers=headers).status_code for headers in sent]


def test_a_body_over_its_limit_is_413(backend: FakeBackend, url: str) -> None:
    """The last byte that passes, and the next."""
    bodies = [b'{"ids": [1]' + b" " * (size - 12) + b"}" for size in (2_000, 2_001)]

    assert [200, 413] == [ask(backend, url + BULK, body=body, headers=JSON).status_code for body in bodies]


def test_a_refused_value_of_the_first_api_stands_at_its_field(backend: FakeBackend) -> None:
    """``{field: [sentence]}``, nested as the value is."""
    told = {
        body: ask(backend, f"{backend.url}/logs/", body=body, headers=JSON).json()
        for body in (b'{"job": "7"}', b'[{"event": "e", "job": "7"}, {"job": "7"}]', b"1")
    }

    required = ["This field is required."]
    assert [{"event": required}, {"1": {"event": required}}] == list(told.values())[:2]
    assert ["non_field_errors"] == list(told[b"1"])


def test_a_body_that_is_no_json_is_refused_with_the_position(backend: FakeBackend) -> None:
    """The words of the framework's parser, in the form of either API."""
    first = ask(backend, f"{backend.url}/logs/", body=b'{"a": }', headers=JSON)
    second = ask(backend, backend.url + BULK, body=b'{"a": }', headers=JSON)

    sentence = "JSON parse error - Expecting value: line 1 column 7 (char 6)"
    assert (400, 400) == (first.status_code, second.status_code)
    assert (sentence, sentence) == (first.json()["detail"], second.json()["error"]["message"])


def test_a_body_of_another_type_is_415_with_the_type(backend: FakeBackend) -> None:
    """The whole header is repeated, as the framework does."""
    kind = "text/plain; charset=utf-8"
    answer = ask(backend, f"{backend.url}/logs/", body=b"{}", headers={"Content-Type": kind})

    assert (415, f'Unsupported media type "{kind}" in request.') == (answer.status_code, answer.json()["detail"])


def test_a_method_that_is_not_there_is_405_and_says_which_are(backend: FakeBackend) -> None:
    """``Allow`` in the framework's order."""
    answer = ask(backend, f"{backend.url}/sdk/tasks/", "DELETE")

    assert (405, 'Method "DELETE" not allowed.') == (answer.status_code, answer.json()["detail"])
    assert "GET, HEAD, OPTIONS" == answer.headers["Allow"]


def test_a_refusal_of_the_second_api_is_the_published_envelope(backend: FakeBackend) -> None:
    """``error`` with code, message and details, ``meta`` with the request's id, whatever was wrong."""
    answers = [
        ask(backend, f"{backend.url}/v2/tasks/?project=x", "GET"),
        ask(backend, f"{backend.url}/v2/nothing/", "GET"),
        ask(backend, f"{backend.url}/v2/tasks/", "DELETE"),
        ask(backend, backend.url + BULK, body=b"[]", headers=JSON),
    ]

    assert [400, 404, 405, 400] == [answer.status_code for answer in answers]
    for answer in answers:
        body = answer.json()
        assert {"error", "meta"} == set(body)
        assert {"code", "message", "details"} <= set(body["error"])
        assert body["meta"]["request_id"].startswith("req_")
    assert [{"field", "message"}] == [set(one) for one in answers[0].json()["error"]["details"]]


def test_a_nul_in_a_body_is_refused_by_its_place(backend: FakeBackend) -> None:
    """No database that the backend runs on stores one."""
    answer = ask(backend, f"{backend.url}/logs/", body=b'{"event": "a\\u0000", "job": "7"}', headers=JSON)

    assert (400, {"event": ["Null characters are not allowed."]}) == (answer.status_code, answer.json())
