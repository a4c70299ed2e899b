"""Where an export is written before it stands, and what an interrupted one goes on from.

    <path>/.<name>.partial/          on a file_system storage, a long name cut; below a directory of this user's for
                                     any other, see ``staging_home``
        checkpoint.json              how far it has come, and of which scope it is
        tree/<name>/                 what becomes <path>/<name>, or <name>(1), (2) ... when that is taken
        work/                        what was gathered; the next run goes on from it
            ids                      in process: ids of all rows, eight bytes each
            rows.jsonl               in process: completed rows
            payloads.jsonl           delegated: rows whose payload did not lie in the bundle
            originals/ parts/        files that were fetched whole
            uploads.sqlite           what was sent to a storage that is elsewhere
        scratch/                     indexes that only one run needs
        lock                         held while a run lasts

``tree`` and ``scratch`` begin empty in every run: names depend on the set of rows, and exporters keep state of their
own. Until ``publish`` nothing stands at the destination, and whatever goes wrong, nothing ever half stands there.
Unix only: the lock keeps two runs of one export apart.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.checkpoint import FILE, Checkpoint
from sdk.plugins.actions.export.destination import (
    NAME_MAX,
    Destination,
    DirectoryDestination,
    ensure_fits,
    is_reserved,
)
from sdk.plugins.actions.export.errors import DestinationError
from sdk.plugins.actions.export.upload import StorageDestination
from sdk.storage import checked_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sdk.plugins.actions.export.identity import ExportIdentity
    from sdk.storage import StorageRoot


LOCK = "lock"
IDS = "ids"
ROWS = "rows.jsonl"
PAYLOADS = "payloads.jsonl"
ORIGINALS = "originals"
PARTS = "parts"
HOME = "SYNAPSE_EXPORT_STAGING"
_NO_LOCKS = frozenset({errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})  # some network file systems


class Staging:
    """One export under way, locked as long as it is open.

    Args:
        base: Directory of the staging; locked.
        lock: Descriptor that holds the lock.
        checkpoint: Of the staging.
        destination: Where the tree goes.

    Raises:
        OSError: It cannot be written.
    """

    def __init__(self, base: Path, lock: int, checkpoint: Checkpoint, destination: Destination) -> None:
        self.base = base
        self._lock = lock
        self.checkpoint = checkpoint
        self._destination = destination
        self.tree = base / "tree" / checkpoint.identity.name
        """What is published: hooks know it as ``unique_export_path``."""
        self.work = base / "work"
        """What was gathered; it lasts from run to run."""
        self.scratch = base / "scratch"
        """What only this run needs."""
        self.published = destination.published(self.tree, checkpoint)
        """Where an earlier run has made the export stand before it was interrupted; then there is only to clear up."""
        self.is_under_way = False
        """Whether rows or a job were asked for: from then on an interruption leaves the staging, whatever it holds."""
        self.discarded: Checkpoint | None = None
        """What ``discard`` has removed here, where it is of this backend, tenant and storage."""
        if self.published is None:
            self._begin()

    @property
    def is_worth_keeping(self) -> bool:
        """Whether a next run could go on from it."""
        return self.checkpoint.has_acquired or (self.work / ORIGINALS).exists()

    @property
    def is_there(self) -> bool:
        """Whether a next run would find its checkpoint."""
        return (self.base / FILE).exists()

    def publish(self, outcome: dict[str, Any]) -> str:
        """Make the tree stand at the first free destination and return where that is.

        Args:
            outcome: Noted in the checkpoint, for a run that has only to clear up.

        Raises:
            ExportError: It cannot be written there; then nothing stands there.
            StorageError: As above.
        """
        self.published = self._destination.publish(self.tree, self.checkpoint, outcome)
        return self.published

    def forget_job(self, refused: str | None = None) -> None:
        """Forget the server-side job and what was fetched of its bundle, so that the next run asks for a new one.

        Args:
            refused: Place of its bundle where that contradicts itself or its scope; it is removed when the export
                stands, and may be looked at until then.

        Raises:
            DestinationError: The checkpoint cannot be written.
        """
        self.checkpoint.note(job=None, refused=[*self.checkpoint.refused, *([refused] if refused else [])])
        shutil.rmtree(self.work / PARTS, ignore_errors=True)
        (self.work / PAYLOADS).unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of it: what a next run could go on from is kept, and so is the place of an export under way.

        One that holds nothing yet belongs to no scope: it has no checkpoint, and an export of another filter may take
        it over.
        """
        if self._lock < 0:
            return
        if not self.is_worth_keeping and not self.is_under_way:
            self.discard()
            return
        if not self.is_worth_keeping:
            self.checkpoint.remove()
        os.close(self._lock)
        self._lock = -1

    def discard(self) -> None:
        """Remove the staging, and directories made for it that are empty."""
        if self._lock < 0:
            return
        if self.published is None:
            self.checkpoint.remove()  # first: what is left of a removal must not look like an export under way
        for entry in ("scratch", "work", "tree"):
            shutil.rmtree(self.base / entry, ignore_errors=True)
        self.checkpoint.remove()  # last: until then a next run knows that the export stands
        shutil.rmtree(self.base, ignore_errors=True)
        _prune(self.checkpoint.made)
        os.close(self._lock)
        self._lock = -1

    def _begin(self) -> None:
        if self.checkpoint.publishing is None:
            self._destination.ensure_room()
        if not self.checkpoint.resumed:  # whatever lies here is of nobody knows which scope
            remove(self.work)
        remove(self.base / "tree")
        remove(self.scratch)
        self.tree.mkdir(parents=True)
        self.work.mkdir(exist_ok=True)
        self.scratch.mkdir()


