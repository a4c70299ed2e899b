"""Worlds with objects, and the strangers who ask for them: boto3, requests, and calls without a socket."""

from __future__ import annotations

import io
import random
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import boto3
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest, AWSResponse
from botocore.config import Config
from cheroot import wsgi

from fake_backend.core.clock import VirtualClock
from fake_backend.objects import ObjectStore, application

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HOST = "storage.test"  # answered without a socket
BUCKET = "media"
START = datetime(2026, 3, 2, 10, 30, 15, 250_000, tzinfo=UTC)


class DatedSigner(S3SigV4Auth):
    """botocore's signer at a given instant: its own steps, with no patch that threads would share."""

    def sign(self, request: AWSRequest, at: datetime) -> None:
        """Add the headers."""
        request.context["timestamp"] = at.strftime("%Y%m%dT%H%M%SZ")
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))


@dataclass
class Reply:
    """What came back, read to the end."""

    status: int
    headers: dict[str, str]
    chunks: list[bytes]

    @property
    def body(self) -> bytes:
        """The whole body."""
        return b"".join(self.chunks)

    @property
    def error(self) -> dict[str, str]:
        """The elements of an error document."""
        root = ET.fromstring(self.body)  # noqa: S314 (our own document)
        assert "Error" == root.tag
        return {element.tag: element.text or "" for element in root}

    @property
    def refusal(self) -> tuple[int, str]:
        """Status and code."""
        return self.status, self.error["Code"]


@dataclass
class Place:
    """A world's storage, with the ways of asking it."""

    store: ObjectStore
    clock: Any
    requests: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def objects(self) -> ObjectStore:
        """As a world has it."""
        return self.store

    def ask(
        self,
        method: str,
        url: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
        *,
        environ: dict[str, Any] | None = None,
    ) -> Reply:
        """Call the application as a server would; the URL is sent as it stands."""
        scheme, _, rest = url.partition("://")
        host, slash, target = rest.partition("/")
        given = {"Host": host, **(headers or {})}
        if body and not {name.lower() for name in given} & {"content-length", "transfer-encoding"}:
            given["Content-Length"] = str(len(body))
        self.requests.append((method, url, given))
        path, _, query = (slash + target).partition("?")
        called: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "RAW_URI": slash + target,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "wsgi.url_scheme": scheme,
            "wsgi.input": io.BytesIO(body),
            "wsgi.input_terminated": True,
            "fake_backend.world": self,
            "fake_backend.storage_url": f"{scheme}://{HOST}",
        }
        for name, value in given.items():
            key = name.upper().replace("-", "_")
            text = value.decode() if isinstance(value, bytes) else str(value)
            called[key if key in {"CONTENT_TYPE", "CONTENT_LENGTH"} else f"HTTP_{key}"] = text.encode().decode(
                "latin-1"
            )
        called.update(environ or {})
        head: list[Any] = []
        chunks = list(application(called, lambda status, sent: head.extend((status, sent))))
        names = [name.lower() for name, _ in head[1]]
        assert len(names) == len(set(names)), "a header is sent twice"
        return Reply(int(head[0].split()[0]), {name.lower(): value for name, value in head[1]}, chunks)

    def ask_as_requests(self, method: str, url: str, **options: Any) -> Reply:
        """Call the application with what requests would send for ``url``."""
        prepared = requests.Request(method, url, **options).prepare()
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        split = urlsplit(prepared.url)
        return self.ask(method, f"{split.scheme}://{split.netloc}{prepared.path_url}", dict(prepared.headers), body)

    def signed(
        self,
        method: str,
        url: str,
        body: bytes = b"",
        headers: dict[str, str] | None = None,
        *,
        at: datetime | None = None,
        region: str = "ap-northeast-2",
        service: str = "s3",
        payload: str | None = None,
    ) -> dict[str, str]:
        """Return the headers of a request that botocore has signed with this place's keys.

        ``at`` dates it, and ``payload`` stands for the body in place of its hash.
        """
        signer = DatedSigner(self.store.credentials, service, region)
        if payload is not None:
            signer.payload = lambda _: payload
        request = AWSRequest(method, url, headers={**(headers or {})}, data=body)
        signer.sign(request, at or self.clock.now())
        return dict(request.headers.items())

    def url(self, key: str, **options: Any) -> str:
        """Return a presigned URL of a key in the one bucket."""
        return self.store.presign(BUCKET, key, base_url=f"http://{HOST}", **options)


