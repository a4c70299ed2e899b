"""Lists come whole and in order, whatever their pages look like."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer, CountingClock, Pieces, Scripted

from fake_backend import FakeBackend
from fake_backend.transports.in_process import HangUp, InProcess, Mount, NoAnswer
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clients.errors import (
    ClientConnectionError,
    ClientTimeoutError,
    NotFoundError,
    OpaqueCursorError,
    PaginationLoopError,
    RateLimitError,
    ResponseError,
    ServerError,
)
from sdk.clients.pagination import page_of, unwrapped, walk_pages
from sdk.clients.retry import EXPORT_LIST_RETRY_ON_STATUS, PagePolicy

numbers = itertools.count(1)
page_sizes = st.lists(st.integers(0, 4), min_size=1, max_size=6)


def pages_of(sizes):
    """Cut rows 1, 2, 3 ... into pages of the given sizes."""
    ids = itertools.count(1)
    return [[{"id": next(ids)} for _ in range(size)] for size in sizes]


def v1_page(rows, following):
    return {"next": following, "previous": None, "results": rows}


def v2_page(rows, following):
    return {"data": rows, "meta": {"request_id": "r", "pagination": {"next_cursor": following, "per_page": 4}}}


def bare_page(rows, following):
    return {"next": following, "previous": None, "results": rows}


@pytest.fixture(scope="module")
def paged():
    """Answer lists of pages at one host, a new list for each call."""
    script = {}
    application = Scripted(lambda asked: script["answer"](asked))  # noqa: PLW0108  (looked up at each call)
    host = f"pages-{next(numbers)}.fake-backend.invalid"

    def serve(pages, envelope, absolute):
        def answer(asked):
            number = int(asked.query.get("cursor", ["0"])[0])
            path = f"{asked.path}?cursor={number + 1}"
            link = f"http://{host}{path}" if absolute else path
            return envelope(pages[number], link if number + 1 < len(pages) else None)

        application.asked.clear()
        script["answer"] = answer
        return f"http://{host}", application

    with InProcess([Mount(host, application)]):
        yield serve


@pytest.fixture(scope="module")
def paged_by_token():
    """Answer a list of two pages at one host, the first of which names the second by a token."""
    script = {}
    application = Scripted(
        lambda asked: v2_page([{"id": 2}], None) if "cursor" in asked.query else v2_page([{"id": 1}], script["token"])
    )
    host = f"pages-{next(numbers)}.fake-backend.invalid"

    def serve(token):
        application.asked.clear()
        script["token"] = token
        return f"http://{host}", application

    with InProcess([Mount(host, application)]):
        yield serve


@given(sizes=page_sizes, envelope=st.sampled_from([v1_page, v2_page, bare_page]), absolute=st.booleans())
def test_a_walk_is_the_pages_one_after_the_other(paged, sizes, envelope, absolute) -> None:
    """Each envelope, links as URL or path, empty pages in the middle: one request each, every row once."""
    pages = pages_of(sizes)
    url, backend = paged(pages, envelope, absolute)
    options = {"user_token": "t", "clock": CountingClock()}
    with BackendClient(url, **options) as v1, BackendV2Client(url, **options) as v2:
        rows = list(v2.tasks.list()) if envelope is v2_page else list(v1.walk("sdk/tasks"))

    assert list(itertools.chain(*pages)) == rows
    assert len(pages) == len(backend.asked)


@pytest.mark.parametrize("mode", ["cursor", "page"])
def test_both_modes_of_the_fake_give_the_same_rows(mode) -> None:
    """Cursor and page-number links are followed as given; filters and page size travel in them (contract.md 3.2)."""
    document = {
        "tenants": [{"code": "acme", "name": "Acme"}],
        "users": [{"id": 1, "tenant": "acme"}],
        "tokens": [{"user": 1, "kind": "user", "token": "t-0123456789"}],
        "projects": [{"id": number, "tenant": "acme", "title": "P", "data_collection": None} for number in (1, 2)],
        "tasks": [{"id": number, "project": 1 + number % 2, "data_unit": None, "data": {}} for number in range(1, 42)],
    }
    with (
        FakeBackend(document) as backend,
        BackendClient(backend.url, user_token="t-0123456789", tenant="acme") as client,
    ):
        rows = client.walk("sdk/tasks", {"project": 2, "page_size": 4, "ordering": "-id"}, cursor=mode == "cursor")

        assert list(range(41, 0, -2)) == [row["id"] for row in rows]
        assert 21 == client.count("sdk/tasks", {"project": 2})


def test_a_walk_asks_for_a_page_when_its_rows_are_wanted(v1, clock) -> None:
    """Nothing is fetched ahead, and between pages the throttle passes."""
    client, backend = v1([v1_page([{"id": 1}], "/sdk/tasks/?cursor=2"), v1_page([{"id": 2}], None)])
    rows = client.walk("sdk/tasks", {"page_size": 1}, policy=PagePolicy(throttle=0.2))

    assert 0 == len(backend.asked)
    assert {"id": 1} == next(rows)
    assert 1 == len(backend.asked)
    assert [{"id": 2}] == list(rows)
    assert [0.2] == clock.waits
    assert {"pagination": ["cursor"], "page_size": ["1"]} == backend.asked[0].query
    assert {"cursor": ["2"]} == backend.asked[1].query


def test_the_callers_pagination_wins(v1) -> None:
    """contract.md 3.2: caller keys win."""
    client, backend = v1([v1_page([], None), v1_page([], None)])
    list(client.walk("sdk/tasks", {"pagination": "page"}))
    list(client.walk("sdk/tasks", cursor=False))

    assert [{"pagination": ["page"]}, {}] == [asked.query for asked in backend.asked]


@pytest.mark.parametrize("link", ["/sdk/tasks/?pagination=cursor", "/sdk/tasks/?cursor=1"])
def test_a_link_that_comes_again_is_an_error_and_not_the_end(v1, link) -> None:
    """A list that ends in silence there would pass for whole (contract.md 1.3)."""
    client, backend = v1(lambda _: v1_page([{"id": 1}], link))

    with pytest.raises(PaginationLoopError, match="second time"):
        list(client.walk("sdk/tasks"))
    assert len(backend.asked) <= 2


@given(token=st.from_regex(r"[A-Za-z0-9+=._-][A-Za-z0-9+/=._-]{0,40}", fullmatch=True))
def test_a_token_of_v2_is_sent_with_every_parameter_of_the_first_page(paged_by_token, token) -> None:
    """The OpenAPI file's examples show a bare token (contract.md 1.3, trap): alone it would lose filter and order."""
    url, backend = paged_by_token(token)
    with BackendV2Client(url, user_token="t", clock=CountingClock()) as v2:
        rows = list(v2.tasks.list(project=3, is_discarded=False, per_page=2, sort="id"))

    first, second = (asked.query for asked in backend.asked)
    assert [{"id": 1}, {"id": 2}] == rows
    assert {"project": ["3"], "is_discarded": ["false"], "per_page": ["2"], "sort": ["id"]} == first
    assert {**first, "cursor": [token]} == second
    assert 1 == len({asked.path for asked in backend.asked})


