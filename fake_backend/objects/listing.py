"""Lists of a bucket's objects, page by page: ListObjectsV2, and ListObjects for those who still ask for it."""

from __future__ import annotations

import binascii
import hashlib
import hmac
from base64 import b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

from fake_backend.core.digits import whole
from fake_backend.objects import instants
from fake_backend.objects.answer import Answer, document
from fake_backend.objects.errors import InvalidArgument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.objects.document import Content
    from fake_backend.objects.request import ObjectRequest
    from fake_backend.objects.shelf import Key
    from fake_backend.objects.store import ObjectStore

MAX_KEYS = 1000  # S3 API reference, ``ListObjectsV2``: more are asked for in vain
_MOST_ASKABLE = 2**31 - 1
_SEAL_BYTES = 16


@dataclass(frozen=True)
class Page:
    """A page of a list.

    Args:
        entries: Keys, and prefixes that stand for all keys below them, in order; each with whether it is a prefix.
        truncated: Whether more follow.
    """

    entries: tuple[tuple[str, bool], ...]
    truncated: bool

    @property
    def last(self) -> str:
        """The entry after which the next page starts; empty when there is none."""
        return self.entries[-1][0] if self.entries else ""


def page(names: Sequence[str], *, prefix: str, delimiter: str, after: str, limit: int) -> Page:
    """Return one page.

    Args:
        names: All keys, sorted.
        prefix: Only keys that start so.
        delimiter: Keys that have it after the prefix are rolled up to it; empty for none.
        after: Entry of the page before, or any text: only what sorts after it, and nothing rolled up into it.
        limit: Most entries; zero gives an empty page that claims to be the last, as in S3.
    """
    at = max(bisect_right(names, after), bisect_left(names, prefix))
    if after and _rolled_up(after, prefix, delimiter) == after:
        at = _past(names, at, after)
    entries: list[tuple[str, bool]] = []
    while at < len(names) and names[at].startswith(prefix) and limit:
        if len(entries) == limit:
            return Page(tuple(entries), truncated=True)
        rolled = _rolled_up(names[at], prefix, delimiter)
        entries.append((rolled or names[at], rolled is not None))
        at = _past(names, at, rolled) if rolled else at + 1
    return Page(tuple(entries), truncated=False)


