"""No credential reaches another origin, and no secret reaches a log: over real sockets."""

from __future__ import annotations

import json
import logging
import re

import pytest
from listeners import Listener
from scripted import ACCESS_TOKEN, USER_TOKEN, CountingClock, words_of

from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clients.errors import ClientError, OriginError, PayloadError
from sdk.clients.originals import OriginalDownloader
from sdk.clients.payloads import PayloadFetcher
from sdk.clients.redaction import FOREIGN_LOGGERS, MASK
from sdk.loggers import ConsoleLogger

SECRETS = (USER_TOKEN, ACCESS_TOKEN)
CREDENTIAL_HEADERS = {"authorization", "synapse-access-token", "synapse-tenant", "synapse-agent", "cookie"}
SIGNATURE = "5ec7e7" * 8
QUERY = f"X-Amz-Credential=AKIASECRET%2F20260115&X-Amz-Security-Token=sessiontoken99&X-Amz-Signature={SIGNATURE}"
SIGNED = re.compile(r"5ec7e7|AKIASECRET|sessiontoken99")


@pytest.fixture
def outside():
    """A listener on another port: another origin."""
    with Listener(lambda *_: (200, {"Content-Type": "application/json"}, b'{"results": [], "next": null}')) as listener:
        yield listener


@pytest.fixture
def home(outside):
    """A backend whose links, redirects and file URLs lead outside, with a cookie to every answer."""

    def answer(path, _):
        cookie = {"Set-Cookie": "session=keepme; Path=/"}
        if path.startswith("/sdk/tasks"):
            page = {"results": [{"id": 1}], "next": f"{outside.url}/sdk/tasks/?cursor=x", "previous": None}
            return 200, cookie, json.dumps(page).encode()
        if path.startswith("/v2/tasks"):
            pagination = {"next_cursor": f"{outside.url}/v2/tasks/?cursor=x"}
            return 200, cookie, json.dumps({"data": [{"id": 1}], "meta": {"pagination": pagination}}).encode()
        return 302, {"Location": f"{outside.url}{path}", **cookie}, b""

    with Listener(answer) as listener:
        yield listener


def clients_of(home):
    options = {"user_token": USER_TOKEN, "access_token": ACCESS_TOKEN, "tenant": "acme", "clock": CountingClock()}
    return BackendClient(home.url, **options), BackendV2Client(home.url, **options)


@pytest.mark.parametrize(
    "ask",
    [
        pytest.param(lambda v1, _: list(v1.walk("sdk/tasks")), id="v1 next link"),
        pytest.param(lambda _, v2: list(v2.tasks.list(project=1)), id="v2 next link"),
        pytest.param(lambda v1, _: v1.get_project(1), id="redirected GET"),
        pytest.param(lambda v1, _: v1.post_logs([{"event": "x"}]), id="redirected POST"),
        pytest.param(lambda _, v2: v2.plugin_exports.create(storage_id=1, path="x"), id="redirected enqueue"),
        pytest.param(lambda _, v2: list(v2.async_jobs.stream_progress("j")), id="redirected stream"),
    ],
)
def test_a_link_or_redirect_outside_is_refused_and_nobody_outside_hears_of_it(home, outside, ask) -> None:
    """The sentence names both origins, and not one byte was sent to the second."""
    v1, v2 = clients_of(home)
    with v1, v2, pytest.raises(OriginError) as refusal:
        ask(v1, v2)

    assert home.url in str(refusal.value)
    assert outside.url in str(refusal.value)
    assert [] == outside.requests
    assert all(secret not in words_of(refusal.value) for secret in SECRETS)
    assert home.requests


def test_file_and_payload_urls_outside_are_fetched_without_credentials(home, outside, tmp_path) -> None:
    """Even one that leads there by way of the backend's own host; cookies of the backend stay there too."""
    v1, v2 = clients_of(home)
    with (
        v1,
        v2,
        OriginalDownloader(clock=v1.clock, base_url=v1.base_url) as originals,
        PayloadFetcher(clock=v1.clock) as payloads,
    ):
        v1.get("sdk/tasks")
        originals.fetch(f"{outside.url}/direct.jpg", tmp_path / "a")
        originals.fetch("/media/redirected.jpg", tmp_path / "b")
        payloads.fetch(1, {"mode": "presigned", "presigned_url": f"{outside.url}/p.json?{QUERY}"})
        payloads.fetch(2, {"mode": "presigned", "presigned_url": f"{home.url}/redirected.json?{QUERY}"})

    heard = {path.partition("?")[0] for _, path, _ in outside.requests}
    assert {"/direct.jpg", "/media/redirected.jpg", "/p.json", "/redirected.json"} == heard
    assert all(not CREDENTIAL_HEADERS & set(headers) for _, _, headers in outside.requests)
    assert all(secret not in outside.heard for secret in (*SECRETS, "keepme"))
    assert all("authorization" not in headers for _, path, headers in home.requests if "redirected" in path)


