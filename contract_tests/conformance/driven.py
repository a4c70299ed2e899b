"""A process of the client that does one thing after another, as it is told."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from contract_tests.verify.redact import redactor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from contract_tests.conformance.served import Served

DRIVER = Path(__file__).with_name("driver.py")
TIME_LIMIT = 300  # seconds; the longest export takes some ten
LAST_LINES = 5  # of what the client wrote, shown when it said nothing else

# Fewer and quicker retries than the client's own, so that a run that fails soon says so; contract.md 1.4.
PACE = {
    "SYNAPSE_EXPORT_THROTTLE_SECONDS": "0",
    "SYNAPSE_EXPORT_PAGE_RETRIES": "1",
    "SYNAPSE_EXPORT_PAGE_RETRY_BACKOFF": "0",
}


class Driven:
    """The client's process.

    Args:
        process: Of the driver.
        log: What it writes besides its answers.
        secrets: Tokens that no sentence may hold.
    """

    def __init__(self, process: subprocess.Popen[str], log: IO[str], secrets: frozenset[str]) -> None:
        self._process = process
        self._log = log
        self._redact = redactor(secrets)

    def ask(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Return what the client says of one run; a client that is gone or stuck has said an error."""
        words, answers = self._process.stdin, self._process.stdout
        if words is None or answers is None or self._process.poll() is not None:
            return {"error": self._last_words()}
        try:
            words.write(json.dumps(asked) + "\n")
            words.flush()
        except BrokenPipeError:
            self._process.wait()
            return {"error": self._last_words()}
        with selectors.DefaultSelector() as selector:
            selector.register(answers, selectors.EVENT_READ)
            if not selector.select(TIME_LIMIT):
                self._process.kill()
                return {"error": f"the client took more than {TIME_LIMIT} s"}
        line = answers.readline()  # the driver writes whole lines, one for each run
        if not line:
            self._process.wait()
            return {"error": self._last_words()}
        return cast("dict[str, Any]", json.loads(line))

    def _last_words(self) -> str:
        self._log.seek(0)
        written = " ".join(self._log.read().strip().splitlines()[-LAST_LINES:])
        return self._redact(f"the driver ended with status {self._process.returncode}: {written}")


def reaching(backend: Served) -> dict[str, str]:
    """Return the variables by which the client finds a backend and is let in."""
    return {
        "SYNAPSE_HOST": backend.url,
        "SYNAPSE_PLUGIN_RUN_USER_TOKEN": backend.token,
        "SYNAPSE_PLUGIN_RUN_TENANT": backend.tenant,
    }


@contextmanager
def driven(
    python: Path, home: Path, variables: Mapping[str, str], secrets: frozenset[str] = frozenset()
) -> Iterator[Driven]:
    """Start the client and end it with the block.

    Args:
        python: Interpreter of the client's environment.
        home: Its home and working directory.
        variables: Its environment; see ``reaching``.
        secrets: Tokens that no sentence may hold.
    """
    # Nothing else of ours gets in: no proxy, no credentials, no configuration of a user's.
    own = {
        "PATH": os.defpath,
        "HOME": str(home),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        **PACE,
        **variables,
    }
    with (
        (home / "client.log").open("w+", encoding="utf-8", errors="replace") as log,
        subprocess.Popen(  # noqa: S603 - no shell, our words
            [str(python), str(DRIVER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env=own,
            cwd=home,
            text=True,
        ) as process,
    ):
        try:
            yield Driven(process, log, secrets)
        finally:
            process.terminate()