def open_staging(root: StorageRoot, identity: ExportIdentity, *, home: Path, discard: bool = False) -> Staging:
    """Return the staging of an export: the one that an interrupted run has left, or a new one.

    Args:
        root: The storage.
        identity: Of the export; its path takes both separators, its name is one segment of at most 255 bytes.
        home: Where stagings for storages that are elsewhere lie; see ``staging_home``.
        discard: Whether to remove what an interrupted run has left, of whatever scope it is.

    Raises:
        DestinationError: The name is none, reserved or too long, another run is at it, it cannot be written, or it is
            or holds a symbolic link.
        StagingError: What is there is of another scope, damaged or of another version.
        StorageError: The path would leave the storage, or the storage cannot be read.
    """
    name = identity.name
    if "/" in name or "\0" in name or name in {"", ".", ".."}:
        raise DestinationError(f"The export's name {name!r} is no directory name; use one without '/' and NUL.")
    relative = checked_path(identity.path.replace("\\", "/"))
    identity = replace(identity, path=relative)  # however it was spelt
    for segment in (*relative.split("/"), name):
        if is_reserved(segment):
            raise DestinationError(
                f"The name {segment!r} is reserved for what is kept while exports and bundles are made; choose another."
            )
    ensure_fits(name)
    parent = root.local_path(relative)
    base = home / identity.place_digest[:32] if parent is None else parent / staging_name(name)
    try:
        made = [str(path) for path in (base.parent, *base.parent.parents) if not path.exists()]
        _refuse_links(base)
        base.parent.mkdir(parents=True, exist_ok=True, mode=0o700 if parent is None else 0o777)
        lock = _locked(base)
    except OSError as error:
        raise _unwritable(base, error) from error
    try:
        return _opened(base, lock, made, identity, _destination(root, parent, relative, base, name), discard=discard)
    except BaseException as error:
        _let_go(base, lock, made)
        if isinstance(error, OSError):
            raise _unwritable(base, error) from error
        raise


def _destination(root: StorageRoot, parent: Path | None, path: str, base: Path, name: str) -> Destination:
    if parent is not None:
        return DirectoryDestination(parent, name)
    if base.stat().st_uid != os.getuid():
        raise DestinationError(f"The directory {str(base)!r} belongs to another user; set {HOME} to one of yours.")
    return StorageDestination(root, path, name, base / "work")


def _opened(
    base: Path, lock: int, made: list[str], identity: ExportIdentity, destination: Destination, *, discard: bool
) -> Staging:
    discarded = None
    if discard:
        discarded = Checkpoint.left(base / FILE, identity)
        _discard_left(base, destination, discarded, base / "tree" / identity.name)
    checkpoint = Checkpoint.open(base / FILE, identity)
    checkpoint.made = checkpoint.made or (discarded.made if discarded is not None else []) or made
    staging = Staging(base, lock, checkpoint, destination)
    staging.discarded = discarded
    return staging


