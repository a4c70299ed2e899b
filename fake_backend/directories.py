"""Where a world's storages lie that have no location of their own."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fake_backend.core.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Iterable


class Directories:
    """One directory a storage, below one root.

    Args:
        root: Where; it is kept when the world ends. ``None`` makes a temporary one when it is first needed, which goes
            with the world.
    """

    def __init__(self, root: Path | None) -> None:
        self._root = root
        self._temporary: Path | None = None

    def __repr__(self) -> str:
        return f"<Directories below {self._root or self._temporary}>"

    def make(self, storage_id: int) -> Path:
        """Return a storage's directory, which is there from now on.

        Raises:
            BadRequest: It cannot be made.
        """
        place = self._base() / f"storage-{storage_id}"
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadRequest(
                f"Cannot make the directory of a storage: {error.strerror or error}.",
                received=str(place),
                expected="a storage root that can be written to",
            ) from error
        return place

    def empty(self, storage_ids: Iterable[int]) -> None:
        """Remove what the directories of storages hold; they come back when the storages do."""
        base = self._root or self._temporary
        if base is not None:
            for storage_id in storage_ids:
                shutil.rmtree(base / f"storage-{storage_id}", ignore_errors=True)

    def close(self) -> None:
        """Remove what is temporary."""
        if self._temporary is not None:
            shutil.rmtree(self._temporary, ignore_errors=True)
            self._temporary = None

    def _base(self) -> Path:
        if self._root is not None:
            return self._root
        if self._temporary is None:
            self._temporary = Path(tempfile.mkdtemp(prefix="fake-backend-"))
        return self._temporary
