"""Processes that a benchmark watches: each says what it has to say in JSON lines on stdout."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[1]
STOPS_WITHIN = 30  # seconds after SIGTERM


class ChildFailed(Exception):  # noqa: N818 - a refusal
    """A process ended otherwise than it should, in its own last words."""


class Child:
    """A process under way.

    Args:
        process: It.
        said: What it writes to stdout.
        errors: What it wrote to stderr.
    """

    def __init__(self, process: subprocess.Popen[str], said: IO[str], errors: IO[str]) -> None:
        self._process = process
        self._said = said
        self._errors = errors

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def line(self) -> dict[str, Any]:
        """Return the next line that it says.

        Raises:
            ChildFailed: It ended instead.
        """
        text = self._said.readline()
        if text:
            line: dict[str, Any] = json.loads(text)
            return line
        status = self._process.wait()
        self._errors.seek(0)
        words = " ".join(self._errors.read().strip().splitlines()[-5:])
        raise ChildFailed(f"a process ended with status {status}: {words}")


@contextmanager
def child(command: Sequence[str], *, stdin: str = "", env: Mapping[str, str] | None = None) -> Iterator[Child]:
    """Run a process until the block ends; it is stopped then if it has not ended by itself.

    Args:
        command: What to run.
        stdin: What it reads.
        env: Its environment; ours when absent.
    """
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        process = subprocess.Popen(  # noqa: S603 - no shell, our words
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=env, cwd=ROOT
        )
        standard_input, standard_output = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
        try:
            standard_input.write(stdin)
            standard_input.close()
            yield Child(process, standard_output, errors)
        finally:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            standard_output.close()


def module(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a module of this directory."""
    return [sys.executable, "-m", f"benchmarks.{name}", *arguments]


@contextmanager
def served(seed: Path) -> Iterator[dict[str, Any]]:
    """Serve a seed document with ``fake-backend serve``; yield its ready line.

    Args:
        seed: The document's path.
    """
    command = [str(Path(sys.executable).with_name("fake-backend")), "serve", "--seed", str(seed)]
    with child(command) as backend:
        yield backend.line()


def peak_bytes(pid: int | str = "self") -> int:
    """Return the most memory that a process has held so far, in bytes resident (Linux: VmHWM of proc(5)).

    ``getrusage`` would not do: its figure outlives ``exec``, so a small child of a large parent shows the parent's.

    Args:
        pid: The process.
    """
    for text in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if text.startswith("VmHWM:"):
            return int(text.split()[1]) * 1024
    raise OSError(f"/proc/{pid}/status names no VmHWM; this measurement needs Linux.")
