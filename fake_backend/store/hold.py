"""One process at a time on a database's file.

A second world on the same rows would take the first one's running jobs for lost and remove their bundles. The lock goes
with the process that holds it, however that ends.
"""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class AlreadyHeld(Exception):  # noqa: N818 (a refusal)
    """Somebody else has the file open."""


class Hold:
    """A lock beside a file: ``<file>-lock``, which stays when the lock is given back.

    Args:
        file: What is held; it need not be there.

    Raises:
        AlreadyHeld: Another world holds it, in this process or another.
        OSError: There can be no file beside it.
    """

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(f"{file}-lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise AlreadyHeld from None
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the lock back."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
