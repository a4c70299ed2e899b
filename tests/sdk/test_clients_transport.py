"""Headers, bodies, redirects and errors of one exchange."""

from __future__ import annotations

import pytest
from scripted import ACCESS_TOKEN, USER_TOKEN, Answer, Pieces, words_of

from fake_backend.transports.in_process import HangUp, NoAnswer, Reset
from sdk.clients import errors
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [
        ({"user_token": USER_TOKEN, "access_token": ACCESS_TOKEN}, {"authorization": f"Token {USER_TOKEN}"}),
        ({"user_token": None, "access_token": ACCESS_TOKEN}, {"synapse-access-token": f"Token {ACCESS_TOKEN}"}),
    ],
)
def test_v1_sends_one_token_the_users_first(v1, tokens, expected) -> None:
    """contract.md 1.1: ``Token`` stands before each of them and before the tenant."""
    client, backend = v1(lambda _: {}, **tokens)
    client.get("projects/1")

    sent = backend.asked[0].headers
    auth = {name: sent[name] for name in ("authorization", "synapse-access-token") if name in sent}
    assert expected == auth
    assert "Token acme" == sent["synapse-tenant"]


def test_v2_sends_both_tokens_the_access_token_bare(v2) -> None:
    """contract.md 1.1: no ``Token`` before access token and tenant."""
    client, backend = v2(lambda _: {"id": "j"}, access_token=ACCESS_TOKEN)
    client.async_jobs.retrieve("j")

    sent = backend.asked[0].headers
    assert (f"Token {USER_TOKEN}", ACCESS_TOKEN, "acme") == (
        sent["authorization"],
        sent["synapse-access-token"],
        sent["synapse-tenant"],
    )


def test_no_credentials_come_from_anywhere_else(v1, tmp_path, monkeypatch) -> None:
    """``.netrc`` would replace our header, and a cookie would outlive its answer; neither is used."""
    client, backend = v1(lambda _: Answer(200, {}, {"Set-Cookie": "session=1; Path=/"}))
    host = client.base_url.removeprefix("http://")
    (tmp_path / "netrc").write_text(f"machine {host} login me password from-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))

    client.get("projects/1")
    client.get("projects/1")

    assert {f"Token {USER_TOKEN}"} == {asked.headers["authorization"] for asked in backend.asked}
    assert all("cookie" not in asked.headers for asked in backend.asked)


@pytest.mark.parametrize("path", ["projects/1", "/projects/1", "/projects/1/", "projects/1/"])
def test_each_spelling_of_a_path_asks_for_the_one_with_slashes(v1, path) -> None:
    """All paths of the API end in ``/`` (contract.md 1.1)."""
    client, backend = v1(lambda _: {})
    client.get(path)

    assert "/projects/1/" == backend.asked[0].url


def test_a_post_without_body_is_empty_and_still_json(v2) -> None:
    """contract.md 1.1: a cancel carries the content type and nothing else."""
    client, backend = v2(lambda _: Answer(204))

    assert client.async_jobs.cancel("j") is None
    assert (b"", "application/json") == (backend.asked[0].body, backend.asked[0].headers["content-type"])


def test_text_goes_out_as_utf_8_and_a_number_that_json_lacks_does_not_go_out(v1) -> None:
    """Korean stays readable on the wire; NaN would be a body that no server can parse."""
    client, backend = v1(lambda _: {})
    client.post("logs", {"event": "한글"})

    assert "한글" in backend.asked[0].body.decode("utf-8")
    with pytest.raises(ValueError, match="JSON compliant"):
        client.post("logs", {"value": float("nan")})
    assert 1 == len(backend.asked)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Answer(200, {"a": 1}), {"a": 1}),
        (Answer(204), None),
        (Answer(200, b"plain text"), "plain text"),
        (Answer(200, b"\xff"), "\ufffd"),
        (Answer(200, b""), ""),
    ],
)
def test_a_body_is_json_or_else_text(v1, answer, expected) -> None:
    """contract.md 1.2, last paragraph."""
    client, _ = v1(lambda _: answer)

    assert expected == client.get("projects/1")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, errors.ValidationError),
        (401, errors.AuthenticationError),
        (403, errors.AuthorizationError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (410, errors.ClientError),
        (418, errors.ClientError),
        (422, errors.ValidationError),
    ],
)
def test_each_status_has_its_error_with_the_body_as_detail(v1, status, error) -> None:
    """One arrival; status, detail and address are there for the caller (contract.md 1.2)."""
    client, backend = v1(lambda _: Answer(status, {"detail": "잘못"}))

    with pytest.raises(error, match=f"GET .*/projects/1/ .* {status}: .*잘못") as refusal:
        client.get("projects/1")

    assert error is type(refusal.value)
    assert (status, {"detail": "잘못"}) == (refusal.value.status, refusal.value.detail)
    assert 1 == len(backend.asked)


