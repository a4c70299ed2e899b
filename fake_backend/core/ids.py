"""Ids, tokens and draws of one world, all from its seed."""

from __future__ import annotations

import random
import threading
import uuid


class Draws:
    """Independent streams of chance, one a name: a new user of one leaves the others as they were.

    Args:
        seed: The world's seed; two worlds of one seed draw the same.
        life: How often the world was opened before, where its rows outlive its process. Each life draws anew, so that
            nothing is given an id that an earlier life has given.
    """

    def __init__(self, seed: int, life: int = 0) -> None:
        self.seed = seed
        self.life = life
        self._streams: dict[str, random.Random] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"<Draws seed={self.seed} streams={sorted(self._streams)}>"

    def stream(self, name: str) -> random.Random:
        """Return the generator called ``name``."""
        with self._lock:
            if name not in self._streams:
                origin = f"{self.seed}/{name}/{self.life}" if self.life else f"{self.seed}/{name}"
                self._streams[name] = random.Random(origin)  # noqa: S311 (must repeat, not resist)
            return self._streams[name]

    def lasting(self, name: str) -> random.Random:
        """Return a generator that draws the same in every life: for what must still be good after a restart."""
        return random.Random(f"{self.seed}/{name}")  # noqa: S311 (must repeat, not resist)

    def uuid(self, name: str) -> str:
        """Return a version 4 UUID from the stream ``name``."""
        return str(uuid.UUID(int=self.stream(name).getrandbits(128), version=4))

    def token(self, name: str, prefix: str = "") -> str:
        """Return a token of 40 hexadecimal digits, as Django REST framework's are; the same for one name always."""
        return f"{prefix}{random.Random(f'{self.seed}/{name}').getrandbits(160):040x}"  # noqa: S311 (must repeat)