def test_netrc_and_user_info_are_no_credentials_for_downloads(outside, tmp_path, monkeypatch) -> None:
    """``requests`` would take either; a file URL gets neither."""
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login me password from-netrc\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with OriginalDownloader(clock=CountingClock()) as originals:
        originals.fetch(outside.url.replace("http://", "http://me:hidden@") + "/x", tmp_path / "x")

    assert [set()] == [CREDENTIAL_HEADERS & set(headers) for _, _, headers in outside.requests]


def failures(home_url, fetcher, originals, tmp_path):
    """Yield what fails while a signed URL is in hand."""
    signed = f"{home_url}/missing.json?{QUERY}"
    wrapper = {"mode": "presigned", "presigned_url": signed, "size": 3}
    yield lambda: fetcher.fetch(7, wrapper)
    yield lambda: list(fetcher.resolve([{"id": 7, "data": wrapper}]))
    yield lambda: fetcher.fetch(7, {**wrapper, "presigned_url": f"http://127.0.0.1:1/x?{QUERY}"})
    yield lambda: fetcher.fetch(7, {**wrapper, "presigned_url": f"http://127.0.0.1:x/x?{QUERY}"})
    yield lambda: originals.fetch(signed, tmp_path / "x", row_id=7)
    yield lambda: originals.fetch(f"http://127.0.0.1:1/x?{QUERY}", tmp_path / "x", row_id=7)
    yield lambda: originals.fetch(f"ftp://127.0.0.1/x?{QUERY}", tmp_path / "x", row_id=7)


@pytest.fixture
def unmasked(monkeypatch):
    """Start with loggers that no earlier client masks."""
    for name in FOREIGN_LOGGERS:
        monkeypatch.setattr(logging.getLogger(name), "filters", [])


@pytest.mark.parametrize("status", [403, 404, 503])
def test_no_signature_survives_in_an_error_its_chain_or_a_log(status, tmp_path, caplog, capsys, unmasked) -> None:
    """Libraries put the URL into exceptions and debug lines; none of that gets out."""
    caplog.set_level(logging.DEBUG)
    body = f"<Error><Code>AccessDenied</Code><StringToSign>{SIGNATURE}</StringToSign></Error>".encode()
    clock = CountingClock()
    with (
        Listener(lambda *_: (status, {}, body)) as home,
        PayloadFetcher(clock=clock) as fetcher,
        OriginalDownloader(clock=clock) as originals,
    ):
        for act in failures(home.url, fetcher, originals, tmp_path):
            with pytest.raises(PayloadError) as failure:
                act()
            ConsoleLogger().error(f"{failure.value} {QUERY}")
            assert not SIGNED.search(words_of(failure.value))
            assert "Row 7" in str(failure.value)

        assert SIGNED.search(home.heard)
    assert "urllib3" in caplog.text
    assert not SIGNED.search(caplog.text)
    assert MASK in capsys.readouterr().out


def test_no_token_survives_in_an_error_its_chain_a_repr_or_a_log(caplog, unmasked) -> None:
    """Not even where the backend repeats it in a body, a link or a redirect."""
    caplog.set_level(logging.DEBUG)

    def echo(path, headers):
        token = headers.get("authorization", "").removeprefix("Token ")
        if path.startswith("/sdk/tasks"):
            return 200, {}, json.dumps({"results": [], "next": f"http://127.0.0.1:1/?token={token}"}).encode()
        if path.startswith("/projects/2"):
            return 302, {"Location": f"http://127.0.0.1:1/?token={token}"}, b""
        if path.startswith("/projects/3"):
            return 302, {"Location": f"/end/?token={token}"}, b""
        return 400, {}, json.dumps({"you": dict(headers)}).encode()

    with Listener(echo) as home:
        v1, v2 = clients_of(home)
        with v1, v2:
            for act in (
                lambda: list(v1.walk("sdk/tasks")),
                lambda: v1.get_project(1),
                lambda: v1.get_project(2),
                lambda: v1.get_project(3),
                lambda: v2.async_jobs.retrieve("1"),
                lambda: list(v2.async_jobs.stream_progress("1")),
            ):
                with pytest.raises(ClientError) as failure:
                    act()
                assert all(secret not in words_of(failure.value) for secret in SECRETS)
            shown = repr((v1, v2, vars(v1), vars(v2), vars(v1._transport), vars(v2._transport)))
        assert USER_TOKEN in home.heard

    assert all(secret not in caplog.text + shown for secret in SECRETS)
