"""Where an export stands in the end: names that can be had, and one move that makes it stand in a directory.

Nothing is ever written over: ``<name>``, ``<name>(1)``, ``<name>(2)`` ... are tried in this order.
"""

from __future__ import annotations

import os
import re
from itertools import count
from typing import TYPE_CHECKING, Any, Protocol

from sdk.plugins.actions.export import moving
from sdk.plugins.actions.export.errors import DestinationError
from sdk.plugins.actions.export.tally import tally_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdk.plugins.actions.export.checkpoint import Checkpoint

NAME_MAX = 255  # bytes of one name, of the usual file systems (NAME_MAX of Linux and macOS)
# What other exports keep beside a destination: stagings of this SDK, and the backend's bundles (contract.md 2.5).
_RESERVED = re.compile(r"\..*\.partial|\.async_jobs", re.DOTALL)


class Destination(Protocol):
    """A place that an export can be made to stand at."""

    def ensure_room(self) -> None:
        """Refuse, before anything is gathered, a name that is too long for the first place that is free.

        Raises:
            DestinationError: It is.
        """
        ...

    def published(self, tree: Path, checkpoint: Checkpoint) -> str | None:
        """Return where an earlier run has made the export stand before it was interrupted, else ``None``.

        Args:
            tree: What is published; not there any more where it was moved.
            checkpoint: Of the staging.
        """
        ...

    def publish(self, tree: Path, checkpoint: Checkpoint, outcome: dict[str, Any]) -> str:
        """Make a tree stand at the first free place and return where that is.

        Args:
            tree: What to publish.
            checkpoint: Of the staging; what is about to happen is noted there first.
            outcome: Noted with it, for a run that has only to finish.

        Raises:
            ExportError: It cannot be written there; then nothing stands there.
            StorageError: As above.
        """
        ...

    def withdraw(self, checkpoint: Checkpoint) -> None:
        """Remove what an interrupted ``publish`` has left at the place that it noted.

        Args:
            checkpoint: Of the staging.
        """
        ...


class DirectoryDestination:
    """A directory of this machine; the tree is moved there by one rename, which replaces nothing.

    Args:
        parent: The directory that the export will be in.
        name: The export's name.
    """

    def __init__(self, parent: Path, name: str) -> None:
        self._parent = parent
        self._name = name

    def ensure_room(self) -> None:
        """See ``Destination``."""
        next(self._free())

    def published(self, tree: Path, checkpoint: Checkpoint) -> str | None:
        """See ``Destination``: the tree is gone, and the directory at the noted place is the very same and whole.

        The number of a directory alone does not say so: file systems give it to the next one.
        """
        noted = checkpoint.publishing
        if noted is None or tree.exists():
            return None
        target = self._parent / noted["target"]
        try:
            is_ours = _inode(target) == noted.get("inode") and tally_of(target) == noted.get("tally")
        except OSError:
            return None
        return str(target) if is_ours else None

    def publish(self, tree: Path, checkpoint: Checkpoint, outcome: dict[str, Any]) -> str:
        """Rename the tree; see ``Destination``."""
        try:
            own = {"inode": _inode(tree), "tally": tally_of(tree), "outcome": outcome}
        except OSError as error:
            raise DestinationError(f"The export cannot be read before it is moved: {error.strerror}.") from error
        for target in self._free():
            checkpoint.note(publishing={"target": target.name, **own})
            try:
                moving.move(tree, target)
            except FileExistsError:  # someone was faster
                continue
            except OSError as error:
                raise DestinationError(f"The export cannot be moved to {str(target)!r}: {error.strerror}.") from error
            return str(target)
        raise AssertionError  # pragma: no cover (names never end)

    def withdraw(self, checkpoint: Checkpoint) -> None:
        """See ``Destination``: a rename leaves nothing half done."""

    def _free(self) -> Iterator[Path]:
        for name in free_names(self._name):
            ensure_fits(name)
            target = self._parent / name
            if not os.path.lexists(target):
                yield target


def _inode(path: Path) -> list[int]:
    found = path.lstat()
    return [found.st_dev, found.st_ino]


def free_names(name: str) -> Iterator[str]:
    """Yield the names that a destination may get, in the order in which they are tried."""
    yield name
    for number in count(1):
        yield f"{name}({number})"


def ensure_fits(name: str) -> None:
    """Refuse a name that is longer than a directory's may be.

    Raises:
        DestinationError: It is.
    """
    size = len(name.encode())
    if size > NAME_MAX:
        raise DestinationError(
            f"The export cannot be called {name!r}, which is {size} bytes long; up to {NAME_MAX} are possible."
        )


def is_reserved(segment: str) -> bool:
    """Return whether a name belongs to what exports and bundles keep beside a destination while they are made."""
    return _RESERVED.fullmatch(segment) is not None
