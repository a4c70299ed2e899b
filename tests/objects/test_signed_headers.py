"""Requests signed by header: what botocore signs is let through, whatever else is said is refused as S3 refuses it."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

URL = "http://storage.test/media/a"


def test_a_request_that_botocore_signs_is_let_through(stored):
    """Plain HTTP with botocore's signer is all that a client needs."""
    assert b"hello" == stored.ask("GET", URL, stored.signed("GET", URL)).body


@given(st.data())
def test_a_request_that_differs_from_the_signed_one_is_refused(make_place, data):
    """Another method, path, query, date, body or header: never let through."""
    place = make_place()
    place.store.put("media", "a", b"hello")
    headers = place.signed("PUT", URL, b"new", {"x-amz-meta-a": "1", "Content-Type": "text/plain"})
    method, url, body = "PUT", URL, b"new"
    match data.draw(st.sampled_from(["method", "path", "query", "body", *headers])):
        case "method":
            method = data.draw(st.sampled_from(["GET", "DELETE", "POST", "HEAD"]))
        case "path":
            url += data.draw(st.text("ab/%", min_size=1, max_size=3))
        case "query":
            url += "?" + data.draw(st.sampled_from(["acl", "uploads", "prefix=a"]))
        case "body":
            body = data.draw(st.binary(max_size=5).filter(lambda other: other != b"new"))
        case name:
            headers[name] = headers[name][:-1] + data.draw(st.sampled_from("xyz"))
    reply = place.ask(method, url, headers, body)

    assert reply.status in {400, 403}
    assert b"hello" == place.store.get("media", "a")


def test_a_body_has_to_be_the_one_that_was_signed(stored):
    """Recorded name of the refusal: XAmzContentSHA256Mismatch, with both hashes."""
    reply = stored.ask("PUT", URL, stored.signed("PUT", URL, b"signed"), b"sent")

    assert (400, "XAmzContentSHA256Mismatch") == reply.refusal
    assert hashlib.sha256(b"signed").hexdigest() == reply.error["ClientComputedContentSHA256"]
    assert hashlib.sha256(b"sent").hexdigest() == reply.error["S3ComputedContentSHA256"]
    assert b"hello" == stored.store.get("media", "a")


@pytest.mark.parametrize(
    ("authorization", "refusal", "message"),
    [
        ("AWS AKIA:c2lnbmF0dXJl", (400, "InvalidRequest"), "The authorization mechanism you have provided is not"),
        ("Token abc", (400, "InvalidArgument"), "Unsupported Authorization Type"),
        ("Bearer abc", (400, "InvalidArgument"), "Unsupported Authorization Type"),
        ("abc", (400, "InvalidArgument"), "Unsupported Authorization Type"),
        ("", (400, "InvalidArgument"), "Unsupported Authorization Type"),
        ("AWS4-HMAC-SHA256", (400, "AuthorizationHeaderMalformed"), "the authorization header requires three"),
        ("AWS4-HMAC-SHA256 Credential=a", (400, "AuthorizationHeaderMalformed"), "requires three components"),
        (
            "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=host, Signature=b",
            (400, "AuthorizationHeaderMalformed"),
            'the Credential is mal-formed; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
        ),
    ],
)
def test_an_authorization_of_another_form_is_refused(stored, authorization, refusal, message):
    """SigV2, other mechanisms and half a header; whatever secret was sent is not repeated."""
    reply = stored.ask("GET", URL, {"Authorization": authorization})

    assert refusal == reply.refusal
    assert message in reply.error["Message"]
    assert b"abc" not in reply.body


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"region": "us-east-1"}, "the region 'us-east-1' is wrong; expecting 'ap-northeast-2'"),
        ({"service": "sqs"}, 'incorrect service "sqs". This endpoint belongs to "s3".'),
    ],
)
def test_a_scope_of_another_kind_is_refused(stored, options, message):
    """Recorded from AWS for the region: AuthorizationHeaderMalformed, and the region that would do."""
    reply = stored.ask("GET", URL, stored.signed("GET", URL, **options))

    assert (400, "AuthorizationHeaderMalformed") == reply.refusal
    assert f"The authorization header is malformed; {message}" == reply.error["Message"]


