"""Which access key opens which bucket.

Every storage has keys of its own for its bucket; those of the world itself open every bucket, sign its URLs and are
handed out to nobody.

Source: S3 user guide, "How Amazon S3 authorizes a request": the signature says who asks, and then it is looked up what
they may.
Not supported: policies of a bucket or of a user, ACLs, rights on some operations or keys of a bucket.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fake_backend.objects.credentials import Credentials


@dataclass(frozen=True)
class Grant:
    """What one pair of keys is good for.

    Args:
        credentials: The pair.
        buckets: Names of the buckets that it opens; ``None`` is every one.
    """

    credentials: Credentials
    buckets: frozenset[str] | None

    def opens(self, bucket: str) -> bool:
        """Return whether the keys have rights on a bucket."""
        return self.buckets is None or bucket in self.buckets


class Grants:
    """The keys of one world's storages.

    Args:
        own: The world's own keys; nobody else's are ever taken for them.
    """

    def __init__(self, own: Credentials) -> None:
        self._own = Grant(own, None)
        self._held: dict[str, tuple[Credentials, str]] = {}

    def __repr__(self) -> str:
        return f"<Grants of {sorted(self._held)}>"

    def give(self, holder: str, credentials: Credentials, bucket: str) -> None:
        """Let a holder's keys open a bucket, in place of what the holder had before.

        Args:
            holder: Who has them, such as ``storage-4``.
            credentials: The keys; two holders may share them, and then have the buckets of both.
            bucket: Name of the bucket; it need not be there.
        """
        self._held = {name: held for name, held in self._held.items() if name != holder}
        self._held[holder] = (credentials, bucket)

    def find(self, access_key: str) -> Grant | None:
        """Return what an access key is good for, ``None`` for one that nobody has."""
        if access_key == self._own.credentials.access_key:
            return self._own
        held = [pair for pair in self._held.values() if pair[0].access_key == access_key]
        if not held:
            return None
        credentials = held[-1][0]  # of two secrets for one access key the later one counts
        return Grant(credentials, frozenset(bucket for other, bucket in held if other == credentials))

    def clear(self) -> None:
        """Forget every holder; the world's own keys stay."""
        self._held = {}
