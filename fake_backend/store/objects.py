"""Objects as rows, so that they outlive their process together with the rows that refer to them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from fake_backend.core.kept import Kept
from fake_backend.store.instants import restored, stored
from fake_backend.store.schema import buckets, objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from datetime import datetime

    from sqlalchemy import Connection

    from fake_backend.store.database import Database

AT_A_TIME = 100  # rows read at a time: bodies are large


class KeptObjects:
    """The objects of one world in its database; a ``Keeper`` of ``fake_backend.objects``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def together(self) -> AbstractContextManager[Connection]:
        """Hold the database: what is told meanwhile is one transaction."""
        return self._database.transaction()

    def add_bucket(self, name: str, created: datetime) -> None:
        """Keep a bucket; one that is kept already stays as it is."""
        with self._database.transaction() as connection:
            if connection.execute(select(buckets.c.name).where(buckets.c.name == name)).first() is None:
                connection.execute(insert(buckets).values(name=name, created=stored(created)))

    def keep(self, kept: Kept) -> None:
        """Keep an object, in place of an earlier one of its key."""
        with self._database.transaction() as connection:
            self.forget(kept.bucket, kept.key)
            connection.execute(
                insert(objects).values(
                    bucket=kept.bucket,
                    key=kept.key,
                    modified=stored(kept.modified),
                    etag=kept.etag,
                    headers=json.dumps(dict(kept.headers)),
                    checksum=json.dumps(dict(kept.checksum)),
                    body=kept.body,
                )
            )

    def forget(self, bucket: str, key: str) -> None:
        """Keep an object no longer."""
        with self._database.transaction() as connection:
            connection.execute(delete(objects).where(objects.c.bucket == bucket, objects.c.key == key))

    def clear(self) -> None:
        """Keep nothing."""
        with self._database.transaction() as connection:
            connection.execute(delete(objects))
            connection.execute(delete(buckets))

    def buckets(self) -> dict[str, datetime]:
        """Return when each bucket was made."""
        with self._database.transaction() as connection:
            return {row.name: restored(row.created) for row in connection.execute(select(buckets))}

    def objects(self) -> Iterator[Kept]:
        """Yield every object."""
        with self._database.transaction() as connection:
            for row in connection.execution_options(yield_per=AT_A_TIME).execute(select(objects)):
                yield Kept(
                    row.bucket,
                    row.key,
                    row.body,
                    restored(row.modified),
                    json.loads(row.headers),
                    row.etag,
                    json.loads(row.checksum),
                )
