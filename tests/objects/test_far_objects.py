"""Numbers of any length, halves of characters, names that no header has: refused, or kept and readable."""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from urllib.parse import quote

import pytest

from fake_backend.core.digits import BEYOND, whole
from tests.objects.test_posting import post, signed

URL = "http://storage.test/media"
LONG = "9" * 4_301  # one digit more than Python reads


def ask(place, method, target, headers=None, body=b""):
    """Return the reply to a signed request."""
    url = f"{URL}{target}"
    return place.ask(method, url, place.signed(method, url, body, headers or {}), body)


def test_digits_are_a_number_however_many_they_are() -> None:
    """Leading zeros mean nothing; what is beyond everything is one number."""
    assert [0, 0, 7, BEYOND - 1, BEYOND, BEYOND] == [
        whole(one) for one in ("", "000", "0" * 5_000 + "7", "9" * 18, "1" + "0" * 18, LONG)
    ]


@pytest.mark.parametrize(
    ("asked", "status", "body"),
    [
        (f"bytes=-{LONG}", 206, b"hello"),
        (f"bytes=1-{LONG}", 206, b"ello"),
        (f"bytes={LONG}-", 416, None),
        (f"bytes={LONG}-{LONG}", 416, None),
    ],
)
def test_a_range_of_any_length_is_read(place, asked, status, body):
    """A suffix longer than the object is the object; a place behind it is refused."""
    place.store.put("media", "a", b"hello")
    reply = ask(place, "GET", "/a", {"Range": asked})

    assert status == reply.status
    assert body in {None, reply.body}


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("GET", f"?list-type=2&max-keys={LONG}"),
        ("GET", f"?max-keys={LONG}"),
        ("PUT", f"/m?partNumber={LONG}&uploadId=UPLOAD"),
        ("GET", f"/m?max-parts={LONG}&uploadId=UPLOAD"),
        ("GET", f"/m?part-number-marker={LONG}&uploadId=UPLOAD"),
    ],
)
def test_a_count_of_any_length_is_refused_by_its_name(place, method, target):
    """400 InvalidArgument, with the argument."""
    begun = ask(place, "POST", "/m?uploads=")
    upload = begun.body.split(b"<UploadId>")[1].split(b"<")[0].decode()
    reply = ask(place, method, target.replace("UPLOAD", quote(upload, safe="")))

    assert (400, "InvalidArgument") == reply.refusal
    assert reply.error["ArgumentName"] in target


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le"])
def test_a_document_type_is_refused_in_any_encoding(place, encoding):
    """An entity that it declares is never expanded."""
    declared = "utf-16" if encoding.startswith("utf-16") else encoding
    text = (
        f'<?xml version="1.0" encoding="{declared}"?><!DOCTYPE d [<!ENTITY a "a">]>'
        "<Delete><Object><Key>&a;</Key></Object></Delete>"
    )
    place.store.put("media", "a", b"hello")
    body = (b"\xff\xfe" if encoding == "utf-16-le" else b"") + text.encode(encoding)
    reply = ask(place, "POST", "?delete=", {"Content-MD5": _md5(body)}, body)

    assert (400, "MalformedXML") == reply.refusal
    assert ["a"] == place.store.keys("media")


@pytest.mark.parametrize("name", ["이름", "a b", "a:b", "a\x01", "a\r\nX-Evil", "é"])
def test_a_name_of_metadata_is_one_that_a_header_may_have(place, name):
    """By form or by URL: 400, and no object that could not be read (RFC 9110, 5.1)."""
    by_form = post(place, signed(place, **{f"x-amz-meta-{name}": "v"}))
    url = place.store.presign("media", "k", base_url="http://storage.test", method="PUT")
    by_url = place.ask("PUT", f"{url}&{quote(f'x-amz-meta-{name}')}=v", body=b"x")

    assert by_form.refusal in {(400, "InvalidArgument"), (403, "AccessDenied")}  # a form loses a line's end
    assert by_url.status in {400, 403}
    assert [] == place.store.keys("media")


@pytest.mark.parametrize(
    "wrong",
    [
        {"conditions": [{"key": "\ud800"}]},
        {"conditions": [["\ud800", "$key", "a"]]},
        {"\ud800": 1},
        {"expiration": "\ud800"},
    ],
)
def test_a_policy_with_half_a_character_is_no_json(place, wrong):
    """400: no answer could repeat it."""
    document = {"expiration": "2026-03-02T11:00:00Z", "conditions": [], **wrong}
    fields = signed(place) | {"policy": b64encode(json.dumps(document).encode()).decode()}
    reply = post(place, fields)

    assert reply.status in {400, 403}


def test_a_continuation_token_is_taken_as_it_was_given_alone(place):
    """With a foreign letter in it, or another ending that decodes alike, it is one that nobody gave."""
    for key in "abc":
        place.store.put("media", key, b"x")
    first = ask(place, "GET", "?list-type=2&max-keys=1")
    token = first.body.split(b"<NextContinuationToken>")[1].split(b"<")[0].decode()
    bare = token.rstrip("=")

    assert 200 == ask(place, "GET", f"?list-type=2&continuation-token={quote(token, safe='')}").status
    for other in (f"{token[:5]}!!{token[5:]}", f"{token}=", f"{token}\n", f"{bare}A", f" {token}", bare + "===="):
        reply = ask(place, "GET", f"?list-type=2&continuation-token={quote(other, safe='')}")
        assert (400, "InvalidArgument") == reply.refusal, other


def _md5(body):
    return b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
