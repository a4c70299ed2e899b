"""Where original files come from: the backend's URLs, or the bundle of a delegated export; and what is kept of them."""

from __future__ import annotations

import io
import os
import shutil
from typing import TYPE_CHECKING, BinaryIO, Protocol

from sdk.clients.errors import OriginalFileError
from sdk.plugins.actions.export.shelf import give

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sdk.clients.originals import OriginalDownloader
    from sdk.plugins.actions.export.shelf import Shelf
    from sdk.storage import StorageRoot

# contract.md 3.3: a presigned URL that has run out is answered with one of these
STALE = frozenset({400, 401, 403})
READINGS = 3  # times that a file is read which changes meanwhile


class OriginalSource(Protocol):
    """What an exporter asks for original files."""

    def fetch(self, url: str, destination: Path, *, row_id: object = None) -> int:
        """Write the file that ``url`` stands for and return its bytes."""
        ...


class RemoteOriginals:
    """Originals over HTTP; one whose URL has run out is asked for once more under a new one.

    Args:
        downloader: What fetches a URL.
        renew: Returns the present URL of a row's file, or ``None``.
    """

    def __init__(self, downloader: OriginalDownloader, renew: Callable[[int], str | None] | None = None) -> None:
        self._downloader = downloader
        self._renew = renew

    def fetch(self, url: str, destination: Path, *, row_id: object = None) -> int:
        """Write the file that ``url`` stands for and return its bytes.

        Args:
            url: Address, with or without a scheme.
            destination: Where to write.
            row_id: Whose file it is.

        Raises:
            OriginalFileError: It cannot be had.
        """
        try:
            return self._downloader.fetch(url, destination, row_id=row_id)
        except OriginalFileError as error:
            if error.status not in STALE or self._renew is None or not isinstance(row_id, int):
                raise
            fresh = self._renew(row_id)
            if not fresh:
                raise
            return self._downloader.fetch(fresh, destination, row_id=row_id)


class KeptOriginals:
    """Originals that are fetched once, however often the export is interrupted.

    A file is kept under its row and its URL as the item has it, so that a row may have several files, and an item that
    is replayed finds its own even when the URL has run out.

    Args:
        source: Who fetches a file that is not there yet.
        shelf: Where files are kept.
    """

    def __init__(self, source: OriginalSource, shelf: Shelf) -> None:
        self._source = source
        self._shelf = shelf

    def fetch(self, url: str, destination: Path, *, row_id: object = None) -> int:
        """Let the file that ``url`` stands for stand at a path and return its bytes.

        Args:
            url: As the item has it.
            destination: Must not exist.
            row_id: Whose file it is.

        Raises:
            SdkError: It cannot be had.
            OSError: It cannot be written.
        """
        key = f"{row_id}\n{url}"
        file = self._shelf.find(key)
        if file is None:
            incoming = self._shelf.incoming
            self._source.fetch(url, incoming, row_id=row_id)
            file = self._shelf.keep(incoming, key)
        return give(file, destination)


class BundleOriginals:
    """Originals of a delegated export: copied from the bundle, or fetched elsewhere where the bundle has none.

    Args:
        root: The storage that holds the bundle.
        prefix: The bundle's place in it; URLs below it are paths of the bundle.
        remote: Who fetches everything else.
    """

    def __init__(self, root: StorageRoot, prefix: str, remote: OriginalSource) -> None:
        self._root = root
        self._prefix = f"{prefix}/"
        self._remote = remote

    def fetch(self, url: str, destination: Path, *, row_id: object = None) -> int:
        """Write the file that ``url`` stands for and return its bytes.

        Args:
            url: Path within the storage, or an address.
            destination: Must not exist.
            row_id: Whose file it is.

        Raises:
            OriginalFileError: It cannot be had, or it changed each time that it was read.
            StorageError: It cannot be read from the storage.
            OSError: It cannot be written.
        """
        if not url.startswith(self._prefix):
            return self._remote.fetch(url, destination, row_id=row_id)
        for _ in range(READINGS):
            with self._root.open_binary(url) as source, destination.open("xb") as sink:
                try:
                    size = _copied(source, sink)
                except BaseException:
                    destination.unlink(missing_ok=True)  # half a file is none
                    raise
            if size is not None:
                return size
            destination.unlink()
        raise OriginalFileError(
            f"Row {row_id}: its original changed each of the {READINGS} times that it was read.", row_id=row_id
        )


def _copied(source: BinaryIO, sink: BinaryIO) -> int | None:
    """Copy a file and return its bytes; ``None`` when it changed meanwhile, as far as a file system can tell."""
    try:
        descriptor = source.fileno()
    except io.UnsupportedOperation:  # an object, which is replaced as a whole or not at all
        shutil.copyfileobj(source, sink, 1 << 20)
        return sink.tell()
    before = os.fstat(descriptor)
    shutil.copyfileobj(source, sink, 1 << 20)
    after = os.fstat(descriptor)
    size = sink.tell()
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return size if same and size == before.st_size else None