def test_a_token_that_comes_again_is_an_error(v2) -> None:
    """As with a link: a list that ends in silence there would pass for whole."""
    client, backend = v2(lambda _: v2_page([{"id": 1}], "cD0yMDI2LTAx"))

    with pytest.raises(PaginationLoopError, match="second time"):
        list(client.tasks.list())
    assert 2 == len(backend.asked)


def test_a_token_of_v1_fails_before_its_page_is_handed_out(v1) -> None:
    """Every source has a URL there; what else it is, nobody knows, and half of the rows are not to be saved."""
    client, backend = v1(lambda _: v1_page([{"id": 1}], "cD0yMDI2LTAx"))

    with pytest.raises(OpaqueCursorError, match="cD0yMDI2LTAx"):
        next(client.walk("sdk/tasks"))
    assert 1 == len(backend.asked)


PAGE = v1_page([{"id": 1}], None)
BROKEN = [  # what comes, as what it ends, how often it arrives for one try of the page, and the waits within a try
    pytest.param(Answer(500, {}), ServerError, 1, [], id="500"),
    pytest.param(Answer(520, {}), ServerError, 1, [], id="520"),
    pytest.param(Answer(503, {}), ServerError, 4, [4, 8], id="503"),
    pytest.param(Answer(429, {}), RateLimitError, 1, [], id="429"),
    pytest.param(Answer(200, b"<html>half a page"), ClientConnectionError, 1, [], id="no JSON"),
    pytest.param(Answer(200, Pieces(b'{"results": [', HangUp())), ClientConnectionError, 4, [4, 8], id="cut"),
    pytest.param(NoAnswer(), ClientTimeoutError, 4, [4, 8], id="no answer"),
]


