"""Publishing to a storage that is elsewhere: object by object, and the manifest last.

    <path>/<name>/...                 the tree, equal to what a directory would hold
    <path>/<name>.manifest.json       {"format": 1, "files": [{"path", "size", "sha256"}, ...]}

Object stores have no rename, so a reader waits for the manifest: it comes when every object of the tree stands. The
place is noted in the checkpoint before the first object goes there, and each object in a database of the staging, so
that an interrupted upload goes on without sending an object twice, and never into somebody else's export.

Not supported: keeping two machines apart that export one name to one bucket at the same moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.destination import ensure_fits, free_names
from sdk.plugins.actions.export.errors import DestinationError
from sdk.plugins.actions.export.tally import Tally
from sdk.plugins.actions.export.upload_log import TreeFile, UploadLog
from sdk.storage import StorageNotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sdk.plugins.actions.export.checkpoint import Checkpoint
    from sdk.storage import StorageRoot

MANIFEST_FORMAT = 1


class StorageDestination:
    """A place in a storage that is elsewhere.

    Args:
        root: The storage.
        path: Directory of the destination in it.
        name: The export's name.
        work: Directory of the staging that lasts from run to run.
    """

    def __init__(self, root: StorageRoot, path: str, name: str, work: Path) -> None:
        self._root = root
        self._path = path
        self._name = name
        self._log = work / "uploads.sqlite"
        self._manifest = work / "manifest.json"

    def ensure_room(self) -> None:
        """See ``Destination``."""
        next(self._free())

    def published(self, tree: Path, checkpoint: Checkpoint) -> str | None:
        """See ``Destination``: the manifest that was to come last is there, and so are the objects it names."""
        del tree
        noted = checkpoint.publishing
        if noted is None or not self._has_stood(noted):
            return None
        target = str(noted["target"])
        there = Tally()
        for entry in self._root.entries(target):
            there.add(entry.path.removeprefix(f"{target}/"), entry.size)
        return target if there.as_json() == noted.get("tally") else None

    def publish(self, tree: Path, checkpoint: Checkpoint, outcome: dict[str, Any]) -> str:
        """Upload the tree, then its manifest; see ``Destination``."""
        try:
            with closing(UploadLog(self._log)) as log:
                target = self._target(checkpoint, log, outcome)
                digest, tally = self._upload(tree, target, log)
                for path in log.unwanted():
                    self._root.delete(f"{target}/{path}")
        except sqlite3.Error as error:
            raise DestinationError(f"The upload cannot be noted in {str(self._log)!r}: {error}.") from error
        except OSError as error:
            raise DestinationError(f"The export cannot be read for its upload: {error.strerror}.") from error
        checkpoint.note(publishing={"target": target, "manifest": digest, "tally": tally, "outcome": outcome})
        self._root.write_file(self._manifest, manifest_path(target))
        return target

    def withdraw(self, checkpoint: Checkpoint) -> None:
        """See ``Destination``: the objects that were sent are removed, and no others; none of what stood once."""
        noted = checkpoint.publishing
        if noted is not None and self._log.exists() and not self._has_stood(noted):
            with closing(UploadLog(self._log)) as log:
                self._take_back(str(noted["target"]), log)

    def _target(self, checkpoint: Checkpoint, log: UploadLog, outcome: dict[str, Any]) -> str:
        """Return the place that an earlier run has begun to fill if it is still its own, else the first free one."""
        noted = checkpoint.publishing
        if noted is not None:
            target = str(noted["target"])
            if self._is_ours(target, log):
                return target
            if not self._has_stood(noted):
                self._take_back(target, log)
        log.clear()
        target = next(self._free())
        checkpoint.note(publishing={"target": target, "manifest": None, "outcome": outcome})
        return target

    def _upload(self, tree: Path, target: str, log: UploadLog) -> tuple[str, dict[str, Any]]:
        """Send what is not there yet, write the manifest beside, and return its SHA-256 and a tally of the objects."""
        log.forget_wanted()
        tally = Tally()
        with self._manifest.open("w", encoding="utf-8", newline="\n") as manifest:
            manifest.write(f'{{"format": {MANIFEST_FORMAT}, "files": [')
            for number, file in enumerate(files_of(tree)):
                if not log.has(file):
                    log.begin(file)
                    log.finish(file, self._root.write_file(file.location, f"{target}/{file.path}"))
                tally.add(file.path, file.size)
                entry = {"path": file.path, "size": file.size, "sha256": file.sha256}
                manifest.write(f"{',' if number else ''}\n{json.dumps(entry, ensure_ascii=False)}")
            manifest.write("\n]}\n")
        with self._manifest.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest(), tally.as_json()

    def _has_stood(self, noted: dict[str, Any]) -> bool:
        """Return whether the manifest stands: then readers may be at the objects, whatever has become of them."""
        manifest = noted.get("manifest")
        return manifest is not None and self._digest_at(manifest_path(str(noted["target"]))) == manifest

    def _free(self) -> Iterator[str]:
        for name in free_names(self._name):
            ensure_fits(name)
            target = "/".join(filter(None, (self._path, name)))
            taken = self._root.exists(target) or self._root.exists(manifest_path(target))
            if not taken and next(iter(self._root.entries(target)), None) is None:
                yield target

    def _is_ours(self, target: str, log: UploadLog) -> bool:
        """Return whether all that stands here has names that this export sent; what is gone or rewritten is noted."""
        if self._root.exists(target) or self._root.exists(manifest_path(target)):
            return False
        with log.looking() as seen:
            return all(seen(entry.path.removeprefix(f"{target}/"), entry.tag) for entry in self._root.entries(target))

    def _take_back(self, target: str, log: UploadLog) -> None:
        for path in log.paths():
            self._root.delete(f"{target}/{path}")
        log.clear()

    def _digest_at(self, path: str) -> str | None:
        try:
            with self._root.open_binary(path) as source:
                digest = hashlib.sha256()
                while piece := source.read(1 << 16):
                    digest.update(piece)
        except StorageNotFoundError:
            return None
        return digest.hexdigest()


def manifest_path(target: str) -> str:
    """Return where the manifest of an export stands: beside it, so that the tree is the same everywhere."""
    return f"{target}.manifest.json"


def files_of(tree: Path) -> Iterator[TreeFile]:
    """Yield the files below a directory, sorted directory by directory; of links, what they lead to.

    Args:
        tree: The directory.

    Raises:
        OSError: A file cannot be read.
    """
    for folder, folders, names in os.walk(tree, onerror=_raise):
        folders.sort()
        for name in sorted(names):
            location = f"{folder}/{name}"  # no pathlib, which holds on to each name for good (gh-113993, in 3.12)
            if os.path.isfile(location):  # noqa: PTH113
                yield TreeFile.of(location.removeprefix(f"{tree}/"), location)


def _raise(error: OSError) -> None:
    raise error
