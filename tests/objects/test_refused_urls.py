"""Presigned URLs that lack a part, were altered or were never signed for this are refused as S3 refuses them."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from botocore.config import Config
from hypothesis import given
from hypothesis import strategies as st


def with_parameter(url: str, name: str, value: str | None) -> str:
    """Return ``url`` with one parameter changed, or taken out."""
    base, _, query = url.partition("?")
    pairs = [(key, old if key != name else value) for key, old in parse_qsl(query)]
    pairs += [(name, value)] if name not in dict(pairs) else []
    return f"{base}?{urlencode([pair for pair in pairs if pair[1] is not None], quote_via=quote)}"


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


def test_an_unsigned_header_of_amazons_is_refused(stored):
    """Recorded from AWS: 403, with the names of all that were not signed; the body's hash is none of them."""
    headers = {"x-amz-meta-b": "1", "x-amz-meta-a": "1", "X-Amz-Content-SHA256": "UNSIGNED-PAYLOAD"}
    reply = stored.ask("PUT", stored.url("a", method="PUT"), headers, b"1")

    assert (403, "AccessDenied") == reply.refusal
    assert "There were headers present in the request which were not signed" == reply.error["Message"]
    assert "x-amz-meta-a, x-amz-meta-b" == reply.error["HeadersNotSigned"]


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
