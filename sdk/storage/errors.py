"""Errors of storage access; the whole tree is drawn in ``sdk.errors``."""

from __future__ import annotations

from sdk.errors import SdkError


class StorageError(SdkError):
    """A storage did not do what was asked.

    Args:
        message: One sentence, free of secrets.
        path: Path inside the storage, where there is one.
    """

    def __init__(self, message: str, *, path: str | None = None) -> None:
        super().__init__(message)
        self.path = path


class UnsafePathError(StorageError):
    """A path that would leave the storage root; nothing was touched."""


class StorageNotFoundError(StorageError):
    """No such file in the storage."""


class StorageAccessError(StorageError):
    """The storage refused, or failed on the way."""


class StorageUnreachableError(StorageAccessError):
    """The storage is not there for now: it does not answer, or asks to come back later."""


class UnsupportedStorageError(StorageError):
    """A provider, configuration or session contract that this SDK does not speak."""
