"""Where a bundle is written: a directory or a bucket, with the same three verbs."""

from __future__ import annotations

import shutil
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Protocol

from fake_backend.core.errors import BadRequest
from fake_backend.exports.paths import below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.objects import ObjectStore


class Root(Protocol):
    """A storage, seen from its root."""

    def check(self, path: PurePosixPath) -> None:
        """Refuse a path that leaves the storage."""

    def write(self, path: PurePosixPath, body: bytes) -> None:
        """Write a whole file, with the directories on its way."""

    def remove(self, path: PurePosixPath) -> None:
        """Remove a file or everything below a directory; nothing there is fine."""

    def uri(self, path: PurePosixPath) -> str:
        """Return the address that a person would look at."""


class DirectoryRoot:
    """A ``file_system`` storage: a directory that the client sees as well."""

    def __init__(self, location: str) -> None:
        self._root = Path(location)

    def check(self, path: PurePosixPath) -> None:
        """Refuse a path on which a symbolic link leaves the directory."""
        below(self._root, path)

    def write(self, path: PurePosixPath, body: bytes) -> None:
        """Write a whole file, with the directories on its way."""
        target = below(self._root, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(body)

    def remove(self, path: PurePosixPath) -> None:
        """Remove a file or a tree; nothing there is fine."""
        target = below(self._root, path)
        if target.is_dir():
            shutil.rmtree(target)
        else:
            target.unlink(missing_ok=True)

    def uri(self, path: PurePosixPath) -> str:
        """Return a ``file://`` address."""
        return self._root.joinpath(*path.parts).absolute().as_uri()


class BucketRoot:
    """An ``amazon_s3`` storage: a bucket of this world."""

    def __init__(self, objects: ObjectStore, bucket: str) -> None:
        self._objects = objects
        self._bucket = bucket

    def check(self, path: PurePosixPath) -> None:
        """Accept: a bucket has no links."""

    def write(self, path: PurePosixPath, body: bytes) -> None:
        """Write an object."""
        self._objects.put(self._bucket, str(path), body)

    def remove(self, path: PurePosixPath) -> None:
        """Remove an object and everything under it as a prefix."""
        for key in self._objects.keys(self._bucket, str(path)):
            if key == str(path) or key.startswith(f"{path}/"):
                self._objects.delete(self._bucket, key)

    def uri(self, path: PurePosixPath) -> str:
        """Return an ``s3://`` address."""
        return f"s3://{self._bucket}/{path}"


def open_root(storage: Mapping[str, Any], objects: ObjectStore) -> Root:
    """Return the root of a storage row.

    Raises:
        BadRequest: The provider is one that this backend cannot write to.
    """
    configuration = storage["configuration"]
    match storage["provider"]:
        case "file_system":
            return DirectoryRoot(configuration["location"])
        case "amazon_s3":
            return BucketRoot(objects, configuration["bucket_name"])
        case other:
            raise BadRequest(
                f"Storage {storage['id']} cannot be written to by this backend.",
                received=other,
                expected="a storage of provider file_system or amazon_s3",
                field="storage_id",
            )
