"""The backend of one point: ``fake-backend serve`` in a process of its own, that can be killed and started again."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import requests

from tests.interruptions.relay import Relay

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

STOPS_WITHIN = 20  # seconds
ATTEMPTS = 5  # at a pair of ports that nobody else takes first


def _free_port() -> int:
    """Return a port that is free, below those that the system gives to clients: one of these could take it over."""
    for port in random.sample(range(20_000, 30_000), 100):
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
    raise AssertionError("no port is free from 20,000 to 30,000")


@dataclass(frozen=True)
class Seed:
    """A seeded world on disk, of which each point takes a copy; seeding takes longer than anything else.

    Args:
        document: Path of the seed document.
        database: Path of the database; its storage that is a directory serves all points.
    """

    document: Path
    database: Path

    @classmethod
    def planted(cls, document: Mapping[str, object], folder: Path) -> Seed:
        """Return a world that a backend has seeded.

        Args:
            document: The seed document.
            folder: An existing directory.
        """
        seed = cls(folder / "seed.json", folder / "world.db")
        seed.document.write_text(json.dumps(document), encoding="utf-8")
        relays = Relay("api"), Relay("storage")
        backend = Backend(folder, seed, *relays)
        try:
            backend.start()
        finally:
            backend.stop()
            for relay in relays:
                relay.close()
        return seed


class Backend:
    """A fake behind two relays; its rows and objects lie in a database file, so that a restart finds the same world.

    Args:
        folder: Where its database lies.
        seed: Its world.
        api: Relay in front of the API.
        storage: Relay in front of the objects.
    """

    def __init__(self, folder: Path, seed: Seed, api: Relay, storage: Relay) -> None:
        self._folder = folder
        self._seed = seed
        self._database = folder / "world.db"
        if self._database != seed.database:
            shutil.copyfile(seed.database, self._database)
        self._relays = (api, storage)
        self._ports = (_free_port(), _free_port())
        self._process: subprocess.Popen[str] | None = None
        self.ready: dict[str, Any] = {}

    @property
    def is_up(self) -> bool:
        """Whether its process runs."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start it; again on the ports that it had before, unless somebody else has taken one meanwhile."""
        for _ in range(ATTEMPTS):
            if self._started():
                break
            self._ports = (_free_port(), _free_port())
        else:
            raise AssertionError((self._folder / "backend.log").read_text())
        for relay, url in zip(self._relays, (self.ready["url"], self.ready["storage_url"]), strict=True):
            relay.target = (urlsplit(url).hostname, urlsplit(url).port)

    def _started(self) -> bool:
        """Return whether it is up; not when a port was taken between drawing it and listening on it."""
        _, storage = self._relays
        command = [sys.executable, "-m", "fake_backend", "serve", "--seed", str(self._seed.document)]
        command += ["--database", f"sqlite:///{self._database}", "--public-storage-url", storage.url]
        command += ["--port", str(self._ports[0]), "--storage-port", str(self._ports[1])]
        with (self._folder / "backend.log").open("a") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        line = self._process.stdout.readline()
        if line:
            self.ready = json.loads(line)
            return True
        self._process.wait(STOPS_WITHIN)
        self._process.stdout.close()
        said = (self._folder / "backend.log").read_text().splitlines()
        if not said or "address already in use" not in said[-1]:
            raise AssertionError("\n".join(said))
        return False

    def kill(self) -> None:
        """End it without a word, as a crash does."""
        self._process.kill()
        self._process.wait(STOPS_WITHIN)
        self._process.stdout.close()

    def stop(self) -> None:
        """End it."""
        if self.is_up:
            self._process.terminate()
            try:
                self._process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process.stdout.close()

    def get(self, path: str) -> Any:
        """Return the answer to a user's GET, past the relay."""
        headers = {"Authorization": f"Token {self.ready['user_token']}", "Synapse-Tenant": self.ready["tenant"]}
        answer = requests.get(f"{self.ready['url']}{path}", headers=headers, timeout=30)
        answer.raise_for_status()
        return answer.json()

    def journal(self) -> list[dict[str, Any]]:
        """Return every request of this life."""
        body = self.get("/_fake/journal/")
        assert body["dropped"] == 0, "the journal has forgotten requests; the world is too large for this"
        return body["entries"]

    def has_succeeded(self, job_id: str) -> bool:
        """Return whether an export job has."""
        job = self.get(f"/v2/async_jobs/{job_id}/")
        return str(job.get("data", job).get("status", job.get("status"))).lower() in {"completed", "success"}
