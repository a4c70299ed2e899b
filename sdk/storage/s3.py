"""A storage that is a bucket (providers ``amazon_s3`` and ``minio``), by boto3.

boto3 is imported when a bucket is opened, not before. Its exceptions never leave this module: their text and chain
may hold signed URLs.
"""

from __future__ import annotations

import io
import os
import threading
from typing import TYPE_CHECKING, Any, BinaryIO, override

from sdk.clients.redaction import Redactor
from sdk.storage.errors import (
    StorageAccessError,
    StorageError,
    StorageNotFoundError,
    StorageUnreachableError,
    UnsupportedStorageError,
)
from sdk.storage.paths import checked_path, file_path
from sdk.storage.root import StoredFile

if TYPE_CHECKING:
    from collections.abc import Buffer, Callable, Iterator
    from datetime import datetime
    from pathlib import Path

    from sdk.clock import Clock
    from sdk.storage.session import StorageSession

DELETE_BATCH = 1000  # S3 DeleteObjects takes no more keys
IN_ONE = 8 * 2**20  # bytes that are uploaded in one request; boto3's own threshold for parts
CUTS, CUT_WAIT = 4, 1.0  # of one body, and seconds before it goes on, doubling: as for payloads (contract.md 3.3)
READ_SIZE = 1 << 16  # bytes pulled from the connection at once
RENEW_BEFORE = 30.0  # seconds before its end at which a session is opened anew
DEFAULT_REGION = "us-east-1"  # the reference client's, when the configuration names none
_NOT_FOUND = frozenset({"404", "NoSuchKey", "NotFound"})
_COME_BACK = frozenset({429, 500, 502, 503, 504})  # statuses that say nothing about the object


