"""A PostgreSQL server of one's own: made in a temporary directory, reached through a socket there, gone at the end.

It listens on no port. Nothing is synced to disk, as nothing of it is kept. PostgreSQL refuses to be run by root, so
that root runs it as another user. It ends with this process, however that ends.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import threading
from collections import deque
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contract_tests.postgresql.programs import ServerMissing, programs

if TYPE_CHECKING:
    from collections.abc import Iterator

USERS = ("postgres", "nobody")  # who runs it for root: Debian's user for it, or the one that owns nothing
OWNER = "fake"  # the server's own superuser
DATABASE = "postgres"
PATIENCE = 30  # seconds, of a server that starts or ends
READY = "ready to accept connections"
UNSYNCED: Final = ("fsync", "full_page_writes", "synchronous_commit")
ORDER: Final = ("--locale-provider=icu", "--icu-locale=en-US")
"""Texts in another order than that of code points, as production's may be; not every build can."""


class Server:
    """A running server.

    Args:
        programs: Directory of its programs.
        place: Directory for its files and its socket; the user who runs it must own it.
        user: Who runs it; ``None`` for whoever asks.

    Raises:
        ServerMissing: It does not start.
    """

    def __init__(self, programs: Path, place: Path, user: pwd.struct_passwd | None) -> None:
        self.url = f"postgresql://{OWNER}@/{DATABASE}?host={place}"
        self._place = place
        self._as: dict[str, Any] = {"cwd": place, "env": {**os.environ, "LC_ALL": "C"}}
        if user is not None:
            self._as |= {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self._said: deque[str] = deque(maxlen=5)
        self._ready = threading.Event()
        made = ["-D", "data", "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        if self._initdb([programs / "initdb", *made, *ORDER]) and self._initdb([programs / "initdb", *made]):
            raise ServerMissing(f"initdb of {programs} fails: {self._last_words()}")
        options = [f"--{name}=off" for name in UNSYNCED]
        options += ["--listen_addresses=", f"--unix_socket_directories={place}", "--max_connections=100"]
        self._process = subprocess.Popen(  # noqa: S603 (the server that was found)
            [*_ends_with_this_process(), programs / "postgres", "-D", "data", *options],
            stderr=subprocess.PIPE,
            text=True,
            **self._as,
        )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()
        self._ready.wait(PATIENCE)
        if self._process.poll() is not None or not self._ready.is_set():
            self.close()
            raise ServerMissing(f"the PostgreSQL server of {programs} does not start: {self._last_words()}")

    def close(self) -> None:
        """Stop the server: at once, but in order; by force where it takes too long."""
        for told in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):  # fast, immediate, and no choice
            self._process.send_signal(told)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                continue
            break
        self._reader.join(PATIENCE)

    def _initdb(self, command: list[str | Path]) -> int:
        shutil.rmtree(self._place / "data", ignore_errors=True)
        done = subprocess.run(command, capture_output=True, text=True, check=False, **self._as)  # noqa: S603 (as above)
        self._said.extend(done.stderr.splitlines())
        return done.returncode

    def _listen(self) -> None:
        """Hear what the server says, until it ends."""
        with self._process.stderr or Path(os.devnull).open(encoding="utf-8") as told:
            for line in told:
                self._said.append(line.strip())
                if READY in line:
                    self._ready.set()
        self._ready.set()  # nothing more will be said

    def _last_words(self) -> str:
        return " / ".join(self._said)


@contextmanager
def running() -> Iterator[str]:
    """Start a server and yield the URL of its database; it is stopped when the block is left.

    Raises:
        ServerMissing: There is none on this machine, or it does not start.
    """
    found = programs()
    # Not where TMPDIR says: the path of a socket holds 107 bytes, and another user must reach it
    with tempfile.TemporaryDirectory(prefix="fake-backend-pg-", dir="/tmp") as folder:
        user = _unprivileged()
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        server = Server(found, Path(folder), user)
        try:
            yield server.url
        finally:
            server.close()


def _unprivileged() -> pwd.struct_passwd | None:
    """Return who runs the server, ``None`` for whoever asks: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall()}
    found = next((users[name] for name in USERS if name in users), None)
    if found is None:
        raise ServerMissing(f"PostgreSQL is not run by root, and there is no user {' or '.join(USERS)}; add one.")
    return found


def _ends_with_this_process() -> list[str]:
    """Return what a command is put behind so that it is told to stop when this process is gone, where that is known."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "INT", "--"] if setpriv else []
