"""Storages: where bundles are read from and exports are written to."""

from sdk.storage.errors import (
    StorageAccessError,
    StorageError,
    StorageNotFoundError,
    StorageUnreachableError,
    UnsafePathError,
    UnsupportedStorageError,
)
from sdk.storage.opening import open_storage
from sdk.storage.paths import checked_path
from sdk.storage.root import StorageRoot
from sdk.storage.session import StorageSession

__all__ = [
    "StorageAccessError",
    "StorageError",
    "StorageNotFoundError",
    "StorageRoot",
    "StorageSession",
    "StorageUnreachableError",
    "UnsafePathError",
    "UnsupportedStorageError",
    "checked_path",
    "open_storage",
]
