"""Presigned URLs: what we hand out is what boto3 would, and it opens what was signed for as long as it says."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from hypothesis import example, given
from hypothesis import strategies as st

from fake_backend.core.clock import VirtualClock

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
# urllib3 resolves "." and ".." in any URL before it sends it, as browsers do: no such key survives there or here.
SENDABLE_KEYS = KEYS.filter(lambda key: not {".", ".."} & set(key.split("/")))
INSTANTS = st.integers(1_577_836_800, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(key=KEYS, issued_at=INSTANTS, expires_in=st.integers(1, 604_800), method=st.sampled_from(["get", "put", "head"]))
def test_a_url_is_the_one_that_boto3_would_hand_out(clients, make_place, key, issued_at, expires_in, method):
    """The oracle is boto3 itself, at the same instant: equal to the letter."""
    place = make_place()
    with patch("botocore.auth.get_current_datetime", return_value=issued_at):
        theirs = clients(place).generate_presigned_url(
            f"{method}_object", Params={"Bucket": "media", "Key": key}, ExpiresIn=expires_in
        )

    assert theirs == place.url(key, method=method.upper(), expires_in=expires_in, issued_at=issued_at)


@given(key=SENDABLE_KEYS, body=st.binary(max_size=100))
@example(key="한글/사진 (1)+%2B&=?#~.jpg", body=b"1")
@example(key="/leading//double/", body=b"2")
def test_a_url_reads_back_what_was_stored_under_any_key(make_place, key, body):
    """Whatever is in a key, requests gets the object with the URL as it was handed out."""
    place = make_place()
    place.store.put("media", key, body)

    assert body == place.ask_as_requests("GET", place.url(key)).body


@given(key=SENDABLE_KEYS, body=st.binary(max_size=100))
def test_a_url_for_put_writes_under_any_key(make_place, key, body):
    """A client without credentials uploads with a URL that was signed for that."""
    place = make_place()

    assert 200 == place.ask_as_requests("PUT", place.url(key, method="PUT"), data=body).status
    assert {key: body} == {name: place.store.get("media", name) for name in place.store.keys("media")}


@pytest.mark.parametrize("elapsed", [0, 1, 3599.7])
def test_a_url_is_good_until_it_expires_and_no_longer(stored, elapsed):
    """Expiry is judged by the world's clock alone; SigV4 dates are whole seconds, so the fraction is lost."""
    url = stored.url("a", expires_in=3600)
    stored.clock.advance(elapsed)
    assert 200 == stored.ask("GET", url).status

    stored.clock.advance(3600 - elapsed)
    reply = stored.ask("GET", url)
    assert (403, "AccessDenied") == reply.refusal
    expected = {
        "Message": "Request has expired",
        "X-Amz-Expires": "3600",
        "Expires": "2026-03-02T11:30:15Z",
        "ServerTime": "2026-03-02T11:30:15Z",
    }
    assert expected == {name: reply.error[name] for name in expected}


def test_a_url_has_expired_at_the_very_instant(make_place):
    """On a clock of whole seconds: the last moment before is good, the instant itself is past."""
    place = make_place(VirtualClock(datetime(2026, 3, 2, 10, 30, 15, tzinfo=UTC)))
    place.store.put("media", "a", b"hello")
    url = place.url("a", expires_in=60)
    place.clock.advance(59.999)
    assert 200 == place.ask("GET", url).status

    place.clock.advance(0.001)
    assert (403, "AccessDenied") == place.ask("GET", url).refusal


def test_a_url_expires_by_the_worlds_clock_wherever_it_was_signed(stored, boto):
    """A foreign boto3 dates its URL by the machine; the world's own time decides."""
    with patch("botocore.auth.get_current_datetime", return_value=stored.clock.now()):
        url = boto.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a"}, ExpiresIn=60)
    assert 200 == stored.ask("GET", url).status

    stored.clock.advance(60)
    assert (403, "AccessDenied") == stored.ask("GET", url).refusal


@pytest.mark.parametrize(
    ("expires_in", "status", "code", "message"),
    [
        (604_800, 200, None, None),
        (604_801, 400, "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds)"),
        (10**12, 400, "AuthorizationQueryParametersError", "X-Amz-Expires must be less than a week (in seconds)"),
        (0, 403, "AccessDenied", "Request has expired"),
        (-1, 400, "AuthorizationQueryParametersError", "X-Amz-Expires must be non-negative"),
        ("soon", 400, "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"),
        ("1.5", 400, "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"),
        ("\uff19", 400, "AuthorizationQueryParametersError", "X-Amz-Expires should be a number"),
    ],
)
def test_a_url_is_good_for_seven_days_at_most(stored, expires_in, status, code, message):
    """Rightly signed all the same: the number of seconds is refused with AWS's status, code and sentence."""
    reply = stored.ask("GET", stored.url("a", expires_in=expires_in))

    assert status == reply.status
    if code:
        assert code == reply.error["Code"]
        assert reply.error["Message"].startswith(message)


