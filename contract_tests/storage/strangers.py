"""Clients that nobody here wrote, on a storage over the wire: s3fs and curl."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import s3fs

from contract_tests.storage.sides import Side, fake, session

if TYPE_CHECKING:
    from collections.abc import Iterator


class MissingProgramError(Exception):
    """A client is not installed."""


@contextmanager
def live() -> Iterator[Side]:
    """Serve a backend on loopback, on real time; yield its storage as a client is told of it."""
    with fake() as (backend, _), backend.serve() as served:
        yield session(backend, served.url)


@contextmanager
def file_system(side: Side) -> Iterator[Any]:
    """Open a file system of s3fs on a storage; its session ends with it."""
    files = s3fs.S3FileSystem(
        key=side.credentials.access_key,
        secret=side.credentials.secret_key,
        endpoint_url=side.endpoint,
        client_kwargs={"region_name": side.region},
        skip_instance_cache=True,
    )
    try:
        yield files
    finally:
        files.close_session(files.loop, files.s3)


def curl(*arguments: str) -> bytes:
    """Run curl and return what it prints; an answer of 400 and above is an error.

    Its own settings and proxies are left out.

    Raises:
        MissingProgramError: There is no curl.
    """
    program = shutil.which("curl")
    if program is None:
        raise MissingProgramError("curl is missing; install it, as in `apt-get install curl`")
    command = [program, "--disable", "--noproxy", "*", "--silent", "--show-error", "--fail", *arguments]
    return subprocess.run(command, check=True, capture_output=True, timeout=60).stdout  # noqa: S603 - curl itself


def by_header(side: Side) -> list[str]:
    """Return the options with which curl signs.

    curl before 8.0 sends S3 no hash of the body, which S3 requires; one that is given to it, it signs.
    """
    keys = f"{side.credentials.access_key}:{side.credentials.secret_key}"
    unsigned = ["--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
    return ["--aws-sigv4", f"aws:amz:{side.region}:s3", "--user", keys, *unsigned]
