"""Clients that nobody told of us: boto3, sessions that follow redirects, many threads at once."""

from __future__ import annotations

import hashlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import boto3
import botocore.config
import botocore.exceptions
import pytest
import requests
import urllib3
from wsgi_applications import Application, Stream

from fake_backend.transports.in_process import ConnectionRefused, HangUp, InProcess, Mount, NoAnswer, Reset

if TYPE_CHECKING:
    from collections.abc import Iterator


class Bucket:
    """As much of S3 as a transport needs: keeps what is put, gives what is asked for."""

    def __init__(self) -> None:
        self.objects: dict[str, bytes] = {}
        self.environs: list[dict[str, object]] = []
        self.fates: list[type[BaseException]] = []  # what befalls the next requests

    def __call__(self, environ, start_response):
        """Meet the fate that is due, or keep and give objects."""
        self.environs.append(environ)
        body = environ["wsgi.input"].read()
        if environ.get("HTTP_CONTENT_ENCODING") == "aws-chunked":  # over https boto3 sends a checksum behind the body
            size, _, body = body.partition(b"\r\n")
            body = body[: int(size, 16)]
        if self.fates:
            raise self.fates.pop(0)
        key = environ["PATH_INFO"].encode("latin-1").decode()
        if environ["REQUEST_METHOD"] == "PUT":
            if body.startswith(b"refuse"):
                start_response("403 Forbidden", [("Content-Type", "application/xml")])
                return [b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"]
            self.objects[key] = body
            start_response("200 OK", [("ETag", f'"{hashlib.sha256(body).hexdigest()}"')])
            return []
        found = self.objects[key]
        start_response("200 OK", [("Content-Length", str(len(found))), ("ETag", '"e"')])
        return Stream(found[place : place + 1000] for place in range(0, len(found), 1000))


@pytest.fixture
def bucket() -> Bucket:
    return Bucket()


@pytest.fixture(params=["http", "https", "live"])
def s3(request: pytest.FixtureRequest, bucket, monkeypatch) -> Iterator[object]:
    """A client of boto3 at its own settings; in process with proxies in its environment."""
    if request.param == "live":
        url = request.getfixturevalue("live")(bucket)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    else:
        url = request.getfixturevalue("mount")(bucket, scheme=request.param)
        monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    client = boto3.client(
        "s3",
        endpoint_url=url,
        region_name="ap-northeast-2",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=botocore.config.Config(
            read_timeout=0.4 if request.param == "live" else 60,  # in process nothing waits for it
            retries={"total_max_attempts": 2},
            s3={"addressing_style": "path"},
        ),
    )
    yield client
    client.close()


@pytest.mark.parametrize("size", [0, 3000, 300_000])
def test_boto3_puts_and_gets_objects(s3, bucket, size) -> None:
    """The connections of botocore are caught: ``Expect: 100-continue``, Korean keys, bodies of any size."""
    data = bytes(range(256)) * (size // 256) + bytes(size % 256)
    s3.put_object(Bucket="data", Key="한글/파일 1.json", Body=data)

    assert data == s3.get_object(Bucket="data", Key="한글/파일 1.json")["Body"].read()
    assert "100-continue" == bucket.environs[0]["HTTP_EXPECT"]
    assert bucket.environs[0]["fake_backend.connection"] is bucket.environs[1]["fake_backend.connection"]


def test_boto3_shows_a_refusal_of_the_application(s3) -> None:
    """An answer other than 100 to a put is the answer."""
    with pytest.raises(botocore.exceptions.ClientError, match="AccessDenied"):
        s3.put_object(Bucket="data", Key="a", Body=b"refuse this")


@pytest.mark.parametrize(
    ("fate", "error"),
    [
        (NoAnswer, botocore.exceptions.ReadTimeoutError),
        (ConnectionRefused, botocore.exceptions.EndpointConnectionError),
        (Reset, botocore.exceptions.ConnectionClosedError),
        (HangUp, botocore.exceptions.ConnectionClosedError),
    ],
)
def test_boto3_retries_and_names_what_befell_its_connection(s3, bucket, fate, error, monkeypatch) -> None:
    """Retries of botocore run against the signals: one is survived, two are its own exception."""
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)  # its back-off between the attempts
    bucket.fates = [fate]
    s3.put_object(Bucket="data", Key="a", Body=b"a")
    assert {"/data/a": b"a"} == bucket.objects

    bucket.fates = [fate, fate]
    if "127.0.0.1" in s3.meta.endpoint_url and fate is ConnectionRefused:
        error = botocore.exceptions.ConnectionClosedError  # a connection that stands cannot be refused any more
    with pytest.raises(error):
        s3.get_object(Bucket="data", Key="a")


def test_a_redirect_leads_to_another_of_our_hosts_and_away_from_them(mount, live, session) -> None:
    """In process to in process, in process to a socket, a socket to in process: it is all one to a client."""
    last = mount(Application(lambda environ: environ["RAW_URI"].encode()))
    over = live(Application(lambda _: ("307 Temporary Redirect", [("Location", f"{last}/end?a=b")], b"")))
    first = mount(Application(lambda _: ("302 Found", [("Location", f"{over}/next")], b"")))

    response = session.get(first)
    with urllib3.PoolManager() as pool:
        pooled = pool.request("GET", first)

    assert b"/end?a=b" == response.content
    assert [first + "/", over + "/next"] == [hop.url for hop in response.history]
    assert b"/end?a=b" == pooled.data


def test_credentials_do_not_follow_a_redirect_to_another_host(mount, session) -> None:
    """Clients strip ``Authorization`` at a change of host, so ours have to be different hosts to them."""
    end = Application()
    url = mount(end)
    start = mount(Application(lambda _: ("302 Found", [("Location", url)], b"")))
    session.get(start, headers={"Authorization": "Token secret", "X-Kept": "1"})

    assert {"HTTP_X_KEPT"} == {"HTTP_X_KEPT", "HTTP_AUTHORIZATION"} & end.environs[0].keys()


def test_threads_and_transports_do_not_get_in_each_other_s_way() -> None:
    """Eight threads open, use and close transports of their own, and share one, all at once."""
    shared = Application(lambda environ: environ["RAW_URI"].encode())
    start = threading.Barrier(8)

    def work(number: int) -> list[bytes]:
        host = f"worker-{number}.fake-backend.invalid"
        seen = []
        start.wait(10)
        with requests.Session() as session:
            session.trust_env = False
            for turn in range(5):
                own = Application(lambda environ: environ["HTTP_HOST"].encode())
                with InProcess([Mount(host, own)]):
                    seen.append(session.get(f"http://{host}").content)
                    seen.append(session.get(f"http://shared.fake-backend.invalid/{number}/{turn}").content)
        return seen

    with InProcess([Mount("shared.fake-backend.invalid", shared)]), ThreadPoolExecutor(8) as threads:
        results = list(threads.map(work, range(8)))

    assert [
        [part for turn in range(5) for part in (f"worker-{n}.fake-backend.invalid".encode(), f"/{n}/{turn}".encode())]
        for n in range(8)
    ] == results


def test_threads_share_a_session_s_pool(mount, session) -> None:
    """One pool, many threads: every answer goes to the one who asked."""
    url = mount(Application(lambda environ: environ["RAW_URI"].encode()))
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda number: session.get(f"{url}/{number}").content, range(80)))

    assert [f"/{number}".encode() for number in range(80)] == answers
