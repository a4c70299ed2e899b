"""What is sent again, how often, and after which waits (contract.md 1.2 and 1.4)."""

from __future__ import annotations

from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripted import START, Answer, CountingClock

from fake_backend.transports.in_process import ConnectionRefused, HangUp, NoAnswer, Reset
from sdk.clients.errors import (
    ClientConnectionError,
    ClientTimeoutError,
    ConfigurationError,
    IncompleteResponseError,
    RateLimitError,
    ServerError,
)
from sdk.clients.retry import (
    DEFAULT_RETRY_ON_STATUS,
    EXPORT_LIST_RETRY_ON_STATUS,
    PagePolicy,
    Timeouts,
    retry_after_seconds,
)


@given(st.integers(0, 200_000))
def test_retry_after_means_the_same_in_seconds_and_as_a_date_and_never_more_than_a_minute(seconds) -> None:
    """RFC 9110, 10.2.3; a date is judged by the clock in use; contract.md 1.2 clamps to 60 s."""
    clock = CountingClock()
    clock.sleep(1000)
    later = format_datetime(clock.now() + timedelta(seconds=seconds))

    assert min(seconds, 60) == retry_after_seconds(f" {seconds} ", clock)
    assert min(seconds, 60) == retry_after_seconds(later, clock)
    assert retry_after_seconds(format_datetime(START), clock) == 0


@pytest.mark.parametrize("value", [None, "", "soon", "-1", "1.5", "٣"])
def test_a_retry_after_that_cannot_be_read_says_nothing(value) -> None:
    """A broken header must not break the retry that it was meant to guide."""
    assert retry_after_seconds(value, CountingClock()) is None


@pytest.mark.parametrize("method", ["get", "post", "put", "patch"])
@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_error_is_sent_again_three_times_and_its_answer_kept(v1, clock, method, status) -> None:
    """Waits of 0, 4 and 8 s; the last status and body reach the caller instead of "retries exhausted"."""
    client, backend = v1(lambda _: Answer(status, {"error_type": "gpu_unavailable"}))

    with pytest.raises(ServerError, match="gpu_unavailable") as failure:
        getattr(client, method)("projects/1")

    assert 4 == len(backend.asked)
    assert [4, 8] == clock.waits
    assert (status, {"error_type": "gpu_unavailable"}) == (failure.value.status, failure.value.detail)


@pytest.mark.parametrize(("status", "error"), [(429, RateLimitError), (503, ServerError)])
def test_retry_after_is_honoured_on_the_clock_and_capped(v1, clock, status, error) -> None:
    """A server that asks for a day gets a minute (incidents.md 4, SYN-7062)."""
    client, backend = v1(lambda _: Answer(status, {}, {"Retry-After": "99999"}))

    with pytest.raises(error) as failure:
        client.get("projects/1")

    assert 4 == len(backend.asked)
    assert [60, 60, 60] == clock.waits
    assert 60 == failure.value.retry_after


@pytest.mark.parametrize(("status", "error"), [(429, RateLimitError), (500, ServerError), (520, ServerError)])
def test_other_failures_of_the_server_are_not_the_transports_to_repeat(v1, clock, status, error) -> None:
    """429 without ``Retry-After``, 500 and 52x arrive once; page retries may ask again."""
    client, backend = v1(lambda _: Answer(status, {}))

    with pytest.raises(error):
        client.get("projects/1")

    assert 1 == len(backend.asked)
    assert [] == clock.waits


@pytest.mark.parametrize("signal", [NoAnswer, HangUp, Reset])
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_write_whose_answer_is_lost_arrives_once(v1, clock, method, signal) -> None:
    """It may have been done: the caller learns that, and nothing is written twice (incidents.md 4, SYN-7486)."""
    client, backend = v1(lambda _: signal())

    with pytest.raises(IncompleteResponseError, match="may have been done"):
        getattr(client, method)("logs", {"event": "x"})

    assert 1 == len(backend.asked)
    assert [] == clock.waits


@pytest.mark.parametrize(
    ("signal", "error"),
    [(NoAnswer, ClientTimeoutError), (HangUp, ClientConnectionError), (Reset, ClientConnectionError)],
)
@pytest.mark.parametrize("method", ["get", "put"])
def test_a_read_or_a_replacement_whose_answer_is_lost_is_sent_four_times(v1, clock, method, signal, error) -> None:
    """Doing it twice does no harm (contract.md 1.2)."""
    client, backend = v1(lambda _: signal())

    with pytest.raises(error):
        getattr(client, method)("projects/1")

    assert 4 == len(backend.asked)
    assert [4, 8] == clock.waits


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_refused_connection_is_tried_again_whatever_the_method(v1, clock, method) -> None:
    """Nothing was sent, so nothing can have been done."""
    client, backend = v1(lambda _: ConnectionRefused())

    with pytest.raises(ClientConnectionError, match="refused") as failure:
        getattr(client, method)("projects/1")

    assert not isinstance(failure.value, IncompleteResponseError)
    assert 4 == len(backend.asked)
    assert [4, 8] == clock.waits


@given(st.integers(0, 40), st.floats(0, 10), st.floats(0, 100))
def test_waits_between_pages_double_up_to_the_cap(attempt, backoff, cap) -> None:
    """No wait is longer than the cap, and none is shorter than the one before it."""
    policy = PagePolicy(backoff=backoff, cap=cap)

    assert 0 <= policy.wait(attempt) <= policy.wait(attempt + 1) <= cap


def test_the_export_policy_is_that_of_the_contract() -> None:
    """6 retries after 2, 4, 8, 16, 30, 30 s; 500 for export lists only, the default untouched (export guide)."""
    policy = PagePolicy.export_default()

    assert [2, 4, 8, 16, 30, 30] == [policy.wait(attempt) for attempt in range(policy.retries)]
    assert {502, 503, 504} == DEFAULT_RETRY_ON_STATUS
    assert 500 in EXPORT_LIST_RETRY_ON_STATUS
    assert Timeouts(5, 30) == policy.timeouts


def test_the_environment_overrides_each_part_of_the_export_policy() -> None:
    """The names are those of the reference client (contract.md 1.4)."""
    policy = PagePolicy.export_default().with_environment(
        {
            "SYNAPSE_EXPORT_PAGE_RETRIES": "1",
            "SYNAPSE_EXPORT_PAGE_RETRY_BACKOFF": "0.5",
            "SYNAPSE_EXPORT_THROTTLE_SECONDS": "0",
            "SYNAPSE_EXPORT_READ_TIMEOUT": "7",
        }
    )

    assert (1, 0.5, 0.0, Timeouts(5, 7)) == (policy.retries, policy.backoff, policy.throttle, policy.timeouts)
    assert PagePolicy.export_default() == PagePolicy.export_default().with_environment({})


@pytest.mark.parametrize("value", ["many", "-1", "inf", "nan"])
def test_a_tunable_that_is_no_number_is_refused_by_name(value) -> None:
    """A typing error in an environment must not become a default in silence."""
    with pytest.raises(ConfigurationError, match=f"SYNAPSE_EXPORT_PAGE_RETRIES is '{value}'"):
        PagePolicy().with_environment({"SYNAPSE_EXPORT_PAGE_RETRIES": value})