def staging_home(environ: Mapping[str, str]) -> Path:
    """Return where stagings for storages that are elsewhere lie: the same place for the same user, run after run.

    Args:
        environ: ``SYNAPSE_EXPORT_STAGING`` names the directory; else it is below ``XDG_STATE_HOME``, else below the
            user's home, and below the directory of temporary files for a user without one.
    """
    if named := environ.get(HOME, "").strip():
        return Path(named).absolute()
    state = environ.get("XDG_STATE_HOME", "").strip()
    if state and Path(state).is_absolute():  # XDG Base Directory Specification: a relative one is ignored
        return Path(state) / "synapse-exports"
    try:
        return Path.home() / ".local" / "state" / "synapse-exports"
    except RuntimeError:
        return Path(tempfile.gettempdir()) / f"synapse-exports-{os.getuid()}"


def staging_name(name: str) -> str:
    """Return ``.<name>.partial``; where that is too long, a beginning of the name and a digest of the whole.

    Args:
        name: The export's name.
    """
    usual = f".{name}.partial"
    if len(usual.encode()) <= NAME_MAX:
        return usual
    end = f"~{hashlib.sha256(name.encode()).hexdigest()[:32]}.partial"
    return f".{name.encode()[: NAME_MAX - 1 - len(end)].decode(errors='ignore')}{end}"


def remove(path: Path) -> None:
    """Remove a file or a tree, if it is there.

    Raises:
        OSError: It cannot be removed.
    """
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _discard_left(base: Path, destination: Destination, left: Checkpoint | None, tree: Path) -> None:
    """Remove what a run before has left here, and what it has begun to send elsewhere."""
    if left is not None and destination.published(tree, left) is None:
        destination.withdraw(left)
    (base / FILE).unlink(missing_ok=True)
    for entry in list(base.iterdir()):
        if entry.name != LOCK:
            remove(entry)


def _let_go(base: Path, lock: int, made: Iterable[str]) -> None:
    """Give a lock back, and remove a staging that holds nothing."""
    if not (base / FILE).exists() and not (base / "work").exists():
        shutil.rmtree(base, ignore_errors=True)
        _prune(made)
    os.close(lock)


def _prune(made: Iterable[str]) -> None:
    """Remove directories that were made for a staging, the innermost first, as far as they are empty."""
    for path in made:
        try:
            Path(path).rmdir()
        except OSError:  # not empty, or never made: then those above are neither
            break


def _unwritable(base: Path, error: OSError) -> DestinationError:
    return DestinationError(f"Nothing can be written to {str(base)!r}: {error.strerror or error}.")


def _refuse_links(base: Path) -> None:
    """Refuse a staging that leads elsewhere: nothing there is ours to write or remove.

    What the exporter writes to ``tree`` may hold links; it is removed without following them.

    Raises:
        DestinationError: The staging is a symbolic link, or one lies where it keeps its own.
        OSError: It cannot be read.
    """
    found = [base] if base.is_symlink() else []
    for folder in () if found else (base, base / "work"):
        with suppress(FileNotFoundError, NotADirectoryError), os.scandir(folder) as entries:
            found += [Path(entry.path) for entry in entries if entry.is_symlink()]
        if found:  # then what lies behind is not looked at
            break
    if found:
        raise DestinationError(
            f"{str(found[0])!r} is a symbolic link, and the staging of an export has none: what it leads to would be "
            "written over or removed. Remove the link, or choose another name."
        )


def _locked(base: Path) -> int:
    """Return a descriptor that holds the directory's lock.

    Raises:
        DestinationError: Somebody else holds it.
        OSError: The directory cannot be made or written.
    """
    location = base / LOCK
    while True:
        base.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(location, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileNotFoundError:  # the directory went with its last owner
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.path.samestat(os.fstat(descriptor), location.stat()):
                return descriptor
        except BlockingIOError as error:
            os.close(descriptor)
            raise DestinationError(
                f"Another export is writing to {str(base)!r}; wait for it, or choose another name."
            ) from error
        except FileNotFoundError:  # as above, between opening and locking
            pass
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return descriptor
            os.close(descriptor)
            raise
        os.close(descriptor)