def test_a_scope_of_another_day_than_the_date_is_refused(stored):
    """The sentence is AWS's."""
    headers = stored.signed("GET", URL)
    headers["X-Amz-Date"] = "20260303T000000Z"
    reply = stored.ask("GET", URL, headers)

    assert (400, "AuthorizationHeaderMalformed") == reply.refusal
    assert reply.error["Message"].endswith("Invalid credential date. Date is not the same as X-Amz-Date.")


@pytest.mark.parametrize(
    ("changed", "refusal", "message"),
    [
        ({"X-Amz-Date": None}, (403, "AccessDenied"), "AWS authentication requires a valid Date or x-amz-date header"),
        ({"X-Amz-Date": "today"}, (403, "AccessDenied"), "AWS authentication requires a valid Date or x-amz-date"),
        ({"X-Amz-Content-SHA256": None}, (400, "InvalidRequest"), "Missing required header for this request: x-amz-"),
        ({"X-Amz-Content-SHA256": "abc"}, (400, "InvalidArgument"), "x-amz-content-sha256 must be UNSIGNED-PAYLOAD,"),
        ({"x-amz-meta-new": "1"}, (403, "AccessDenied"), "There were headers present in the request which were not"),
        ({"x-amz-security-token": "t"}, (400, "InvalidToken"), "The provided token is malformed or otherwise invalid."),
        ({"X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}, (403, "SignatureDoesNotMatch"), "The request signature we"),
    ],
)
def test_a_header_that_does_not_fit_is_refused(stored, changed, refusal, message):
    """Each with S3's status, code and sentence."""
    headers = {name: value for name, value in (stored.signed("GET", URL) | changed).items() if value is not None}
    reply = stored.ask("GET", URL, headers)

    assert refusal == reply.refusal
    assert reply.error["Message"].startswith(message)


def test_a_request_may_be_dated_by_the_date_header(stored):
    """SigV4 takes ``Date`` where ``X-Amz-Date`` is missing."""
    headers = stored.signed("GET", URL, headers={"Date": "put in place by the signer"})

    assert "X-Amz-Date" not in headers
    assert 200 == stored.ask("GET", URL, headers).status


def test_a_stranger_is_refused(stored, make_place):
    """Another world's keys open nothing here; the refusal shows which key was used."""
    stranger = make_place(seed=8)
    reply = stored.ask("GET", URL, stranger.signed("GET", URL))

    assert (403, "InvalidAccessKeyId") == reply.refusal
    assert stranger.store.credentials.access_key == reply.error["AWSAccessKeyId"]


@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_date_too_far_from_the_system_clock_is_refused(make_place, minutes):
    """Fifteen minutes either way are forgiven; under a virtual clock any date is, for clients have the machine's."""
    strict, lenient = make_place(judge_skew=True), make_place()
    at = strict.clock.now() + timedelta(minutes=minutes)
    near = strict.clock.now() + timedelta(minutes=minutes * 14 / 16)
    for place in (strict, lenient):
        place.store.put("media", "a", b"hello")
    reply = strict.ask("GET", URL, strict.signed("GET", URL, at=at))

    assert (403, "RequestTimeTooSkewed") == reply.refusal
    assert at.strftime("%Y%m%dT%H%M%SZ") == reply.error["RequestTime"]
    assert ("2026-03-02T10:30:15Z", "900000") == (reply.error["ServerTime"], reply.error["MaxAllowedSkewMilliseconds"])
    assert 200 == strict.ask("GET", URL, strict.signed("GET", URL, at=near)).status
    assert 200 == lenient.ask("GET", URL, lenient.signed("GET", URL, at=at)).status


def test_a_refusal_of_head_has_no_body(stored):
    """A client of HEAD learns the status alone."""
    reply = stored.ask("HEAD", URL)

    assert (403, b"", "0") == (reply.status, reply.body, reply.headers["content-length"])