def test_what_the_backend_repeats_of_a_token_is_masked(v1) -> None:
    """A body that echoes the header must not carry the token into a log."""
    client, _ = v1(lambda asked: Answer(400, {"sent": asked.headers["authorization"], USER_TOKEN: 1}))

    with pytest.raises(errors.ValidationError) as refusal:
        client.get("projects/1", {"token": USER_TOKEN})

    assert USER_TOKEN not in words_of(refusal.value)
    assert "Token ***" == refusal.value.detail["sent"]


@pytest.mark.parametrize(
    ("signal", "error"),
    [
        (HangUp(), errors.ClientConnectionError),
        (Reset(), errors.ClientConnectionError),
        (NoAnswer(), errors.ClientTimeoutError),
    ],
)
def test_a_cut_body_is_asked_for_again(v1, clock, signal, error) -> None:
    """What came before the cut never passes as the answer; a whole one later does."""
    answers = [Answer(200, Pieces(b'{"a":', signal)), Answer(200, Pieces(b'{"a":', signal)), {"a": 1}]
    client, backend = v1(answers)
    failing, other = v1(lambda _: Answer(200, Pieces(b"{", signal)))

    assert {"a": 1} == client.get("projects/1")
    assert 3 == len(backend.asked)
    with pytest.raises(error):
        failing.get("projects/1")
    assert 4 == len(other.asked)


def test_a_cut_body_of_a_write_is_an_answer_lost(v1) -> None:
    """The write was done, as far as one can tell; it is not repeated."""
    client, backend = v1(lambda _: Answer(200, Pieces(b"{", HangUp())))

    with pytest.raises(errors.IncompleteResponseError):
        client.post("logs", {})
    assert 1 == len(backend.asked)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_at_home_is_followed_with_credentials(v1, status) -> None:
    """Same scheme, host and port: the same backend."""

    def script(asked):
        return {"found": True} if asked.path == "/new/" else Answer(status, b"", {"Location": "/new/"})

    client, backend = v1(script)

    assert {"found": True} == client.get("old")
    assert [f"Token {USER_TOKEN}"] * 2 == [asked.headers["authorization"] for asked in backend.asked]


def test_a_redirect_elsewhere_is_refused_before_anything_is_sent_there(v1, mount) -> None:
    """The error names both origins; the other side hears nothing."""
    elsewhere, other = mount(lambda _: {"stolen": True})
    client, backend = v1(lambda _: Answer(302, b"", {"Location": f"{elsewhere}/x/"}))

    with pytest.raises(errors.OriginError) as refusal:
        client.get("projects/1")

    assert f"{elsewhere}:80" in str(refusal.value)
    assert f"{client.base_url}:80" in str(refusal.value)
    assert (1, 0) == (len(backend.asked), len(other.asked))


def test_a_redirect_from_https_to_http_is_elsewhere(mount, clock) -> None:
    """Credentials that belong to an encrypted origin never travel in the clear."""
    url, backend = mount(lambda _: Answer(301, b"", {"Location": f"{url.replace('https', 'http')}/x/"}), scheme="https")
    client = BackendClient(url, user_token=USER_TOKEN, clock=clock)

    with pytest.raises(errors.OriginError, match=r"http://.*:80, .* https://.*:443"):
        client.get("projects/1")
    assert 1 == len(backend.asked)


