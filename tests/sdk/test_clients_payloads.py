"""Payloads in storage: fetched in parallel, handed on in order, checked (contract.md 3.3, incidents.md 3)."""

from __future__ import annotations

import hashlib
import json
import logging
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import Answer, CountingClock, Pieces, Scripted

from fake_backend import FakeBackend
from fake_backend.transports.in_process import HangUp, InProcess, Mount, NoAnswer, Reset
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clients.errors import (
    NotFoundError,
    PayloadError,
    PayloadMismatchError,
    PayloadTooLargeError,
    PayloadWrapperError,
)
from sdk.clients.payloads import PayloadFetcher, is_wrapper

BODY = json.dumps({"annotations": [{"라벨": 1}]}, ensure_ascii=False).encode()
PAYLOAD = json.loads(BODY)
payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["mode", "a", "data"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def wrapper(url, body=BODY, **changes):
    declared = {"size": len(body), "data_digest": hashlib.sha256(body).hexdigest()}
    return {"mode": "presigned", "presigned_url": url, **declared, **changes}


@pytest.fixture
def fetcher(clock):
    with PayloadFetcher(clock=clock) as made:
        yield made


@pytest.fixture(scope="module")
def shelf():
    """Serve any payload by its number."""
    bodies = {}
    application = Scripted(lambda asked: Answer(200, bodies[asked.path]))
    with InProcess([Mount("shelf.fake-backend.invalid", application)]):
        yield bodies


@given(rows=st.lists(st.tuples(payloads, st.sampled_from(["plain", "presigned", "truncated", "inline"])), max_size=30))
def test_each_row_gets_its_own_payload_in_the_order_of_the_rows(shelf, rows) -> None:
    """Whatever the mix of wrappers and plain payloads, and however many threads are under way."""
    shelf.clear()
    given_rows = []
    for number, (payload, kind) in enumerate(rows):
        body = json.dumps(payload).encode()
        shelf[f"/{number}"] = body
        data = wrapper(f"http://shelf.fake-backend.invalid/{number}", body)
        if kind == "truncated":
            data |= {"mode": "inline", "truncated": True}
        elif kind == "inline":
            data = {"mode": "inline", "truncated": False, "data": payload}
        elif kind == "plain":
            data = payload if not is_wrapper(payload) else {"plain": payload}
            rows[number] = (data, kind)
        given_rows.append({"id": number, "data": data, "extra": number})
    with PayloadFetcher(clock=CountingClock(), workers=3, look_ahead=4) as fetcher:
        got = list(fetcher.resolve(iter(given_rows)))

    assert [{"id": n, "data": payload, "extra": n} for n, (payload, _) in enumerate(rows)] == got
    assert 0 == fetcher.unverified


def test_downloads_run_beside_each_other_and_not_further_ahead_than_agreed(mount, clock) -> None:
    """Three workers meet in the backend; no row is pulled before the look-ahead allows it.

    Source: export guide, limits and future work.
    """
    meeting = threading.Barrier(3)
    pulled = []

    def script(_):
        meeting.wait(timeout=30)
        return Answer(200, BODY)

    url, _ = mount(script)

    def rows():
        for number in range(9):
            pulled.append(number)
            yield {"id": number, "data": wrapper(f"{url}/{number}")}

    with PayloadFetcher(clock=clock, workers=3, look_ahead=3) as fetcher:
        resolved = fetcher.resolve(rows())
        first = next(resolved)
        ahead = len(pulled)
        rest = list(resolved)

    assert 4 == ahead
    assert list(range(9)) == [row["id"] for row in [first, *rest]]


def test_leaving_early_stops_the_downloads(mount, clock) -> None:
    """A consumer that fails must not leave threads behind that go on downloading."""
    before = threading.active_count()
    url, backend = mount(lambda _: Answer(200, BODY))
    with PayloadFetcher(clock=clock, workers=2, look_ahead=2) as fetcher:
        resolved = fetcher.resolve({"id": n, "data": wrapper(f"{url}/{n}")} for n in range(100))
        next(resolved)
        resolved.close()

    assert before == threading.active_count()
    assert len(backend.asked) <= 3


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "presigned",
        {},
        {"mode": "inline"},
        {"mode": "inline", "truncated": "no"},
        {"mode": "other", "presigned_url": "http://x"},
        {"presigned_url": "http://x", "size": 1},
    ],
)
def test_what_is_no_wrapper_is_the_payload(fetcher, data) -> None:
    """A payload may have a key ``mode`` of its own."""
    row = {"id": 1, "data": data}

    assert not is_wrapper(data)
    assert [row] == list(fetcher.resolve([row]))
    assert data == fetcher.fetch(1, data)


@pytest.mark.parametrize(
    "data",
    [
        {"mode": "presigned"},
        {"mode": "presigned", "presigned_url": ""},
        {"mode": "presigned", "presigned_url": 7},
        {"mode": "inline", "truncated": True, "size": 11_000_000, "inline_max_bytes": 10_485_760},
        {"mode": "inline", "truncated": False, "size": 10},
    ],
)
def test_a_wrapper_without_payload_or_url_is_an_error_that_names_the_row(fetcher, data) -> None:
    """The reference client exports the last of these as if it were the payload (contract.md 3.3)."""
    with pytest.raises(PayloadWrapperError, match="Row 41:") as refusal:
        list(fetcher.resolve([{"id": 41, "data": data}]))

    assert 41 == refusal.value.row_id