class S3Storage:
    """Objects of one bucket.

    Args:
        session: Access that the backend gave: bucket_name, access_key, secret_key, region_name, endpoint_url.
        renew: Opens a new session when this one is about to expire; ``None`` when that cannot be.
        clock: Judges the expiry.

    Raises:
        UnsupportedStorageError: The configuration names no bucket, or boto3 is not installed.
    """

    def __init__(self, session: StorageSession, *, renew: Callable[[], StorageSession] | None, clock: Clock) -> None:
        self.provider = session.provider
        self._renew = renew
        self._clock = clock
        self._renewing = threading.Lock()
        self._open(session)

    def __repr__(self) -> str:
        return f"<S3Storage {self._bucket!r}>"

    def local_path(self, path: str) -> Path | None:
        """Return ``None``; the path is checked all the same."""
        checked_path(path)
        return None

    def open_binary(self, path: str) -> BinaryIO:
        """Open an object as a stream; see ``StorageRoot.open_binary``."""
        return io.BufferedReader(self._body(path, 0, None), READ_SIZE)

    def read_range(self, path: str, start: int, length: int) -> bytes:
        """Return a piece of an object; see ``StorageRoot.read_range``."""
        if start < 0 or length < 0:
            raise ValueError(f"start and length must not be negative, not {start} and {length}")
        file_path(path)
        if length == 0 or start >= self.size(path):
            return b""
        with io.BufferedReader(self._body(path, start, start + length - 1), READ_SIZE) as stream:
            return stream.read()

    def size(self, path: str) -> int:
        """Return an object's size; see ``StorageRoot.size``."""
        return int(self._call(path, "head_object", Key=file_path(path))["ContentLength"])

    def exists(self, path: str) -> bool:
        """Return whether the object is there; see ``StorageRoot.exists``."""
        try:
            self.size(path)
        except StorageNotFoundError:
            return False
        return True

    def list(self, prefix: str) -> Iterator[str]:
        """Yield keys below a prefix; see ``StorageRoot.list``."""
        return (entry.path for entry in self.entries(prefix))

    def entries(self, prefix: str) -> Iterator[StoredFile]:
        """Yield keys, sizes and ETags below a prefix; see ``StorageRoot.entries``."""
        relative = checked_path(prefix)
        token: dict[str, str] = {}
        while True:
            where = {"Prefix": f"{relative}/"} if relative else {}
            answer = self._call(prefix, "list_objects_v2", **where, **token)
            for entry in answer.get("Contents", ()):
                yield StoredFile(entry["Key"], int(entry["Size"]), str(entry["ETag"]))
            if not answer.get("IsTruncated"):
                return
            token = {"ContinuationToken": answer["NextContinuationToken"]}

    def write_file(self, local: Path | str, path: str) -> str:
        """Upload a file, in parts when it is large; see ``StorageRoot.write_file``.

        A small one goes in one request: boto3's transfers set up a pool of threads for each.
        """
        key = file_path(path)
        if os.stat(local).st_size > IN_ONE:  # noqa: PTH116
            self._call(path, "upload_file", Filename=str(local), Key=key)
            return str(self._call(path, "head_object", Key=key)["ETag"])
        with open(local, "rb") as body:  # noqa: PTH123
            return str(self._call(path, "put_object", Key=key, Body=body)["ETag"])

    def write_bytes(self, path: str, body: bytes) -> None:
        """Upload an object; see ``StorageRoot.write_bytes``."""
        self._call(path, "put_object", Key=file_path(path), Body=body)

    def delete(self, path: str) -> bool:
        """Remove one object; see ``StorageRoot.delete``."""
        if not self.exists(path):
            return False
        self._call(path, "delete_object", Key=file_path(path))
        return True

    def delete_tree(self, prefix: str, *, prune_to: str | None = None) -> int:
        """Remove all objects below a prefix, and the one of that name; see ``StorageRoot.delete_tree``."""
        relative = file_path(prefix)
        if prune_to is not None:
            checked_path(prune_to)
        keys = list(self.list(relative))
        if self.exists(relative):
            keys.append(relative)
        for start in range(0, len(keys), DELETE_BATCH):
            batch = keys[start : start + DELETE_BATCH]
            wanted = {"Objects": [{"Key": key} for key in batch], "Quiet": True}
            answer = self._call(prefix, "delete_objects", Delete=wanted)
            refused = answer.get("Errors", [])
            if refused:
                first = refused[0]
                raise StorageAccessError(
                    f"{len(refused)} of {len(batch)} objects below {prefix!r} were not removed; "
                    f"the first is {first.get('Key')!r} ({first.get('Code')}).",
                    path=prefix,
                )
        return len(keys)

    def close(self) -> None:
        """Give back connections; see ``StorageRoot.close``."""
        self._client.close()

    def _body(self, path: str, start: int, end: int | None) -> _ObjectBody:
        """Return the body of an object from one byte to another, as a stream that goes on after a cut."""
        version: dict[str, str] = {}

        def reach(byte: int) -> Any:
            where = {} if byte == 0 and end is None else {"Range": f"bytes={byte}-{'' if end is None else end}"}
            answer = self._call(path, "get_object", Key=file_path(path), **where, **version)
            if "ETag" in answer:
                version["IfMatch"] = answer["ETag"]  # a rest is of the same object, or an error
            return answer["Body"]

        return _ObjectBody(reach, start, path, self._redactor, self._clock)

    def _open(self, session: StorageSession) -> None:
        configuration = session.configuration
        bucket = configuration.get("bucket_name")
        if not isinstance(bucket, str) or not bucket:
            raise UnsupportedStorageError(f"Storage {session.id}: its configuration names no bucket_name.")
        self._bucket = bucket
        self._redactor = Redactor((configuration.get("access_key"), configuration.get("secret_key")))
        self._client = _boto3_client(session)
        self._expires_at: datetime | None = session.expires_at

    def _call(self, path: str, operation: str, **arguments: Any) -> Any:
        """Run one operation on the bucket; botocore's failures become errors of ours, unchained."""
        self._renew_when_due()
        from boto3.exceptions import Boto3Error  # noqa: PLC0415  (only a world with S3 pays for the import)
        from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415

        arguments["Bucket"] = self._bucket
        failure: StorageError
        try:
            return getattr(self._client, operation)(**arguments)
        except ClientError as error:
            code = str(error.response.get("Error", {}).get("Code", "unknown"))
            if code in _NOT_FOUND:
                failure = StorageNotFoundError(f"There is no object {path!r} in the bucket.", path=path)
            else:
                status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
                kind = StorageUnreachableError if status in _COME_BACK else StorageAccessError
                why = f"{code}: {error.response.get('Error', {}).get('Message', '')}"
                failure = self._failed(path, operation, why, kind)
        except (BotoCoreError, Boto3Error) as error:
            failure = self._failed(path, operation, f"{type(error).__name__}: {error}", StorageUnreachableError)
        except OSError as error:
            failure = self._failed(path, operation, f"{type(error).__name__}: {error}")
        raise failure

    def _failed(
        self, path: str, operation: str, why: str, kind: type[StorageAccessError] = StorageAccessError
    ) -> StorageAccessError:
        return kind(
            f"The bucket {self._bucket!r} did not do {operation} on {path!r}: {self._redactor.text(why)}", path=path
        )

    def _renew_when_due(self) -> None:
        if self._renew is None:
            return
        with self._renewing:
            if self._expires_at is None:
                return
            if (self._expires_at - self._clock.now()).total_seconds() <= RENEW_BEFORE:
                self._open(self._renew())