def list_objects_v2(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Answer ListObjectsV2."""
    token = request.parameters.get("continuation-token")
    start_after = request.parameters.get("start-after", "")
    after = start_after if token is None else _unsealed(token, store)
    asked = _Asked.read(request)
    found = asked.page(store, after)
    following: list[tuple[str, Content]] = []
    if found.truncated:
        following.append(("NextContinuationToken", _sealed(found.last, store)))
    if token is not None:
        following.append(("ContinuationToken", token))
    if start_after:
        following.append(("StartAfter", asked.encoded(start_after)))
    following.append(("KeyCount", str(len(found.entries))))
    with_owner = request.parameters.get("fetch-owner") == "true"
    return document("ListBucketResult", asked.content(store, found, following, with_owner=with_owner))


def list_objects(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Answer ListObjects, the first version, which boto3's ``Bucket.objects`` still asks for."""
    marker = request.parameters.get("marker", "")
    asked = _Asked.read(request)
    found = asked.page(store, marker)
    following: list[tuple[str, Content]] = [("Marker", asked.encoded(marker))]
    if found.truncated and asked.delimiter:  # without a delimiter the last key is the marker: API reference
        following.append(("NextMarker", asked.encoded(found.last)))
    return document("ListBucketResult", asked.content(store, found, following, with_owner=True))


@dataclass(frozen=True)
class _Asked:
    """What both versions are asked, and how both show what they found."""

    bucket: str
    prefix: str
    delimiter: str
    limit: int
    url_encoded: bool

    @classmethod
    def read(cls, request: ObjectRequest) -> _Asked:
        encoding = request.parameters.get("encoding-type")
        if encoding not in {None, "url"}:
            raise InvalidArgument(
                "Invalid Encoding Method specified in Request",
                received=encoding,
                expected="url",
                elements={"ArgumentName": "encoding-type", "ArgumentValue": str(encoding)},
            )
        limit = request.parameters.get("max-keys") or str(MAX_KEYS)
        if not (limit.isascii() and limit.isdecimal() and whole(limit) <= _MOST_ASKABLE):
            raise InvalidArgument(
                "Provided max-keys not an integer or within integer range",
                received=limit,
                expected=f"0 to {MAX_KEYS}",
                elements={"ArgumentName": "max-keys", "ArgumentValue": limit},
            )
        return cls(
            bucket=request.bucket,
            prefix=request.parameters.get("prefix", ""),
            delimiter=request.parameters.get("delimiter", ""),
            limit=min(whole(limit), MAX_KEYS),
            url_encoded=encoding == "url",
        )

    def page(self, store: ObjectStore, after: str) -> Page:
        names = store.keys(self.bucket)
        return page(names, prefix=self.prefix, delimiter=self.delimiter, after=after, limit=self.limit)

    def encoded(self, text: str) -> str:
        return quote(text, safe="/") if self.url_encoded else text

    def content(
        self, store: ObjectStore, found: Page, following: Sequence[tuple[str, Content]], *, with_owner: bool
    ) -> list[tuple[str, Content]]:
        content: list[tuple[str, Content]] = [
            ("Name", self.bucket),
            ("Prefix", self.encoded(self.prefix)),
            *following,
            ("MaxKeys", str(self.limit)),
            ("IsTruncated", "true" if found.truncated else "false"),
        ]
        if self.delimiter:
            content.append(("Delimiter", self.encoded(self.delimiter)))
        if self.url_encoded:
            content.append(("EncodingType", "url"))
        owner: list[tuple[str, Content]] = [("Owner", [("ID", store.owner_id)])] if with_owner else []
        for name, is_prefix in found.entries:
            if is_prefix:
                content.append(("CommonPrefixes", [("Prefix", self.encoded(name))]))
            elif (key := store.look_up(self.bucket, name)) is not None:  # else: deleted since the names were read
                content.append(("Contents", [("Key", self.encoded(name)), *_described(key), *owner]))
        return content


def _described(key: Key) -> list[tuple[str, Content]]:
    return [
        ("LastModified", instants.iso(key.modified)),
        ("ETag", key.etag),
        ("Size", str(len(key.value))),
        ("StorageClass", "STANDARD"),
    ]


def _rolled_up(name: str, prefix: str, delimiter: str) -> str | None:
    """Return the prefix that stands for ``name``, ``None`` where it stands for itself."""
    cut = name.find(delimiter, len(prefix)) if delimiter and name.startswith(prefix) else -1
    return None if cut < 0 else name[: cut + len(delimiter)]


def _past(names: Sequence[str], at: int, prefix: str) -> int:
    """Return the first place from ``at`` on whose name does not start with ``prefix``."""
    return bisect_left(names, True, lo=at, key=lambda name: not name.startswith(prefix))


def _sealed(last: str, store: ObjectStore) -> str:
    """Return a token that names a place and shows if it was tampered with; AWS's are opaque too."""
    place = last.encode()
    return urlsafe_b64encode(_seal(place, store) + place).decode("ascii")


def _unsealed(token: str, store: ObjectStore) -> str:
    """Return the place that a token names.

    Raises:
        InvalidArgument: This world never gave that token.
    """
    try:
        sealed = b64decode(token.encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):  # the latter: not ASCII
        sealed = b""
    seal, place = sealed[:_SEAL_BYTES], sealed[_SEAL_BYTES:]
    if not hmac.compare_digest(seal, _seal(place, store)) or urlsafe_b64encode(sealed).decode("ascii") != token:
        raise InvalidArgument(
            "The continuation token provided is incorrect",
            received=token,
            expected="a NextContinuationToken of this storage",
            elements={"ArgumentName": "continuation-token"},
        )
    return place.decode()


def _seal(place: bytes, store: ObjectStore) -> bytes:
    return hmac.digest(store.seal, place, hashlib.sha256)[:_SEAL_BYTES]