FLIPPED = BODY[:5] + bytes([BODY[5] ^ 1]) + BODY[6:]


@pytest.mark.parametrize("body", [FLIPPED, BODY + b" ", b"[" * 40], ids=["flipped", "longer", "other"])
def test_a_payload_that_is_not_what_was_declared_is_an_error_at_once(mount, clock, fetcher, body) -> None:
    """``size`` and ``data_digest`` are checked; another attempt would bring the same bytes."""
    url, backend = mount(lambda _: Answer(200, body))

    with pytest.raises(PayloadMismatchError, match="Row 7:"):
        fetcher.fetch(7, wrapper(url))
    assert 1 == len(backend.asked)
    assert [] == clock.waits


@pytest.mark.parametrize("digest", [None, "", "sha256:abc", "A" * 64, "g" * 64, 5])
def test_without_a_digest_of_the_known_form_a_payload_is_accepted_counted_and_logged_once(
    mount, fetcher, caplog, digest
) -> None:
    """Half a check is said, and not said a hundred thousand times."""
    url, _ = mount(lambda _: Answer(200, BODY))
    rows = [{"id": number, "data": wrapper(url, data_digest=digest)} for number in range(5)]
    with caplog.at_level(logging.WARNING, logger="sdk.clients.payloads"):
        assert [PAYLOAD] * 5 == [row["data"] for row in fetcher.resolve(rows)]

    assert 5 == fetcher.unverified
    assert 1 == len(caplog.records)


def test_without_a_digest_the_size_is_checked_all_the_same(mount, fetcher) -> None:
    """What is declared, holds."""
    url, _ = mount(lambda _: Answer(200, BODY + b" "))

    with pytest.raises(PayloadMismatchError, match=f"{len(BODY) + 1} bytes long, {len(BODY)}"):
        fetcher.fetch(7, wrapper(url, data_digest=None))


TRANSIENT = [
    pytest.param(Answer(429, {}), id="429"),
    pytest.param(Answer(500, {}), id="500"),
    pytest.param(Answer(503, {}), id="503"),
    pytest.param(HangUp(), id="hang up"),
    pytest.param(Reset(), id="reset"),
    pytest.param(NoAnswer(), id="no answer"),
    pytest.param(Answer(200, Pieces(BODY[:9], HangUp())), id="cut"),
    pytest.param(Answer(200, BODY[:9]), id="short"),
]


@pytest.mark.parametrize("broken", TRANSIENT)
def test_a_download_that_breaks_is_repeated_four_times(mount, clock, fetcher, broken) -> None:
    """1, 2, 4, 8 s (contract.md 3.3); the fifth failure is the row's (incidents.md 3, SYN-7490)."""
    healing, _ = mount([broken] * 4 + [Answer(200, BODY)])
    failing, backend = mount(lambda _: broken)

    assert fetcher.fetch(7, wrapper(healing)) == PAYLOAD
    assert [1, 2, 4, 8] == clock.waits
    with pytest.raises(PayloadError, match="Row 7:"):
        fetcher.fetch(7, wrapper(failing))
    assert 5 == len(backend.asked)


def test_a_body_that_is_no_json_may_be_cut_or_be_so_for_good(mount, clock, fetcher) -> None:
    """With a matching digest it lies in the storage like that; without one it is asked for again."""
    url, backend = mount(lambda _: Answer(200, b"{half"))

    with pytest.raises(PayloadError, match=r"Row 7: .* is no JSON"):
        fetcher.fetch(7, wrapper(url, b"{half"))
    assert 1 == len(backend.asked)
    with pytest.raises(PayloadError, match=r"Row 7: .* is no JSON"):
        fetcher.fetch(7, {"mode": "presigned", "presigned_url": url})
    assert 6 == len(backend.asked)
    assert [1, 2, 4, 8] == clock.waits


def test_retry_after_of_a_storage_is_honoured(mount, clock, fetcher) -> None:
    """The longer of the two waits counts."""
    url, _ = mount([Answer(503, {}, {"Retry-After": "30"}), Answer(200, BODY)])

    assert fetcher.fetch(7, wrapper(url)) == PAYLOAD
    assert [30] == clock.waits


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_link_that_is_too_old_is_asked_for_anew(mount, clock, fetcher, status) -> None:
    """At once, at most three times for a row, for that row alone (contract.md 3.3)."""
    url, backend = mount(lambda asked: Answer(200, BODY) if asked.path == "/fresh" else Answer(status, {}))
    renewed = []

    def reissue(row):
        renewed.append(row["id"])
        return wrapper(f"{url}/fresh" if len(renewed) == 3 else f"{url}/old")

    rows = [{"id": 7, "data": wrapper(f"{url}/old")}, {"id": 6, "data": wrapper(f"{url}/fresh")}]

    assert [PAYLOAD, PAYLOAD] == [row["data"] for row in fetcher.resolve(rows, reissue=reissue)]
    assert [7, 7, 7] == renewed
    assert [] == clock.waits
    assert 5 == len(backend.asked)


