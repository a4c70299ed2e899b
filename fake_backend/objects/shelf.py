"""moto's S3 model, one for each world: buckets, keys and multipart uploads that meet nobody else's.

moto keeps three things for the whole process, and each would let worlds meet, or a user's own ``mock_aws`` meet a
world: the register of bucket names (`bucket_accounts`: one name, one owner, and a lookup that falls through to the
other account), the strong list of every model ever made (`instances_tracked`: bodies are never freed, and any reset
closes all of them), and the clock. The classes below keep moto's model and leave these three out.

moto is imported with this module, hence only when a world stores its first object.
Source: moto 5.2, ``moto/s3/models.py`` and ``moto/core/common_models.py``.
"""

from __future__ import annotations

import hashlib
from bisect import insort
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Self

from moto.s3 import exceptions as moto_errors
from moto.s3.models import FakeBucket, FakeKey, FakeMultipart, S3Backend, s3_backends
from moto.utilities.utils import LowercaseDict
from requests.structures import CaseInsensitiveDict

from fake_backend.objects.errors import EntityTooSmall, InvalidPart, NoSuchBucket, NoSuchKey, NoSuchUpload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fake_backend.core.kept import Kept

ACCOUNT = "123456789012"  # moto's own default account; no answer of ours shows it
PARTITION = "aws"  # moto holds S3 by partition, not by region


class Key(FakeKey):
    """An object, or a part of one.

    Its bytes are one immutable value, so that an answer under way outlives overwriting and deletion. Of moto's
    attributes it has those that the served operations read: moto's own constructor opens a temporary file and makes
    an access list, whose members are tracked in turn, for every key.

    Args:
        name: Key of the object.
        body: Its bytes.
        modified: When it was written.
        headers: What is kept along with it: header names and values.
        etag: Entity tag without quotes; MD5 of the bytes when left out.
    """

    def __new__(cls, *_: object, **__: object) -> Self:
        """Make an instance that moto does not track."""
        return object.__new__(cls)

    def __init__(
        self, name: str, body: bytes, modified: datetime, headers: Mapping[str, str], etag: str | None = None
    ) -> None:
        self.name = name
        self.value = body
        self.last_modified = modified.astimezone(UTC).replace(tzinfo=None)  # as moto keeps it
        self.multipart = None
        self.disposed = False
        self.checksum: dict[str, str] = {}  # headers of the answer that tell the checksum, where one came along
        self._tag = self._etag = etag
        self._metadata = LowercaseDict()
        self.set_metadata(dict(headers))

    def __del__(self) -> None:
        """Hold nothing that needs disposing of, unlike moto's temporary file."""

    def dispose(self, garbage: bool = False) -> None:  # noqa: FBT001, FBT002 (moto's signature)
        """Keep the bytes: whoever reads them still has them, and the last reader frees them."""
        self.disposed = not garbage

    @property
    def value(self) -> bytes:
        """The bytes of the object."""
        return self._bytes

    @value.setter
    def value(self, body: bytes) -> None:
        self._bytes = body
        self.contentsize = len(body)

    @property
    def etag(self) -> str:
        """The entity tag, in quotes: MD5 of the bytes, or what a multipart upload came to."""
        if self._etag is None:
            self._etag = hashlib.md5(self._bytes, usedforsecurity=False).hexdigest()
        return f'"{self._etag}"'

    @property
    def tag(self) -> str | None:
        """The entity tag without quotes where it is not the MD5 of the bytes."""
        return self._tag

    @property
    def modified(self) -> datetime:
        """When the object was written, aware; moto keeps naive UTC."""
        return self.last_modified.replace(tzinfo=UTC)

    @property
    def headers(self) -> dict[str, str]:
        """What was stored along with the bytes: lower-case header names and their values."""
        return dict(self.metadata)


class Bucket(FakeBucket):
    """A bucket that is not on moto's register of names."""

    def __new__(cls, *_: object, **__: object) -> Self:
        """Make an instance that moto does not track."""
        return object.__new__(cls)

    def __init__(self, name: str, region: str, created: datetime) -> None:
        # moto registers the name under which it makes a bucket; a slash keeps this one from being anybody's
        passing = f"{id(self)}/{name}"
        super().__init__(passing, ACCOUNT, region)
        s3_backends.bucket_accounts.pop(passing, None)
        self.name = name
        self.creation_date = created

    def is_created(self) -> bool:
        """Return whether the bucket is there: it is (moto leaves this open in its own buckets)."""
        return True


class Multipart(FakeMultipart):
    """A multipart upload whose id comes from the world's draws."""

    def __new__(cls, *_: object, **__: object) -> Self:
        """Make an instance that moto does not track."""
        return object.__new__(cls)

    def __init__(
        self, key: str, headers: Mapping[str, str], region: str, upload_id: str, now: Callable[[], datetime]
    ) -> None:
        super().__init__(key, CaseInsensitiveDict(headers), ACCOUNT, region)
        self.id = upload_id
        self._now = now

    def set_part(self, part_id: int, value: bytes) -> Key:
        """Keep a part, in place of an earlier one of its number."""
        part = Key(str(part_id), value, self._now(), {})
        if part_id not in self.parts:
            insort(self.partlist, part_id)
        self.parts[part_id] = part
        return part


