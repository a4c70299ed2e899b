"""Ends an export at a chosen point: by an error, by Ctrl-C, by a full disk, or as a killed process ends.

A point is one call that changes the staging or its surroundings, one request, or one call of a hook. A killed process
does nothing after it: from that point on every further call of these kinds fails, so that no clean-up happens, and its
locks are gone.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from urllib3.connectionpool import HTTPConnectionPool
from urllib3.exceptions import ProtocolError

from sdk.plugins.actions.export import moving, writing
from sdk.plugins.actions.export.staging import Staging
from sdk.storage import StorageUnreachableError
from sdk.storage.s3 import S3Storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = ("error", "interrupt", "full", "kill", "torn", "outage")
OURS = (".exp.partial", "/stagings/")  # places of the exporting process; the backend in here has files of its own


class Killed(BaseException):
    """The process is no more."""


class Interruption:
    """Counts points and acts at one of them.

    Args:
        point: Number of the point, from 1; none is reached by 0.
        kind: One of ``KINDS``: ``torn`` is a kill in the middle of a write, ``full`` a disk that takes nothing more,
            ``outage`` a backend that answers no more.
    """

    def __init__(self, point: int = 0, kind: str = "error") -> None:
        self.point = point
        self.kind = kind
        self.reached = 0
        self.where = ""
        self.is_over = False
        """Whether the point was reached."""
        self._lock = threading.Lock()
        self._stagings: list[Staging] = []

    def at(
        self, where: str, *, writes: bool = False, asks: bool = False, half: Callable[[], object] | None = None
    ) -> None:
        """Pass a point.

        Args:
            where: Shown when a test fails.
            writes: Whether it needs room on the disk.
            asks: Whether it needs the backend.
            half: Does half of what comes, for a kill in the middle.
        """
        with self._lock:
            self.reached += 1
            first = self.reached == self.point
            if first:
                self.is_over, self.where = True, where
        if self.is_over:
            self._act(where, first=first, fails=writes if self.kind == "full" else asks, half=half)

    def _act(self, where: str, *, first: bool, fails: bool, half: Callable[[], object] | None) -> None:
        match self.kind:
            case "kill" | "torn":
                if first and self.kind == "torn" and half is not None:
                    half()
                raise Killed(where)
            case "full" if fails:
                if half is not None:
                    half()
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            case "outage" if fails:
                raise ConnectionResetError(where)
            case "interrupt" if first:
                if threading.current_thread() is not threading.main_thread():  # Ctrl-C comes to the main thread alone
                    self.point, self.is_over = self.reached + 1, False
                    return
                raise KeyboardInterrupt
            case "error" if first:
                raise OSError(errno.EIO, os.strerror(errno.EIO))

    @contextmanager
    def watching(self) -> Iterator[Interruption]:
        """Count while the block runs."""
        patches: list[tuple[Any, str, Any]] = []

        def patch(owner: Any, name: str, make: Callable[[Any], Any]) -> None:
            honest = getattr(owner, name)
            patches.append((owner, name, honest))
            setattr(owner, name, make(honest))

        for name in ("rename", "replace", "link", "mkdir", "unlink"):
            patch(os, name, lambda honest, name=name: self._on_paths(honest, name, writes=name != "unlink"))
        patch(os, "writev", self._on_writev)
        patch(os, "ftruncate", self._on_ftruncate)
        patch(moving, "move", lambda honest: self._on_paths(honest, "move", writes=True))
        patch(shutil, "rmtree", lambda honest: self._on_paths(honest, "rmtree", writes=False))
        patch(Path, "open", self._on_open)
        patch(writing, "FileIO", self._on_file)
        patch(HTTPConnectionPool, "urlopen", self._on_urlopen)
        patch(S3Storage, "_call", self._on_bucket)
        patch(Staging, "__init__", self._on_staging)
        try:
            yield self
        finally:
            for owner, name, honest in patches:
                setattr(owner, name, honest)
            for staging in self._stagings:  # what the system does when a process is gone
                if staging._lock >= 0:
                    os.close(staging._lock)
                    staging._lock = -1

    def _on_paths(self, honest: Any, name: str, *, writes: bool) -> Any:
        def act(*args: Any, **options: Any) -> Any:
            if any(ours in str(path) for path in args for ours in OURS) and "dir_fd" not in options:
                try:
                    self.at(f"{name} {' '.join(str(path)[-40:] for path in args)}", writes=writes)
                except OSError:
                    if not options.get("ignore_errors"):
                        raise
            return honest(*args, **options)

        return act

    def _on_ftruncate(self, honest: Any) -> Any:
        def act(descriptor: int, size: int) -> Any:
            self.at("ftruncate")
            return honest(descriptor, size)

        return act

    def _on_writev(self, honest: Any) -> Any:
        def act(descriptor: int, pieces: Any) -> int:
            body = b"".join(pieces)
            self.at("writev", writes=True, half=lambda: os.write(descriptor, body[: len(body) // 2]))
            return honest(descriptor, pieces)

        return act

    def _on_open(self, honest: Any) -> Any:
        def act(path: Path, mode: str = "r", *args: Any, **options: Any) -> Any:
            if not any(letter in mode for letter in "wxa") or not any(ours in str(path) for ours in OURS):
                return honest(path, mode, *args, **options)
            self.at(f"open {str(path)[-40:]}", writes=True)
            if "b" not in mode:
                return honest(path, mode, *args, **options)
            raw = _Watched(str(path), mode.replace("b", ""))
            raw.watch(self)
            return io.BufferedWriter(raw)

        return act

    def _on_file(self, honest: Any) -> Any:
        def act(path: Any, mode: str) -> Any:
            if not any(ours in str(path) for ours in OURS):
                return honest(path, mode)
            self.at(f"open {str(path)[-40:]}", writes=True)
            raw = _Watched(path, mode)
            raw.watch(self)
            return raw

        return act

    def _on_urlopen(self, honest: Any) -> Any:
        def act(pool: Any, method: str, url: str, *args: Any, **options: Any) -> Any:
            try:
                self.at(f"{method} {url}", asks=True)
            except OSError as error:
                raise ProtocolError("not sent") from error
            answer = honest(pool, method, url, *args, **options)
            if self.kind in {"kill", "interrupt"}:
                self.at(f"answer to {method} {url}")
            return answer

        return act

    def _on_bucket(self, honest: Any) -> Any:
        def act(root: Any, path: str, operation: str, **arguments: Any) -> Any:
            try:
                self.at(f"{operation} {path}", asks=True)
            except OSError as error:
                raise StorageUnreachableError(f"The bucket did not do {operation}: {error}", path=path) from error
            answer = honest(root, path, operation, **arguments)
            if self.kind in {"kill", "interrupt"}:
                self.at(f"answer to {operation} {path}")
            return answer

        return act

    def _on_staging(self, honest: Any) -> Any:
        def act(staging: Staging, base: Any, lock: int, *args: Any) -> None:
            staging._lock = lock
            self._stagings.append(staging)
            honest(staging, base, lock, *args)

        return act


class _Watched(io.FileIO):
    """A file of the staging; writing to it is a point."""

    def watch(self, interruption: Interruption) -> None:
        """Say who counts."""
        self._interruption = interruption

    def write(self, body: Any) -> int:
        """Write, or half."""
        piece = bytes(body)
        half = super().write
        self._interruption.at("write", writes=True, half=lambda: half(piece[: len(piece) // 2]))
        return super().write(piece)
