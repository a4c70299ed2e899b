"""An environment of its own for each version of the reference client, made when it is missing or out of date."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from contract_tests.conformance.record import RecordCheck, check_record

PACKAGE = "synapse_sdk"
DISTRIBUTION = "synapse-sdk"
HERE = Path(__file__).parent
LAST_LINES = 1  # of pip's complaint that are passed on: the one that says what is wrong


class CannotInstall(Exception):  # noqa: N818 - a refusal
    """An environment cannot be made, in one sentence."""


@dataclass(frozen=True)
class Environment:
    """The environment of one version.

    Args:
        root: The project's directory.
        version: Of the reference client.
    """

    root: Path
    version: str

    @property
    def folder(self) -> Path:
        """Where it is."""
        return self.root / f".venv-sdk-{self.version}"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    @property
    def constraints(self) -> Path:
        """The versions of everything that the package needs."""
        return HERE / f"constraints-{self.version}.txt"

    @property
    def stamp(self) -> str:
        """What the environment was made from: interpreter, package and constraints."""
        made_from = f"{sys.version}\n{DISTRIBUTION}=={self.version}\n{self.constraints.read_text(encoding='utf-8')}"
        return hashlib.sha256(made_from.encode()).hexdigest()

    @property
    def is_ready(self) -> bool:
        """Whether it is there and made from what would be used today."""
        try:
            return self._stamp_file.read_text(encoding="utf-8") == self.stamp
        except FileNotFoundError:
            return False

    @property
    def _stamp_file(self) -> Path:
        return self.folder / ".ready"

    def make(self) -> None:
        """Make it anew from the package index that pip is configured for.

        Raises:
            CannotInstall: The interpreter or pip refuses.
        """
        wanted = f"{DISTRIBUTION}=={self.version}"
        self._run(sys.executable, "-m", "venv", "--clear", str(self.folder))
        pip = (str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
        self._run(*pip, "--constraint", str(self.constraints), wanted)
        self._stamp_file.write_text(self.stamp, encoding="utf-8")

    def check(self) -> RecordCheck:
        """Compare the installed package with its RECORD.

        Raises:
            CannotInstall: The package is not there.
        """
        sites = list(self.folder.glob("lib/python*/site-packages"))
        try:
            return check_record(sites[0], PACKAGE, self.version)
        except (IndexError, FileNotFoundError) as error:
            raise CannotInstall(
                f"{self.folder.name} holds no {DISTRIBUTION} {self.version}; remove it, it is made anew."
            ) from error

    def _run(self, *command: str) -> None:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, our words
        if done.returncode:
            complaint = "\n".join(done.stderr.strip().splitlines()[-LAST_LINES:])
            raise CannotInstall(f"cannot make {self.folder.name} for {DISTRIBUTION} {self.version}: {complaint}")
