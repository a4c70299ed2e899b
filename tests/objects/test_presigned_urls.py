"""Presigned URLs: what we hand out is what boto3 would, and the gate lets through that and nothing else."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from hypothesis import example, given
from hypothesis import strategies as st

from fake_backend.core.clock import VirtualClock

KEYS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
# urllib3 resolves "." and ".." in any URL before it sends it, as browsers do: no such key survives there or here.
SENDABLE_KEYS = KEYS.filter(lambda key: not {".", ".."} & set(key.split("/")))
INSTANTS = st.integers(1_577_836_800, 3_786_912_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def with_parameter(url: str, name: str, value: str | None) -> str:
    """Return ``url`` with one parameter changed, or taken out."""
    base, _, query = url.partition("?")
    pairs = [(key, old if key != name else value) for key, old in parse_qsl(query)]
    pairs += [(name, value)] if name not in dict(pairs) else []
    return f"{base}?{urlencode([pair for pair in pairs if pair[1] is not None], quote_via=quote)}"


@pytest.fixture
def stored(place):
    """A place with one object, ``a`` of five bytes."""
    place.store.put("media", "a", b"hello")
    return place


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


@given(st.data())
def test_a_url_that_differs_in_any_character_is_refused(make_place, data):
    """Change one character of path or query and nothing is let through; the body of no object is shown."""
    place = make_place()
    place.store.put("media", "a/b.json", b"secret")
    url = place.url("a/b.json")
    at = data.draw(st.integers(len("http://storage.test/"), len(url) - 1))
    other = data.draw(st.sampled_from("aZ09-._~%&=/+").filter(lambda letter: letter != url[at]))
    changed = f"{url[:at]}{other}{url[at + 1 :]}"
    reply = place.ask("GET", changed)

    assert reply.status in {400, 403}
    assert b"secret" not in reply.body


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


@pytest.mark.parametrize(("signed", "sent"), [("GET", "PUT"), ("PUT", "GET"), ("GET", "DELETE"), ("HEAD", "GET")])
def test_a_url_is_good_for_its_own_method_alone(stored, signed, sent):
    """The method is signed; an object is not overwritten with a URL to read it."""
    reply = stored.ask(sent, stored.url("a", method=signed), body=b"changed" if sent == "PUT" else b"")

    assert (403, "SignatureDoesNotMatch") == reply.refusal
    assert b"hello" == stored.store.get("media", "a")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("X-Amz-Signature", "0" * 64),
        ("X-Amz-Signature", "한글"),
        ("X-Amz-Expires", "3601"),
        ("X-Amz-Date", "20260302T103016Z"),
        ("X-Amz-SignedHeaders", "host;user-agent"),
        ("response-content-type", "text/html"),
    ],
)
def test_a_url_with_an_altered_part_does_not_match(stored, part, value):
    """Whatever is signed cannot be changed, and nothing can be added; the error tells how we reckoned, as S3's does."""
    reply = stored.ask("GET", with_parameter(stored.url("a"), part, value), {"User-Agent": "test"})

    assert (403, "SignatureDoesNotMatch") == reply.refusal
    elements = ["AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes", "CanonicalRequest"]
    assert [] == [name for name in elements if not reply.error[name]]
    assert reply.error["StringToSign"] == bytes.fromhex(reply.error["StringToSignBytes"]).decode()
    assert stored.store.credentials.secret_key not in reply.body.decode()


def test_a_url_of_one_key_opens_no_other(stored):
    """The path is signed."""
    stored.store.put("media", "b", b"other")

    assert (403, "SignatureDoesNotMatch") == stored.ask("GET", stored.url("a").replace("/a?", "/b?")).refusal


def test_a_url_names_its_host(stored):
    """The host is signed: another name of the same endpoint will not do, as behind a proxy that renames it."""
    url = stored.url("a")

    assert (403, "SignatureDoesNotMatch") == stored.ask("GET", url, {"Host": "elsewhere.test"}).refusal


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


@pytest.mark.parametrize(
    "part",
    ["X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature"],
)
@pytest.mark.parametrize("value", [None, ""])
def test_a_url_that_lacks_a_part_is_refused(stored, part, value):
    """Recorded from AWS for the date: 400, with a sentence that names all six."""
    reply = stored.ask("GET", with_parameter(stored.url("a"), part, value))

    assert (400, "AuthorizationQueryParametersError") == reply.refusal
    assert reply.error["Message"].startswith("Query-string authentication version 4 requires the X-Amz-Algorithm,")


@pytest.mark.parametrize(
    ("old", "new", "code", "message"),
    [
        ("ap-northeast-2", "us-east-1", 400, "the region 'us-east-1' is wrong; expecting 'ap-northeast-2'"),
        ("/s3/", "/ec2/", 400, 'incorrect service "ec2". This endpoint belongs to "s3".'),
        ("aws4_request", "aws3", 400, 'incorrect terminal "aws3". This endpoint uses "aws4_request".'),
        ("20260302", "20260303", 400, "Invalid credential date. Date is not the same as X-Amz-Date."),
        ("20260302", "2026-03", 400, 'incorrect date format "2026-03"'),
        ("/aws4_request", "", 400, "the Credential is mal-formed; expecting"),
        ("/", "%2F", 400, "the Credential is mal-formed; expecting"),
    ],
)
def test_a_scope_of_another_kind_is_refused(stored, old, new, code, message):
    """Another region, service, day or form: 400 with AWS's sentence."""
    url = stored.url("a")
    credential = dict(parse_qsl(urlsplit(url).query))["X-Amz-Credential"].replace(old, new)
    reply = stored.ask("GET", with_parameter(url, "X-Amz-Credential", credential))

    assert (code, "AuthorizationQueryParametersError") == reply.refusal
    assert message in reply.error["Message"]


def test_a_wrong_region_is_told_the_right_one(stored):
    """Botocore reads ``Region`` and tries again there."""
    reply = stored.ask("GET", stored.url("a").replace("ap-northeast-2", "eu-west-1"))

    assert "ap-northeast-2" == reply.error["Region"]


def test_an_access_key_of_nobody_is_refused(stored):
    """403, with the key that nobody has."""
    own = stored.store.credentials.access_key
    reply = stored.ask("GET", stored.url("a").replace(own, "AKIA2222222222222222"))

    assert (403, "InvalidAccessKeyId") == reply.refusal
    assert "AKIA2222222222222222" == reply.error["AWSAccessKeyId"]


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("X-Amz-Date", "2026-03-02T10:30:15Z", "X-Amz-Date must be in the ISO8601 Long Format"),
        ("X-Amz-Date", "20260302T10300Z", "X-Amz-Date must be in the ISO8601 Long Format"),
        ("X-Amz-Date", "20260230T103015Z", "X-Amz-Date must be in the ISO8601 Long Format"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA1", "X-Amz-Algorithm only supports"),
    ],
)
def test_a_part_of_another_form_is_refused(stored, part, value, message):
    """A date that is none, and an algorithm that nobody offers."""
    reply = stored.ask("GET", with_parameter(stored.url("a"), part, value))

    assert (400, "AuthorizationQueryParametersError") == reply.refusal
    assert reply.error["Message"].startswith(message)


def test_the_last_day_of_the_calendar_does_not_overflow(stored):
    """A URL of the year 9999 that is good beyond it is good."""
    url = stored.url("a", issued_at=datetime(9999, 12, 31, tzinfo=UTC), expires_in=604_800)

    assert 200 == stored.ask("GET", url).status


def test_an_unsigned_header_of_amazons_is_refused(stored):
    """Recorded from AWS: 403, with the names of all that were not signed; the body's hash is none of them."""
    headers = {"x-amz-meta-b": "1", "x-amz-meta-a": "1", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    reply = stored.ask("PUT", stored.url("a", method="PUT"), headers, b"1")

    assert (403, "AccessDenied") == reply.refusal
    assert "There were headers present in the request which were not signed" == reply.error["Message"]
    assert "x-amz-meta-a, x-amz-meta-b" == reply.error["HeadersNotSigned"]


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


def test_the_host_has_to_be_signed(stored):
    """A signature that covers no host would be good anywhere."""
    reply = stored.ask("GET", with_parameter(stored.url("a"), "X-Amz-SignedHeaders", "date"))

    assert (403, "AccessDenied") == reply.refusal
    assert "host" == reply.error["HeadersNotSigned"]


def test_a_session_token_is_refused(stored):
    """This world issues none."""
    assert (400, "InvalidToken") == stored.ask("GET", stored.url("a") + "&X-Amz-Security-Token=t").refusal


def test_a_url_of_sigv2_is_refused(stored, session):
    """Done with boto3's own SigV2 signer: regions as young as ours never took it."""
    client = session.client("s3", endpoint_url="http://storage.test", config=Config(signature_version="s3"))
    url = client.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a"})
    client.close()
    reply = stored.ask("GET", url)

    assert {"AWSAccessKeyId", "Signature", "Expires"} == set(dict(parse_qsl(urlsplit(url).query)))
    assert (400, "InvalidRequest") == reply.refusal
    message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
    assert message == reply.error["Message"]


def test_a_boto3_client_of_default_configuration_presigns_sigv4(boto):
    """That is what the region is for: in us-east-1 it would be SigV2."""
    url = boto.generate_presigned_url("get_object", Params={"Bucket": "media", "Key": "a"})

    assert re.search(
        r"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIA[A-Z2-7]{16}%2F\d{8}%2Fap-northeast-2", url
    )


@pytest.mark.parametrize("key", ["a", "absent"])
def test_without_a_signature_nothing_is_told(stored, key):
    """403 for what is there and for what is not."""
    assert (403, "AccessDenied") == stored.ask("GET", f"http://storage.test/media/{key}").refusal


def test_two_signatures_are_one_too_many(stored):
    """A token that a client adds to every request spoils a presigned URL, as at S3; it is not repeated to anyone."""
    reply = stored.ask("GET", stored.url("a"), {"Authorization": "Token very-secret"})

    assert (400, "InvalidArgument") == reply.refusal
    assert reply.error["Message"].startswith("Only one auth mechanism allowed;")
    assert b"very-secret" not in reply.body


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
