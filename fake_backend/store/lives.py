"""What a database remembers of the world in it: how often it was opened, and from what it was seeded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from fake_backend.store.database import DatabaseUnusable
from fake_backend.store.schema import lives, seedings

if TYPE_CHECKING:
    from fake_backend.store.database import Database


class Lives:
    """The lives of one world: each opening of its database is one."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, world_seed: int, at: int) -> int:
        """Begin a life and return its number, 0 for the first.

        Args:
            world_seed: Of ids, tokens and draws: the same in every life, or what was handed out would be worth nothing.
            at: Microseconds since the epoch.

        Raises:
            DatabaseUnusable: The database holds a world of another seed.
        """
        with self._database.transaction() as connection:
            known = list(connection.execute(select(lives.c.world_seed).order_by(lives.c.number)).scalars())
            if known and known[0] != world_seed:
                raise DatabaseUnusable(
                    f"the database {self._database.told!r} holds a world of seed {known[0]}, not {world_seed}; "
                    "open it with the seed it was made with, or name another."
                )
            connection.execute(insert(lives).values(number=len(known), world_seed=world_seed, began=at))
        return len(known)

    def was_seeded(self, digest: str) -> bool:
        """Return whether the world was started with the document of this digest, since it was last reset."""
        with self._database.transaction() as connection:
            return connection.execute(select(seedings).where(seedings.c.digest == digest)).first() is not None

    def seeded(self, digest: str) -> None:
        """Remember the document that the world was started with."""
        with self._database.transaction() as connection:
            connection.execute(insert(seedings).values(digest=digest))