def test_percent_encoding_may_differ_from_ours(stored):
    """Some clients leave a slash in a query bare or encode what need not be; S3 reads before it compares."""
    url = stored.url("a")
    bare = url.replace("%2F", "/").replace("/media/", "/m%65dia/")

    assert bare != url
    assert 200 == stored.ask("GET", bare).status


def test_a_blank_may_be_a_plus(stored, boto):
    """In a query, as in a form: some clients write it so, and S3 reads both."""
    params = {"Bucket": "media", "Key": "a", "ResponseContentDisposition": "two words"}
    with patch("botocore.auth.get_current_datetime", return_value=stored.clock.now()):
        url = boto.generate_presigned_url("get_object", Params=params)
    reply = stored.ask("GET", url.replace("two%20words", "two+words"))

    assert "two words" == reply.headers["content-disposition"]


def test_the_last_day_of_the_calendar_does_not_overflow(stored):
    """A URL of the year 9999 that is good beyond it is good."""
    url = stored.url("a", issued_at=datetime(9999, 12, 31, tzinfo=UTC), expires_in=604_800)

    assert 200 == stored.ask("GET", url).status


@pytest.mark.parametrize("sent", [{}, {"x-amz-meta-a": "2"}, {"x-amz-meta-a": ""}])
def test_a_signed_header_has_to_come_as_it_was_signed(stored, boto, sent):
    """Lacking or different: recorded from AWS as a signature that does not match."""
    params = {"Bucket": "media", "Key": "m", "Metadata": {"a": "1"}}
    with patch("botocore.auth.get_current_datetime", return_value=stored.clock.now()):
        url = boto.generate_presigned_url("put_object", Params=params)

    assert (403, "SignatureDoesNotMatch") == stored.ask("PUT", url, sent, b"1").refusal
    assert 200 == stored.ask("PUT", url, {"x-amz-meta-a": " 1 "}, b"1").status
    assert {"a": "1"} == boto.head_object(Bucket="media", Key="m")["Metadata"]


def test_a_content_type_counts_where_it_was_signed(stored, boto):
    """Recorded from AWS: signed, it has to be the same; not signed, it may be any."""
    with patch("botocore.auth.get_current_datetime", return_value=stored.clock.now()):
        signed = boto.generate_presigned_url(
            "put_object", Params={"Bucket": "media", "Key": "m", "ContentType": "image/png"}
        )
    plain = stored.url("m", method="PUT")

    assert (403, "SignatureDoesNotMatch") == stored.ask("PUT", signed, {"Content-Type": "image/gif"}, b"1").refusal
    assert 200 == stored.ask("PUT", signed, {"Content-Type": "image/png"}, b"1").status
    assert 200 == stored.ask("PUT", plain, {"Content-Type": "image/gif"}, b"1").status
    assert "image/gif" == boto.head_object(Bucket="media", Key="m")["ContentType"]


def test_a_boto3_client_of_default_configuration_presigns_sigv4(boto):
    """That is what the region is for: in us-east-1 it would be SigV2."""
    url = boto.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a"})

    assert re.search(
        r"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA[A-Z2-7]{16}%2F\d{8}%2Fap-northeast-2", url
    )


def test_a_url_may_be_dated_ahead_only_as_far_as_clocks_differ(make_place):
    """Under the system's clock 15 minutes are forgiven; under a virtual one no date is too far ahead."""
    strict, lenient = make_place(judge_skew=True), make_place()
    for place in (strict, lenient):
        place.store.put("media", "a", b"hello")
    ahead = strict.clock.now() + timedelta(minutes=15)
    near, far = (strict.url("a", issued_at=ahead + timedelta(seconds=seconds)) for seconds in (0, 1))

    assert [200, 200] == [place.ask("GET", near).status for place in (strict, lenient)]
    assert 200 == lenient.ask("GET", far).status
    reply = strict.ask("GET", far)
    assert (403, "AccessDenied") == reply.refusal
    expected = {"Message": "Request is not yet valid", "X-Amz-Date": "1772448316000"}
    assert expected == {name: reply.error[name] for name in expected}


def test_a_body_that_the_url_foretells_has_to_come(stored):
    """Some signers put the body's hash into the URL: then it counts."""
    foretold = hashlib.sha256(b"foretold").hexdigest()
    request = AWSRequest("PUT", f"http://storage.test/media/h?X-Amz-Content-Sha256={foretold}")
    signer = S3SigV4QueryAuth(stored.store.credentials, "s3", "ap-northeast-2")
    signer.payload = lambda _: foretold
    with patch("botocore.auth.get_current_datetime", return_value=stored.clock.now()):
        signer.add_auth(request)

    assert (400, "XAmzContentSHA256Mismatch") == stored.ask("PUT", request.url, body=b"other").refusal
    assert 200 == stored.ask("PUT", request.url, body=b"foretold").status
