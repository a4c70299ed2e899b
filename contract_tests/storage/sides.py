"""Who is asked: this fake's storage, or moto alone. Both are reached by any client of this process, without sockets."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import requests
from botocore.credentials import Credentials

from contract_tests import strategies
from contract_tests.storage import signers
from fake_backend import FakeBackend

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "a/kept.txt"  # the object that is there
KEPT = b"as it was"  # and its bytes
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
}
MOTO_REGION = "ap-northeast-2"
MOTO_BUCKET = "media"
MOTO_KEYS = ("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")  # those of AWS's own examples


@dataclass(frozen=True)
class Side:
    """A storage and what it takes to sign for it.

    Args:
        endpoint: Base URL, without a slash at the end.
        bucket: Name of the one bucket.
        region: Its region.
        credentials: Whoever may do everything there.
    """

    endpoint: str
    bucket: str
    region: str
    credentials: Credentials

    @property
    def bucket_url(self) -> str:
        """URL of the bucket in path style."""
        return f"{self.endpoint}/{self.bucket}"

    def client(self, **options: Any) -> Any:
        """Return a boto3 client of the storage."""
        return boto3.client(
            "s3",
            aws_access_key_id=self.credentials.access_key,
            aws_secret_access_key=self.credentials.secret_key,
            region_name=self.region,
            endpoint_url=self.endpoint,
            **options,
        )


@contextlib.contextmanager
def fake(**options: Any) -> Iterator[tuple[FakeBackend, Side]]:
    """Open a backend, on real time unless told otherwise, with one object in its bucket."""
    with FakeBackend(seed=DOCUMENT, **{"clock": "system", **options}) as backend:
        side = session(backend)
        _keep(side)
        yield backend, side


def session(backend: FakeBackend, url: str | None = None) -> Side:
    """Return the storage as the backend tells a client of it.

    Args:
        backend: It has the storage of `DOCUMENT`.
        url: Where the client reaches the backend; in process when left out.
    """
    answer = requests.post(
        f"{url or backend.url}/storages/{strategies.STORAGE}/session/",
        headers=backend.tokens[strategies.MAIN_TENANT].headers,
        json={"purpose": "write"},
        timeout=30,
    )
    held = answer.json()["configuration"]
    credentials = Credentials(held["access_key"], held["secret_key"])
    return Side(held["endpoint_url"], held["bucket_name"], held["region_name"], credentials)


@contextlib.contextmanager
def moto_alone() -> Iterator[Side]:
    """Let moto answer for S3, with one object in a bucket."""
    from moto import mock_aws  # noqa: PLC0415 - a quarter of a second that only the table pays for

    with mock_aws():
        side = Side(f"https://s3.{MOTO_REGION}.amazonaws.com", MOTO_BUCKET, MOTO_REGION, Credentials(*MOTO_KEYS))
        client = side.client()
        client.create_bucket(Bucket=MOTO_BUCKET, CreateBucketConfiguration={"LocationConstraint": MOTO_REGION})
        client.close()
        _keep(side)
        yield side


def _keep(side: Side) -> None:
    requests.put(signers.url(side, KEY, method="PUT"), data=KEPT, timeout=signers.TIMEOUT).raise_for_status()
