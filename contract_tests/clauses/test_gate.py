"""The presign gate: a URL is good for its method, its key, its signature and its time, and for nothing else."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

import boto3
import pytest
import requests
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.walking import get_page
from fake_backend import FakeBackend, VirtualClock

if TYPE_CHECKING:
    from collections.abc import Iterator

PAYLOAD = {"값": "x" * strategies.EXTERNALISED}
GOOD_FOR = 3600  # seconds that the backend's own URLs are good for
DOCUMENT = {
    **strategies.SURROUNDINGS,
    "storages": [
        {
            "id": strategies.STORAGE,
            "tenant": strategies.MAIN_TENANT,
            "name": "bucket",
            "category": "external",
            "provider": "amazon_s3",
            "configuration": {},
            "is_default": True,
        }
    ],
    "tasks": [{"id": 1, "project": strategies.MAIN_PROJECT, "data": PAYLOAD, "created": strategies.INSTANTS[0]}],
}


@contextlib.contextmanager
def world() -> Iterator[tuple[FakeBackend, str]]:
    """Open a backend with one externalised payload; yield it with a fresh presigned URL of that payload."""
    with FakeBackend(seed=DOCUMENT) as backend:
        headers = backend.tokens[strategies.MAIN_TENANT].headers
        page = get_page(f"{backend.url}/sdk/tasks/", headers, {"project": 1, "response_mode": "presigned"})
        yield backend, page.rows[0]["data"]["presigned_url"]


def s3_client(backend: FakeBackend, **options: Any) -> tuple[Any, str]:
    """Return a boto3 client of the storage's session, and its bucket."""
    headers = backend.tokens[strategies.MAIN_TENANT].headers
    answer = requests.post(
        f"{backend.url}/storages/{strategies.STORAGE}/session/", headers=headers, json={"purpose": "write"}, timeout=30
    )
    held = answer.json()["configuration"]
    client = boto3.client(
        "s3",
        aws_access_key_id=held["access_key"],
        aws_secret_access_key=held["secret_key"],
        endpoint_url=held["endpoint_url"],
        region_name=held["region_name"],
        **options,
    )
    return client, held["bucket_name"]


def refusal(answer: requests.Response) -> tuple[int, str | None]:
    """Return the status and the code of S3's own XML error."""
    return answer.status_code, ET.fromstring(answer.content).findtext("Code")  # noqa: S314 - the fake's own


@settings(max_examples=10)
@given(st.integers(0, 2 * GOOD_FOR) | st.sampled_from([GOOD_FOR - 1, GOOD_FOR, GOOD_FOR + 2]))
def test_a_url_expires_by_the_worlds_clock(seconds: int) -> None:
    """Before its time it gives the payload; after, 403 ``AccessDenied``, the request has expired."""
    with world() as (backend, url):
        assert isinstance(backend.clock, VirtualClock)
        backend.clock.advance(seconds)
        answer = requests.get(url, timeout=30)

        if seconds < GOOD_FOR:
            assert answer.status_code == 200
            assert PAYLOAD == answer.json()
        elif seconds > GOOD_FOR + 1:  # a signature's date has whole seconds: the last one may go either way
            assert answer.status_code == 403
            assert refusal(answer)[1] == "AccessDenied"
            assert b"Request has expired" in answer.content


@settings(max_examples=20)
@given(st.data())
def test_an_altered_url_gives_nothing(data: st.DataObject) -> None:
    """Change one character of the key or of any signed parameter: S3's error in XML, and not a byte of the payload."""
    with world() as (_, url):
        parts = urlsplit(url)
        pairs = dict(parse_qsl(parts.query))
        name = data.draw(st.sampled_from(["path", *sorted(pairs)]), "part")
        value = parts.path if name == "path" else pairs[name]
        first = 1 if name == "path" else 0
        place = first + data.draw(st.integers(0, 999), "place") % (len(value) - first)  # the URL is another each time
        letters = data.draw(st.permutations("0a9Z"), "characters")
        character = next(letter for letter in letters if letter != value[place])
        altered = value[:place] + character + value[place + 1 :]
        path = altered if name == "path" else parts.path
        query = pairs if name == "path" else pairs | {name: altered}
        answer = requests.get(urlunsplit((parts.scheme, parts.netloc, path, urlencode(query), "")), timeout=30)
        status, code = refusal(answer)

        assert status in {400, 403}
        assert code
        assert b"xxxx" not in answer.content


@pytest.mark.parametrize("method", ["PUT", "DELETE", "POST", "HEAD"])
def test_a_url_is_good_for_its_method_alone(method: str) -> None:
    """The method is signed: another one is 403 ``SignatureDoesNotMatch``, and the object stays as it was."""
    with world() as (_, url):
        answer = requests.request(method, url, data=b"overwritten" if method == "PUT" else None, timeout=30)

        assert answer.status_code in ({403, 405} if method == "POST" else {403})
        assert method == "HEAD" or refusal(answer)[1] in {"SignatureDoesNotMatch", "MethodNotAllowed"}
        assert requests.get(url, timeout=30).json() == PAYLOAD


KEYS = st.lists(
    st.text(st.sampled_from("ab 한/~+%"), min_size=1, max_size=6).filter(lambda key: key.strip("/ .") == key),
    max_size=6,
    unique=True,
)


@settings(max_examples=10)
@given(KEYS, st.binary(min_size=1, max_size=50), st.integers(1, 3))
def test_boto3_reads_what_it_wrote(keys: list[str], body: bytes, size: int) -> None:
    """Header-signed PUT, ListObjectsV2 page by page, ranged GET and DELETE, with keys that need encoding."""
    with world() as (backend, _):
        client, bucket = s3_client(backend)
        for key in keys:
            client.put_object(Bucket=bucket, Key=key, Body=body)
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, PaginationConfig={"PageSize": size})
        listed = [item["Key"] for page in pages for item in page.get("Contents", [])]

        assert sorted(keys, key=str.encode) == listed
        for key in keys[:1]:
            part = client.get_object(Bucket=bucket, Key=key, Range=f"bytes={len(body) // 2}-")

            assert (206, body[len(body) // 2 :]) == (part["ResponseMetadata"]["HTTPStatusCode"], part["Body"].read())
            client.delete_object(Bucket=bucket, Key=key)
            with pytest.raises(ClientError, match="NoSuchKey"):
                client.get_object(Bucket=bucket, Key=key)
