"""Credentials stay with one origin: what that is, and what tries to look like it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.errors import ConfigurationError, OpaqueCursorError, OriginError
from sdk.clients.origin import Origin, base_of, resolve

hosts = st.from_regex(r"[a-z]([a-z0-9-]{0,10}[a-z0-9])?(\.[a-z]{2,5})?", fullmatch=True)
origins = st.tuples(st.sampled_from(["http", "https"]), hosts, st.none() | st.integers(1, 65535))
paths = st.from_regex(r"(/[a-zA-Z0-9._~-]{1,8}){0,3}/?(\?[a-z]=[a-z0-9%]{0,3})?", fullmatch=True)


def url_of(origin, path=""):
    scheme, host, port = origin
    return f"{scheme}://{host}{'' if port is None else f':{port}'}{path}"


def key_of(origin):
    scheme, host, port = origin
    return scheme, host, port or {"http": 80, "https": 443}[scheme]


@given(origins, origins, paths)
def test_a_link_is_followed_if_and_only_if_its_origin_is_the_own_one(own, other, path) -> None:
    """Scheme, host and port decide, and nothing else (RFC 6454)."""
    base, origin = base_of(url_of(own))
    link = url_of(other, path or "/")

    if key_of(own) == key_of(other):
        assert link == resolve(base, origin, link, what="next link")
    else:
        with pytest.raises(OriginError):
            resolve(base, origin, link, what="next link")


def test_a_refusal_names_both_origins() -> None:
    """Who reads it sees where the credentials belong and where the link wanted them."""
    base, origin = base_of("https://api.example")

    with pytest.raises(OriginError, match=r"http://api\.example:80.*https://api\.example:443"):
        resolve(base, origin, "http://api.example/sdk/tasks/?cursor=x", what="next link")


def test_letters_of_a_host_have_no_case_and_default_ports_need_no_name() -> None:
    """Two spellings of one origin are one origin."""
    assert Origin.of("https://api.example:443/") == Origin.of("HTTPS://API.Example")


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example\\@evil.example/",
        "http://api.example@evil.example/",
        "http://user:password@api.example/",
        "http://api.example:80\\.evil.example/",
        "http://api.example /",
        "http://api.example\n.evil.example/",
        "http://api.example\t/",
        "//evil.example/",
        "http:///evil.example/",
        "http:evil.example",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "ftp://api.example/",
        "http://[api.example/",
        "http://api.example:99999/",
        "http://api.example:x/",
        "?cursor=a\tb",
        "/v2/tasks/?cursor=a b",
    ],
)
def test_a_url_that_two_parsers_could_read_in_two_ways_gets_no_credentials(url) -> None:
    """User info, backslashes, white space and strange schemes are how a link pretends to be at home."""
    base, origin = base_of("http://api.example")

    with pytest.raises(OriginError):
        resolve(base, origin, url, current="http://api.example/v2/tasks/", what="next link")


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("/v2/tasks/?cursor=a%3D", "http://api.example/root/v2/tasks/?cursor=a%3D"),
        ("?cursor=b", "http://api.example/root/v2/tasks/?cursor=b"),
        ("http://api.example/root/v2/tasks/?cursor=c", "http://api.example/root/v2/tasks/?cursor=c"),
    ],
)
def test_a_next_link_may_be_a_url_a_path_or_a_query(reference, expected) -> None:
    """contract.md 1.3: whatever the string is, it is requested as given."""
    base, origin = base_of("http://api.example/root/")
    current = "http://api.example/root/v2/tasks/?per_page=2"

    assert expected == resolve(base, origin, reference, current=current, what="next link")


@pytest.mark.parametrize("token", ["cD0yMDI2LTAx", "abc==", "12"])
def test_an_opaque_token_is_an_error_that_says_so(token) -> None:
    """Requested as a path it would be a 404 that explains nothing (contract.md 1.3, trap)."""
    base, origin = base_of("http://api.example")

    with pytest.raises(OpaqueCursorError, match=f"{token}.*opaque"):
        resolve(base, origin, token, current="http://api.example/v2/tasks/", what="next link")


@pytest.mark.parametrize("url", ["", "api.example", "ftp://api.example", "http://", "http://a/?x=1", "http://u:p@a"])
def test_an_unusable_address_is_refused_before_anything_is_sent(url) -> None:
    """A client that cannot reach anything says so when it is made, and shows no password."""
    with pytest.raises(ConfigurationError, match="cannot be used") as refusal:
        base_of(url)

    assert "u:p" not in str(refusal.value)
