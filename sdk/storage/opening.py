"""From a session to a storage that can be used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.clock import Clock, SystemClock
from sdk.storage.errors import UnsupportedStorageError
from sdk.storage.file_system import FileSystemStorage
from sdk.storage.s3 import S3Storage

if TYPE_CHECKING:
    from collections.abc import Callable

    from sdk.storage.root import StorageRoot
    from sdk.storage.session import StorageSession

S3_PROVIDERS = ("amazon_s3", "minio")


def open_storage(
    session: StorageSession, *, renew: Callable[[], StorageSession] | None = None, clock: Clock | None = None
) -> StorageRoot:
    """Open the storage that a session describes.

    Args:
        session: Provider and configuration, as the backend gave them.
        renew: Opens a new session when this one is about to expire.
        clock: Judges the expiry; the machine's own when absent.

    Raises:
        UnsupportedStorageError: The provider is none of ``file_system``, ``amazon_s3``, ``minio``, or its
            configuration lacks what is needed.
    """
    if session.provider == "file_system":
        return FileSystemStorage.from_session(session)
    if session.provider in S3_PROVIDERS:
        return S3Storage(session, renew=renew, clock=clock or SystemClock())
    raise UnsupportedStorageError(
        f"Storage {session.id} is of provider {session.provider!r}; file_system, amazon_s3 and minio can be opened."
    )