@pytest.mark.parametrize(("broken", "error", "arrivals", "waits"), BROKEN)
def test_a_page_that_fails_is_asked_for_again_after_growing_waits(v1, clock, broken, error, arrivals, waits) -> None:
    """Export guide, bounded retry: a bad page does not kill an export, and the budget is bounded."""
    policy = PagePolicy(retries=2, retry_on_status=EXPORT_LIST_RETRY_ON_STATUS)
    healing, _ = v1([broken] * 2 * arrivals + [PAGE])
    failing, backend = v1(lambda _: broken)

    assert [{"id": 1}] == list(healing.walk("sdk/tasks", policy=policy))
    clock.sleeps.clear()
    with pytest.raises(error):
        list(failing.walk("sdk/tasks", policy=policy))
    assert 3 * arrivals == len(backend.asked)
    assert [*waits, 2, *waits, 4, *waits] == clock.waits


@pytest.mark.parametrize("status", [500, 520])
def test_outside_of_exports_these_statuses_are_not_repeated(v1, clock, status) -> None:
    """The export's policy is the export's alone; the client's default stays 502, 503, 504 (export guide)."""
    client, backend = v1(lambda _: Answer(status, {}))

    with pytest.raises(ServerError):
        list(client.walk("sdk/tasks", policy=PagePolicy(retries=3)))
    assert 1 == len(backend.asked)
    assert [] == clock.waits


def test_what_asking_again_cannot_mend_is_not_asked_again(v1) -> None:
    """A 404 will be one next time."""
    client, backend = v1(lambda _: Answer(404, {}))

    with pytest.raises(NotFoundError):
        list(client.walk("sdk/tasks", policy=PagePolicy.export_default()))
    assert 1 == len(backend.asked)


def test_retries_of_a_page_begin_with_a_new_connection(v1) -> None:
    """A broken kept-alive connection failed every retry of an export (incidents.md 2, SYN-7443)."""
    connections = []

    class Watching(Scripted):
        def __call__(self, environ, start_response):
            connections.append(environ["fake_backend.connection"])
            return super().__call__(environ, start_response)

    client, _ = v1(Watching([v1_page([], "/sdk/tasks/?cursor=1"), Answer(500, {}), PAGE]))
    policy = PagePolicy(retries=1, retry_on_status=frozenset({500}))

    assert [{"id": 1}] == list(client.walk("sdk/tasks", policy=policy))
    first, failed, retried = connections
    assert first is failed
    assert failed is not retried


@pytest.mark.parametrize(
    "body",
    [
        [],
        None,
        3,
        {},
        {"results": {}},
        {"results": [1]},
        {"data": {"id": 1}, "meta": {}},
        {"data": [], "meta": {"pagination": {"next_cursor": 3}}},
    ],
)
def test_json_that_is_no_page_is_refused(body) -> None:
    """An error says what came, instead of an export of nothing."""
    with pytest.raises(ResponseError, match="GET /x: "):
        page_of(body, url="/x")


def test_an_envelope_is_one_if_and_only_if_it_has_both_keys() -> None:
    """contract.md 1.3."""
    assert 1 == unwrapped({"data": 1, "meta": {}})
    assert {"data": 1} == unwrapped({"data": 1})
    assert {"meta": 1} == unwrapped({"meta": 1})
    assert (None, 0) == (page_of({"results": []}, url="").count, page_of({"results": [], "count": 0}, url="").count)


class Walked:
    """A transport whose links are drawn anew each time, whatever page they lead to."""

    def __init__(self, pages):
        self._pages, self.asked = pages, 0
        self.clock = self.redactor = self

    def sleep(self, seconds):
        del seconds

    def text(self, text):
        return text

    def address(self, path, params):
        return f"{path}?{params}"

    def link(self, reference, *, current):
        del current
        return reference

    def forget_connections(self):
        return None

    def request(self, *_, **__):
        rows = self._pages[min(self.asked, len(self._pages) - 1)]
        self.asked += 1
        return {"results": rows, "next": f"/tasks/?cursor={self.asked}"}


@pytest.mark.parametrize("rows", [[{"id": 3}, {"id": 2}], []])
def test_a_walk_whose_links_are_always_new_ends_all_the_same(rows):
    """Tokens that differ each time hide a page that is given for ever; its rows do not, nor that there are none."""
    transport = Walked([[{"id": 5}, {"id": 4}], rows])
    with pytest.raises(PaginationLoopError, match="the list would never end"):
        list(walk_pages(transport, "/sdk/tasks/", None, PagePolicy()))

    assert transport.asked <= (3 if rows else 1_002)