class _ObjectBody(io.RawIOBase):
    """The body of an object as raw bytes to read; where it is cut it is asked for from there on, a few times.

    A body that stays cut is an error, not an end.

    Args:
        reach: Returns botocore's stream from a byte of the object on.
        start: The first byte.
        path: Path, for the sentence of an error.
        redactor: Masks what the error says.
        clock: Waits before it is asked for again.
    """

    def __init__(self, reach: Callable[[int], Any], start: int, path: str, redactor: Redactor, clock: Clock) -> None:
        self._reach = reach
        self._place = start
        self._body = reach(start)
        self._cuts = 0
        self._path = path
        self._redactor = redactor
        self._clock = clock

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        piece = self._pull(len(view))
        view[: len(piece)] = piece
        return len(piece)

    @override
    def close(self) -> None:
        if not self.closed:
            self._body.close()
        super().close()

    def _pull(self, size: int) -> bytes:
        from botocore.exceptions import BotoCoreError  # noqa: PLC0415  (as in S3Storage)
        from urllib3.exceptions import HTTPError  # noqa: PLC0415

        while True:
            failure: StorageAccessError
            try:
                piece = bytes(self._body.read(size))
            except (BotoCoreError, HTTPError, OSError) as error:
                words = self._redactor.text(f"{type(error).__name__}: {error}")
                failure = StorageUnreachableError(
                    f"The object {self._path!r} was cut while being read: {words}", path=self._path
                )
            else:
                self._place += len(piece)
                return piece
            if self._cuts >= CUTS:
                raise failure
            self._body.close()
            self._clock.sleep(CUT_WAIT * 2.0**self._cuts)
            self._cuts += 1
            self._body = self._reach(self._place)


def _boto3_client(session: StorageSession) -> Any:
    """Return a boto3 client for a session."""
    try:
        import boto3  # noqa: PLC0415  (an optional dependency)
    except ImportError as error:
        raise UnsupportedStorageError(
            f"Storage {session.id} is a bucket, which needs boto3: pip install boto3."
        ) from error
    configuration = session.configuration
    return boto3.client(
        "s3",
        region_name=configuration.get("region_name") or DEFAULT_REGION,
        endpoint_url=configuration.get("endpoint_url") or None,
        aws_access_key_id=configuration.get("access_key"),
        aws_secret_access_key=configuration.get("secret_key"),
        aws_session_token=configuration.get("session_token"),
    )
