"""``make storage-clients``: one object by boto3, s3fs, curl and the published client, byte for byte equal."""

from __future__ import annotations

import hashlib
import json
import random
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import requests
from rich.console import Console
from rich.table import Table

from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.storage.signers import TIMEOUT, url
from contract_tests.storage.strangers import MissingProgramError, by_header, curl, file_system, live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from contract_tests.storage.sides import Side

DRIVER = Path(__file__).with_name("reference_driver.py")
KEY = "한글/사진 1.bin"
SIZE = 3_000_000  # bytes: several blocks of every client
MAX_SECONDS = 120


def main(root: Path, versions: Sequence[str]) -> int:
    """Download by every client, print what came, and return the exit status.

    Args:
        root: The project's root, where the environments of the published client are.
        versions: Of the published client.
    """
    body = random.Random(SIZE).randbytes(SIZE)  # noqa: S311 - any bytes will do
    wanted = hashlib.sha256(body).hexdigest()
    table = Table("client", "way", "sha256", "verdict", title=f"{SIZE:,} bytes, downloaded by strangers")
    differing = 0
    try:
        for version in versions:
            if not Environment(root, version).is_ready:
                Environment(root, version).make()
        with live() as side:
            requests.put(url(side, KEY, method="PUT"), data=body, timeout=TIMEOUT).raise_for_status()
            for client, way, digest in _downloads(side, root, versions):
                differing += digest != wanted
                table.add_row(client, way, digest[:12], "equal" if digest == wanted else "[red]differs[/]")
    except (MissingProgramError, CannotInstall, subprocess.CalledProcessError) as error:
        told = error.stderr if isinstance(error, subprocess.CalledProcessError) else error
        sys.stderr.write(f"storage-clients: {told.decode() if isinstance(told, bytes) else told}\n")
        return 2
    console = Console()
    console.print(table)
    console.print(f"{table.row_count} downloads, {table.row_count - differing} equal")
    return int(bool(differing))


def _downloads(side: Side, root: Path, versions: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    """Yield client, way and SHA-256 of each download."""
    client = side.client()
    signed = client.generate_presigned_url("get_object", {"Bucket": side.bucket, "Key": KEY})
    ways: list[tuple[str, str, Callable[[], bytes]]] = [
        ("boto3", "get_object", client.get_object(Bucket=side.bucket, Key=KEY)["Body"].read),
        ("requests", "presigned URL", lambda: requests.get(signed, timeout=TIMEOUT).content),
        ("curl", "presigned URL", lambda: curl(signed)),
        ("curl", "--aws-sigv4", lambda: curl(*by_header(side), signed.partition("?")[0])),
    ]
    for name, way, download in ways:
        yield name, way, hashlib.sha256(download()).hexdigest()
    client.close()
    with file_system(side) as files:
        yield "s3fs", "cat_file", hashlib.sha256(files.cat_file(f"{side.bucket}/{KEY}")).hexdigest()
    configuration = {
        "bucket_name": side.bucket,
        "access_key": side.credentials.access_key,
        "secret_key": side.credentials.secret_key,
        "region_name": side.region,
        "endpoint_url": side.endpoint,
    }
    asked = json.dumps({"url": signed, "configuration": configuration, "key": KEY})
    for version in versions:
        done = subprocess.run(  # noqa: S603 - our own driver
            [str(Environment(root, version).python), str(DRIVER)],
            input=asked,
            capture_output=True,
            text=True,
            timeout=MAX_SECONDS,
            check=True,
        )
        for way, digest in json.loads(done.stdout).items():
            yield f"synapse-sdk {version}", way, digest
