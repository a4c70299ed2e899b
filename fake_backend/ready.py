"""The ready line: where a served backend is, who may ask, and what is in it; one JSON line for programs to read.

It is the one place where tokens are written out, besides the ready file, which nobody else on the machine can read.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from types import TracebackType

    from fake_backend.backend import FakeBackend
    from fake_backend.served import ServedBackend


class UnwritableReadyFile(ValueError):  # noqa: N818 (a refusal)
    """The ready file cannot be written, in one sentence."""


def ready_line(backend: FakeBackend, served: ServedBackend) -> str:
    """Return the line.

    Keys: ``url, storage_url, pid, tenant, user_token, access_token, other_tenant {tenant, user_token}, seed {project,
    storage, storage_root, data_collection, ground_truth_dataset_version, counts}``; null is what the seed has not.
    """
    tokens = list(backend.tokens.values())
    main, other = (*tokens, None, None)[:2]
    ids = backend.first_ids(main.tenant if main else "")
    root = backend.storage_root(ids["storage"]) if ids["storage"] is not None else None
    body: dict[str, Any] = {
        "url": served.url,
        "storage_url": served.storage_url,
        "pid": os.getpid(),
        "tenant": main.tenant if main else None,
        "user_token": main.user if main else None,
        "access_token": main.access if main else None,
        "other_tenant": {"tenant": other.tenant, "user_token": other.user} if other else None,
        "seed": {**ids, "storage_root": root, "counts": backend.counts()},
    }
    return json.dumps(body, ensure_ascii=False)


class ReadyFile:
    """A file that says the same as the ready line while the backend is up.

    It appears by rename, so that a reader never sees half of it, is readable for its owner alone, and goes at exit.

    Args:
        path: Where; ``None`` writes nothing.
        line: What.

    Raises:
        UnwritableReadyFile: The directory is not there or cannot be written to.
    """

    def __init__(self, path: Path | None, line: str) -> None:
        self._path = path
        self._line = line

    def __enter__(self) -> Self:
        if self._path is not None:
            try:
                self._write(self._path)
            except OSError as error:
                raise UnwritableReadyFile(
                    f"cannot write the ready file {self._path}: {(error.strerror or str(error)).lower()}; "
                    "name a file in a directory that can be written to."
                ) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def _write(self, path: Path) -> None:
        if path.is_dir():
            raise IsADirectoryError(None, "it is a directory")
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)  # mkstemp makes it 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(self._line + "\n")
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise
