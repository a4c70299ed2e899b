"""Files that are complete, kept by a key with size and SHA-256 in their names, so that nothing else has to be written.

    <shelf>/<three digits of the key's digest>/<the digest>.<bytes>.<sha256>

A file comes onto the shelf by one rename, and is believed on the next run only if it still is what its name says.

Names are kept out of pathlib, which holds on to each of them for good (cpython's gh-113993, in 3.12).
"""

# ruff: noqa: PTH102, PTH105, PTH108, PTH123, PTH208

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SHARD = 3  # hexadecimal digits: 4,096 directories keep each of them short, whatever the number of rows
_KEY = 32  # hexadecimal digits of a key's digest
# What a file system says that has no second name for a file, or no more of them for this one.
_NO_LINKS = frozenset({errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EXDEV})


class Shelf:
    """Files of one kind.

    Args:
        directory: Where they lie; it comes into being with the first file.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = str(directory)
        self._incoming = directory / "incoming"
        self._has_past = directory.exists()
        self._is_ready = self._has_past
        self._shards: set[str] = set()

    @property
    def incoming(self) -> Path:
        """Path to write the next file to, before ``keep`` takes it; what an earlier run left there is removed."""
        if not self._is_ready:
            self._incoming.parent.mkdir(parents=True, exist_ok=True)
            self._is_ready = True
        self._incoming.unlink(missing_ok=True)
        return self._incoming

    def find(self, key: str) -> str | None:
        """Return the path of a file that an earlier run has kept, or ``None``; one that has changed is removed.

        Args:
            key: What it was kept under.

        Raises:
            OSError: It cannot be read.
        """
        if not self._has_past:
            return None
        name = _name(key)
        try:
            entries = os.listdir(f"{self._directory}/{name[:_SHARD]}")
        except FileNotFoundError:
            return None
        for entry in entries:
            if entry.startswith(f"{name}."):
                path = f"{self._directory}/{name[:_SHARD]}/{entry}"
                if entry == f"{name}.{_described(path)}":
                    return path
                os.unlink(path)
        return None

    def keep(self, file: Path, key: str) -> str:
        """Take a complete file and return the path that it has from now on.

        Args:
            file: On the same file system; ``incoming``.
            key: What to keep it under.

        Raises:
            OSError: It cannot be read or moved.
        """
        name = _name(key)
        shard = name[:_SHARD]
        if shard not in self._shards:
            with suppress(FileExistsError):
                os.mkdir(f"{self._directory}/{shard}")
            self._shards.add(shard)
        place = f"{self._directory}/{shard}/{name}.{_described(file)}"
        os.replace(file, place)
        return place


def give(file: str | Path, destination: Path) -> int:
    """Let a kept file stand at a second place as well, by a link where the file system has links, else by a copy.

    Args:
        file: Of a shelf.
        destination: Must not exist.

    Returns:
        Its size in bytes.

    Raises:
        FileExistsError: The destination exists.
        OSError: It cannot be written there; nothing stands there then.
    """
    try:
        os.link(file, destination, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        with open(file, "rb") as source, destination.open("xb") as sink:
            try:
                shutil.copyfileobj(source, sink, 1 << 20)
            except BaseException:
                destination.unlink(missing_ok=True)
                raise
    return destination.stat().st_size


def _name(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:_KEY]


def _described(path: str | Path) -> str:
    with open(path, "rb") as source:
        digest = hashlib.file_digest(source, "sha256").hexdigest()
        return f"{source.tell()}.{digest}"
