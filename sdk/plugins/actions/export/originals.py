"""Where original files come from: the backend's URLs, or the bundle of a delegated export."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Protocol

from sdk.clients.errors import OriginalFileError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sdk.clients.originals import OriginalDownloader
    from sdk.storage import StorageRoot

# contract.md 3.3: a presigned URL that has run out is answered with one of these
STALE = frozenset({400, 401, 403})


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


class BundleOriginals:
    """Originals of a delegated export: copied from the bundle, or downloaded where the bundle has none.

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
            destination: Where to write.
            row_id: Whose file it is.

        Raises:
            OriginalFileError: It cannot be downloaded.
            StorageError: It cannot be read from the storage.
            OSError: It cannot be written.
        """
        if not url.startswith(self._prefix):
            return self._remote.fetch(url, destination, row_id=row_id)
        with self._root.open_binary(url) as source, destination.open("xb") as sink:
            try:
                shutil.copyfileobj(source, sink, 1 << 20)
            except BaseException:
                destination.unlink(missing_ok=True)  # half a file is none
                raise
            return sink.tell()