def a_store(clock: Any, seed: int = 7, **options: Any) -> ObjectStore:
    """Return a store with one bucket; those of one seed have the same credentials."""
    store = ObjectStore(clock, random.Random(seed), **options)
    store.create_bucket(BUCKET)
    return store


@pytest.fixture
def place() -> Place:
    """A storage under a virtual clock, with an empty bucket ``media``."""
    clock = VirtualClock(START)
    return Place(a_store(clock), clock)


@pytest.fixture
def stored(place: Place) -> Place:
    """A place with one object, ``a`` of five bytes."""
    place.store.put("media", "a", b"hello")
    return place


@pytest.fixture(scope="session")
def make_place() -> Callable[..., Place]:
    """Make further storages; options go to the store."""

    def make(clock: Any = None, **options: Any) -> Place:
        clock = clock or VirtualClock(START)
        return Place(a_store(clock, **options), clock)

    return make


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """One session of boto3: reading its models takes longer than a test."""
    keys = a_store(VirtualClock(START)).credentials
    return boto3.Session(keys.access_key, keys.secret_key, region_name="ap-northeast-2")


@pytest.fixture(scope="session")
def clients(session: boto3.Session) -> Iterator[Callable[..., Any]]:
    """Make boto3 clients whose requests reach a place without a socket, each kind once.

    botocore hands over the finished request in its event ``before-send``, and takes the answer from there.
    """
    made: dict[tuple[str, str], tuple[Any, SimpleNamespace]] = {}

    def make(place: Place, scheme: str = "http", style: str = "path") -> Any:
        if (scheme, style) not in made:
            client = session.client(
                "s3",
                endpoint_url=f"{scheme}://{HOST}",
                # a digest that does not fit is tried again by some botocores, after waits in real time
                config=Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1}),
            )
            target = SimpleNamespace(place=None)
            client.meta.events.register("before-send.s3", lambda request, **_: _answered(request, target.place))
            made[scheme, style] = client, target
        client, target = made[scheme, style]
        target.place = place
        return client

    yield make
    for client, _ in made.values():
        client.close()


@pytest.fixture
def boto(place: Place, clients: Callable[..., Any]) -> Any:
    """A boto3 client of default configuration on ``place``."""
    return clients(place)


class _Raw(io.BytesIO):
    """A body as urllib3 hands it to botocore."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        while chunk := self.read(16_384):
            yield chunk


def _answered(request: Any, place: Place) -> AWSResponse:
    body = request.body
    if body is not None and not isinstance(body, bytes | bytearray):
        body = body.read()
    reply = place.ask(request.method, request.url, dict(request.headers.items()), bytes(body or b""))
    return AWSResponse(request.url, reply.status, reply.headers, _Raw(reply.body))


@pytest.fixture(scope="session")
def server() -> Iterator[SimpleNamespace]:
    """The application behind a real server on loopback; a test says which place it serves."""
    serving = SimpleNamespace(place=None, url="")

    def served(environ: dict[str, Any], start_response: Any) -> Any:
        environ["fake_backend.world"] = serving.place
        environ["fake_backend.storage_url"] = serving.url
        return application(environ, start_response)

    running = wsgi.Server(("127.0.0.1", 0), served, numthreads=4)
    running.prepare()
    thread = threading.Thread(target=running.serve)
    thread.start()
    serving.url = f"http://127.0.0.1:{running.bind_addr[1]}"
    yield serving
    running.stop()
    thread.join()