@pytest.mark.parametrize(
    ("method", "status", "location", "why"),
    [
        ("post", 302, "/new/", "turn a write into a read"),
        ("get", 302, "", "names no target"),
        ("get", 302, "/old/", "more than 5"),
    ],
)
def test_a_redirect_that_cannot_be_followed_says_why(v1, method, status, location, why) -> None:
    """A write is never turned into a read, and a circle ends."""
    client, _ = v1(lambda _: Answer(status, b"", {"Location": location}))

    with pytest.raises(errors.RedirectError, match=why):
        getattr(client, method)("old")


def test_a_write_follows_a_redirect_that_keeps_it_a_write(v1) -> None:
    """307 and 308 mean the same request at another place (RFC 9110, 15.4.8)."""
    client, backend = v1([Answer(308, b"", {"Location": "/new/"}), {"ok": True}])

    assert {"ok": True} == client.post("old", {"a": 1})
    assert [("POST", {"a": 1})] * 2 == [(asked.method, asked.json) for asked in backend.asked]


def test_a_path_that_is_a_url_of_another_origin_is_refused(v1) -> None:
    """contract.md 1.1 lets a path be a URL; it still has to be at home."""
    client, backend = v1(lambda _: {})

    with pytest.raises(errors.OriginError):
        client.get("http://evil.example/x/")
    assert {} == client.get(f"{client.base_url}/x/")
    assert 1 == len(backend.asked)


def test_url_host_goes_with_every_request_and_the_callers_value_wins(v1) -> None:
    """contract.md 1.1: inside a private network, presigned URLs are asked for its own host."""
    client, backend = v1(lambda _: {}, url_host="internal")
    client.get("projects/1")
    client.get("projects/1", {"url_host": "external"})
    client.get("/projects/1/?url_host=other")

    assert [["internal"], ["external"], ["other"]] == [asked.query["url_host"] for asked in backend.asked]


@pytest.mark.parametrize("kind", [BackendClient, BackendV2Client])
def test_a_client_comes_from_the_environment(kind) -> None:
    """The names are those of the reference client (contract.md 1.1); nothing of a token shows."""
    client = kind.from_environment(
        {
            "SYNAPSE_HOST": "http://api.example/",
            "SYNAPSE_PLUGIN_RUN_USER_TOKEN": f" {USER_TOKEN}\n",
            "SYNAPSE_PLUGIN_RUN_TENANT": "acme",
        }
    )

    assert "http://api.example" == client.base_url
    assert "<***>" == client.redact(f"<{USER_TOKEN}>")
    assert USER_TOKEN not in repr(client)


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "SYNAPSE_HOST"),
        ({"SYNAPSE_HOST": "http://a"}, "SYNAPSE_ACCESS_TOKEN"),
        ({"SYNAPSE_HOST": "http://a", "SYNAPSE_ACCESS_TOKEN": " "}, "SYNAPSE_ACCESS_TOKEN"),
    ],
)
def test_what_the_environment_lacks_is_named(environ, missing) -> None:
    """One sentence that says which variable to set."""
    with pytest.raises(errors.ConfigurationError, match=missing):
        BackendClient.from_environment(environ)


def test_v2_falls_back_on_variables_of_its_own() -> None:
    """contract.md 1.1, environment."""
    environ = {"SYNAPSE_HOST": "http://a", "SYNAPSE_BACKEND_V2_DRF_TOKEN": USER_TOKEN}

    assert "***" == BackendV2Client.from_environment(environ).redact(USER_TOKEN)
    with pytest.raises(errors.ConfigurationError, match="SYNAPSE_BACKEND_V2_TIMEOUT_READ is 'x'"):
        BackendV2Client.from_environment({**environ, "SYNAPSE_BACKEND_V2_TIMEOUT_READ": "x"})


@pytest.mark.parametrize("token", ["line\nbreak", "with space", "토큰", "nul\0"])
def test_a_token_that_no_header_can_carry_is_refused_unseen(token) -> None:
    """A line break would smuggle a header, and a library's error would print the token."""
    with pytest.raises(errors.ConfigurationError, match="user_token") as refusal:
        BackendClient("http://api.example", user_token=token)

    assert token not in words_of(refusal.value)