class Shelf(S3Backend):
    """Everything that one world stores; not thread-safe by itself, `fake_backend.objects.store` holds a lock.

    Args:
        region: Region of every bucket.
        now: The world's time.
    """

    def __init__(self, region: str, now: Callable[[], datetime]) -> None:
        super().__init__(PARTITION, ACCOUNT)
        self._region = region
        self._now = now

    def add_bucket(self, name: str, created: datetime) -> None:
        """Make a bucket."""
        self.buckets[name] = Bucket(name, self._region, created)

    def get_bucket(self, bucket_name: str) -> FakeBucket:
        """Return this world's bucket, never another one's.

        Raises:
            NoSuchBucket: This world has no bucket of that name.
        """
        try:
            return self.buckets[bucket_name]
        except KeyError:
            raise NoSuchBucket(received=bucket_name, elements={"BucketName": bucket_name}) from None

    def names(self, bucket: str) -> list[str]:
        """Return the keys of a bucket in S3's order, that of their UTF-8 bytes (Python's order of text is the same)."""
        return sorted(self.get_bucket(bucket).keys)

    def find(self, bucket: str, name: str) -> Key:
        """Return an object.

        Raises:
            NoSuchBucket: No such bucket.
            NoSuchKey: No such object in it.
        """
        key = self.get_bucket(bucket).keys.get(name)
        if not isinstance(key, Key):
            raise NoSuchKey(received=name, elements={"Key": name})
        return key

    def keep(self, bucket: str, name: str, body: bytes, headers: Mapping[str, str]) -> Key:
        """Store an object, in place of an earlier one of its name."""
        return self._stored(bucket, name, body, headers, etag=None)

    def restore(self, kept: Kept) -> None:
        """Put back an object that outlived its process."""
        key = Key(kept.key, kept.body, kept.modified, kept.headers, kept.etag)
        key.checksum = dict(kept.checksum)
        self.get_bucket(kept.bucket).keys.setlist(kept.key, [key])

    def begin_upload(self, bucket: str, name: str, headers: Mapping[str, str], upload_id: str) -> None:
        """Begin a multipart upload."""
        uploads = self.get_bucket(bucket).multiparts
        uploads[upload_id] = Multipart(name, headers, self._region, upload_id, self._now)

    def upload(self, bucket: str, name: str, upload_id: str) -> Multipart:
        """Return a multipart upload under way.

        Raises:
            NoSuchUpload: None of that id, or one of another key.
        """
        found = self.get_bucket(bucket).multiparts.get(upload_id)
        if not isinstance(found, Multipart) or found.key_name != name:
            raise NoSuchUpload(received=upload_id, elements={"UploadId": upload_id})
        return found

    def parts(self, bucket: str, name: str, upload_id: str) -> dict[int, Key]:
        """Return the parts of an upload by number."""
        parts = self.upload(bucket, name, upload_id).parts.items()
        return {number: part for number, part in parts if isinstance(part, Key)}

    def complete_upload(self, bucket: str, name: str, upload_id: str, parts: Iterable[tuple[int, str]]) -> Key:
        """Join the parts into the object, as moto's model joins them.

        Args:
            bucket: Name of the bucket.
            name: Key of the object.
            upload_id: What beginning the upload gave.
            parts: Number and entity tag of each part, in ascending order.

        Raises:
            NoSuchUpload: No such upload.
            InvalidPart: A part was not uploaded, or differently.
            EntityTooSmall: A part other than the last is below 5 MiB.
        """
        upload = self.upload(bucket, name, upload_id)
        try:
            body, etag, _ = upload.complete(iter(parts))
        except moto_errors.InvalidPart as error:
            raise InvalidPart(elements={"UploadId": upload_id}) from error
        except moto_errors.EntityTooSmall as error:
            raise EntityTooSmall(elements={"MinSizeAllowed": str(5 * 1024 * 1024)}) from error
        key = self._stored(bucket, name, body, dict(upload.metadata), etag=etag)
        del self.get_bucket(bucket).multiparts[upload_id]
        return key

    def abort_upload(self, bucket: str, name: str, upload_id: str) -> None:
        """Forget a multipart upload and its parts."""
        self.upload(bucket, name, upload_id)
        self.abort_multipart_upload(bucket, upload_id)

    def _stored(self, bucket: str, name: str, body: bytes, headers: Mapping[str, str], *, etag: str | None) -> Key:
        key = Key(name, body, self._now(), headers, etag)
        self.get_bucket(bucket).keys.setlist(name, [key])
        return key
