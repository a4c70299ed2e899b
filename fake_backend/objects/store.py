"""What one world keeps as objects, and the URLs that lead to them."""

from __future__ import annotations

import re
import threading
from base64 import b64encode
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from fake_backend.core.bugs import Bugs
from fake_backend.core.kept import Kept
from fake_backend.objects.credentials import Credentials
from fake_backend.objects.errors import InvalidBucketName, KeyTooLong, NoSuchBucket, NoSuchKey
from fake_backend.objects.grants import Grants

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from fake_backend.core.clock import Clock
    from fake_backend.objects.keeper import Keeper
    from fake_backend.objects.shelf import Key, Shelf

REGION = "ap-northeast-2"  # SigV4 only: a boto3 client of default configuration presigns with SigV4 there
DEFAULT_CONTENT_TYPE = "binary/octet-stream"  # S3's, for what came without a type
MAX_KEY_BYTES = 1024  # S3 user guide, "Naming Amazon S3 objects"
_BUCKET_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # S3 user guide, "General purpose bucket naming rules"


class ObjectStore:
    """The buckets of one world; nobody else's bucket of the same name is ever met.

    Making one costs microseconds: moto is imported with the first object, botocore with the first URL.
    Thread-safe.

    Args:
        clock: The world's time: dates of objects, of URLs, and their expiry.
        rng: Draws the world's own credentials, and ids later on; equal generators draw equal ones.
        judge_skew: Whether a request dated more than 15 minutes from the clock is refused. Right where the clock is
            the system's; a foreign client dates its requests by the machine, whatever a virtual clock shows.
        region: Region of every bucket.
        ids: Draws ids of uploads, where ``rng`` draws the same in every life of a world; ``rng`` when left out.
        keeper: Where objects outlive the process; what it holds is there from the start.
        bugs: Those of the world.
    """

    def __init__(
        self,
        clock: Clock,
        rng: random.Random,
        *,
        judge_skew: bool = False,
        region: str = REGION,
        ids: random.Random | None = None,
        keeper: Keeper | None = None,
        bugs: Bugs | None = None,
    ) -> None:
        self.bugs = Bugs() if bugs is None else bugs
        self.clock = clock
        self.region = region
        self.judge_skew = judge_skew
        self.credentials = Credentials.draw(rng)
        self.grants = Grants(self.credentials)
        self.owner_id = f"{rng.getrandbits(256):064x}"
        self.host_id = b64encode(rng.randbytes(57)).decode("ascii")
        self.seal = rng.randbytes(32)
        self._rng = ids or rng
        self._lock = threading.RLock()
        self._keeper = keeper
        self._buckets: dict[str, datetime] = {} if keeper is None else keeper.buckets()
        self._shelf: Shelf | None = None
        if self._buckets and keeper is not None:
            for kept in keeper.objects():
                self.shelf.restore(kept)

    def __repr__(self) -> str:
        return f"<ObjectStore {self.region} buckets={sorted(self._buckets)}>"

    def create_bucket(self, name: str) -> None:
        """Make a bucket; one that is there already stays as it is.

        Raises:
            InvalidBucketName: The name is not 3 to 63 lower-case letters, digits, dots and hyphens.
        """
        if not _BUCKET_NAME.fullmatch(name):
            raise InvalidBucketName(
                received=name,
                expected="3 to 63 lower-case letters, digits, dots and hyphens",
                elements={"BucketName": name},
            )
        with self._changing():
            if name not in self._buckets:
                self._buckets[name] = self.clock.now()
                if self._shelf is not None:
                    self._shelf.add_bucket(name, self._buckets[name])
            if self._keeper is not None:  # also when it was made in a transaction that came to nothing
                self._keeper.add_bucket(name, self._buckets[name])

    def put(self, bucket: str, key: str, body: bytes, content_type: str = DEFAULT_CONTENT_TYPE) -> None:
        """Store an object, in place of an earlier one of its key.

        Raises:
            NoSuchBucket: No such bucket.
            KeyTooLong: The key takes more than 1,024 bytes of UTF-8.
        """
        self.keep(bucket, key, body, {"content-type": content_type})

    def get(self, bucket: str, key: str) -> bytes:
        """Return the bytes of an object.

        Raises:
            NoSuchBucket: No such bucket.
            NoSuchKey: No such object in it.
        """
        return self.find(bucket, key).value

    def size(self, bucket: str, key: str) -> int:
        """Return the length of an object in bytes.

        Raises:
            NoSuchBucket: No such bucket.
            NoSuchKey: No such object in it.
        """
        return len(self.find(bucket, key).value)

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object; one that is not there is removed already, as in S3.

        Raises:
            NoSuchBucket: No such bucket.
        """
        self.require(bucket)
        with self._changing():
            if self._shelf is not None:
                self._shelf.delete_object(bucket, key)
            if self._keeper is not None:
                self._keeper.forget(bucket, key)

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        """Return the keys that start with ``prefix``, in the order of their UTF-8 bytes.

        Raises:
            NoSuchBucket: No such bucket.
        """
        self.require(bucket)
        with self._lock:
            names = [] if self._shelf is None else self._shelf.names(bucket)
        return [name for name in names if name.startswith(prefix)]

    def clear(self) -> None:
        """Forget every bucket, who may open it, and every object; the world's own credentials stay."""
        self.grants.clear()
        with self._changing():
            self._buckets.clear()
            self._shelf = None
            if self._keeper is not None:
                self._keeper.clear()

    def presign(
        self,
        bucket: str,
        key: str,
        *,
        base_url: str,
        method: str = "GET",
        expires_in: int = 3600,
        issued_at: datetime | None = None,
    ) -> str:
        """Return a URL that carries its own permission, signed by botocore's SigV4 query signer.

        Args:
            bucket: Name of the bucket; it need not be there.
            key: Key of the object; it need not be there.
            base_url: Storage endpoint, without a slash at the end; the URL is in path style.
            method: The one method that the URL is good for.
            expires_in: Seconds from its issue; S3 honours 1 to 604,800, and this signs any number.
            issued_at: Instant of issue, aware; the clock's now when left out. SigV4 drops fractions of a second.
        """
        # botocore takes 60 ms to import: a world that hands out no URL does not pay for it
        from fake_backend.objects.signing import presigned_url  # noqa: PLC0415

        return presigned_url(
            self.credentials,
            self.region,
            f"{base_url}/{bucket}",
            key,
            method=method,
            expires_in=expires_in,
            issued_at=issued_at or self.clock.now(),
        )

    def draw_id(self, bits: int = 64) -> str:
        """Return a fresh id in upper-case hexadecimal, from the world's draws."""
        return f"{self._rng.getrandbits(bits):0{bits // 4}X}"

    def has(self, bucket: str) -> bool:
        """Return whether a bucket is there."""
        return bucket in self._buckets

    def require(self, bucket: str) -> None:
        """Refuse a bucket that is not there.

        Raises:
            NoSuchBucket: No such bucket.
        """
        if bucket not in self._buckets:
            raise NoSuchBucket(received=bucket, elements={"BucketName": bucket})

    def find(self, bucket: str, key: str) -> Key:
        """Return an object with all that is stored about it.

        Raises:
            NoSuchBucket: No such bucket.
            NoSuchKey: No such object in it.
        """
        self.require(bucket)
        shelf = self._shelf
        if shelf is None:
            raise NoSuchKey(received=key, elements={"Key": key})
        return shelf.find(bucket, key)

    def look_up(self, bucket: str, key: str) -> Key | None:
        """Return an object, ``None`` where it is not there."""
        try:
            return self.find(bucket, key)
        except (NoSuchBucket, NoSuchKey):
            return None

    def keep(
        self, bucket: str, key: str, body: bytes, headers: dict[str, str], checksum: dict[str, str] | None = None
    ) -> Key:
        """Store an object with headers to go with it (lower-case names), and the checksum that came along.

        Raises:
            NoSuchBucket: No such bucket.
            KeyTooLong: The key takes more than 1,024 bytes of UTF-8.
        """
        length = len(key.encode())
        if length > MAX_KEY_BYTES:
            raise KeyTooLong(
                received=f"{length} bytes",
                expected=f"at most {MAX_KEY_BYTES} bytes of UTF-8",
                elements={"Size": str(length), "MaxSizeAllowed": str(MAX_KEY_BYTES)},
            )
        self.require(bucket)
        with self._changing():
            kept = self.shelf.keep(bucket, key, body, headers)
            kept.checksum = checksum or {}
            return self._kept(bucket, kept)

    def complete_upload(self, bucket: str, key: str, upload_id: str, parts: Sequence[tuple[int, str]]) -> Key:
        """Join the parts of an upload into the object; arguments and refusals are the shelf's."""
        with self._changing():
            return self._kept(bucket, self.shelf.complete_upload(bucket, key, upload_id, parts))

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold what a change needs: the keeper first, as whoever holds the keeper may come in here."""
        with self._keeper.together() if self._keeper is not None else nullcontext(), self._lock:
            yield

    def _kept(self, bucket: str, key: Key) -> Key:
        if self._keeper is not None:
            self._keeper.keep(Kept(bucket, key.name, key.value, key.modified, key.headers, key.tag, key.checksum))
        return key

    @property
    def lock(self) -> threading.RLock:
        """Held by whoever changes or walks the shelf."""
        return self._lock

    @property
    def shelf(self) -> Shelf:
        """The world's own moto backend, made when it is first asked for."""
        with self._lock:
            if self._shelf is None:
                # moto takes a quarter of a second to import: a world that stores nothing does not pay for it
                from fake_backend.objects.shelf import Shelf  # noqa: PLC0415

                shelf = Shelf(self.region, self.clock.now)
                for name, created in self._buckets.items():
                    shelf.add_bucket(name, created)
                self._shelf = shelf
            return self._shelf