def test_after_three_new_links_the_row_is_given_up(mount, fetcher) -> None:
    """A storage that refuses every link is not asked for ever."""
    url, backend = mount(lambda _: Answer(403, {}))

    with pytest.raises(PayloadError, match=r"Row 7: .*3 new links") as failure:
        fetcher.fetch(7, wrapper(url), reissue=lambda: wrapper(url))
    assert 403 == failure.value.status
    assert 4 == len(backend.asked)


def test_a_new_link_may_be_the_payload_itself_or_fail(mount, fetcher) -> None:
    """What is no wrapper is a payload, and a failure to renew names the row."""
    url, _ = mount(lambda _: Answer(403, {}))

    def refuse():
        raise NotFoundError("gone", status=404)

    assert fetcher.fetch(7, wrapper(url), reissue=lambda: PAYLOAD) == PAYLOAD
    with pytest.raises(PayloadError, match=r"Row 7: .*gone"):
        fetcher.fetch(7, wrapper(url), reissue=refuse)


@pytest.mark.parametrize("status", [404, 410, 301])
def test_other_answers_are_final(mount, fetcher, status) -> None:
    """A 404 is not mended by time or by a new link (contract.md 3.3)."""
    url, backend = mount(lambda _: Answer(status, {}))

    with pytest.raises(PayloadError, match="Row 7:"):
        fetcher.fetch(7, wrapper(url), reissue=lambda: pytest.fail("a new link was asked for"))
    assert 1 == len(backend.asked)


def test_the_cap_holds_for_what_is_declared_and_for_what_streams_in(mount, clock) -> None:
    """A payload over the cap is refused before or while it comes, never after it filled the memory."""
    sent = []

    class Endless(Pieces):
        def __iter__(self):
            while len(sent) < 1000:
                sent.append(1)
                yield b"x" * 1024

    url, backend = mount(lambda _: Answer(200, Endless()))
    with PayloadFetcher(clock=clock, max_bytes=10 * 1024) as fetcher:
        with pytest.raises(PayloadTooLargeError, match=r"Row 7: .*cap of 10240"):
            fetcher.fetch(7, wrapper(url))
        with pytest.raises(PayloadTooLargeError, match=r"Row 7: .*10241 bytes"):
            fetcher.fetch(7, wrapper(url, size=10 * 1024 + 1))
    assert 1 == len(backend.asked)
    assert len(sent) < 100


def test_an_error_comes_at_the_turn_of_its_row(mount, fetcher) -> None:
    """Rows before it are handed on first, as if downloads were made one by one."""
    url, _ = mount(lambda asked: Answer(200, BODY) if asked.path != "/2" else Answer(404, {}))
    rows = fetcher.resolve({"id": n, "data": wrapper(f"{url}/{n}")} for n in range(5))

    assert [0, 1] == [next(rows)["id"], next(rows)["id"]]
    with pytest.raises(PayloadError, match="Row 2:"):
        next(rows)


@pytest.mark.parametrize(("workers", "look_ahead"), [(0, 1), (1, 0)])
def test_numbers_below_one_are_refused(clock, workers, look_ahead) -> None:
    """No worker, no payload."""
    with pytest.raises(ValueError, match="at least 1"):
        PayloadFetcher(clock=clock, workers=workers, look_ahead=look_ahead)


def test_the_fakes_presigned_payloads_arrive_and_expired_links_are_renewed() -> None:
    """End to end in process: bulk, expiry on the virtual clock, 403, a new link, the payload."""
    document = {
        "tenants": [{"code": "acme", "name": "Acme"}],
        "users": [{"id": 1, "tenant": "acme"}],
        "tokens": [{"user": 1, "kind": "user", "token": "t-0123456789"}],
        "projects": [{"id": 1, "tenant": "acme", "title": "P", "data_collection": None}],
        "tasks": [
            {"id": number, "project": 1, "data_unit": None, "data": {"n": number, "fill": "가" * 1000 * (number % 3)}}
            for number in range(1, 30)
        ],
    }
    with (
        FakeBackend(document) as backend,
        BackendV2Client(backend.url, user_token="t-0123456789", tenant="acme", clock=backend.clock) as client,
        PayloadFetcher(clock=backend.clock) as fetcher,
    ):
        rows = client.tasks.bulk_fetch(range(1, 30))
        backend.clock.sleep(8 * 86_400)
        renewed = []

        def reissue(row):
            renewed.append(row["id"])
            return client.tasks.bulk_fetch([row["id"]])[0]["data"]

        got = list(fetcher.resolve(rows, reissue=reissue))

    assert [{"n": n, "fill": "가" * 1000 * (n % 3)} for n in range(1, 30)] == [row["data"] for row in got]
    assert sorted(row["id"] for row in rows if is_wrapper(row["data"])) == sorted(renewed)
    assert renewed
    assert 0 == fetcher.unverified
