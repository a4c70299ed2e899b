"""World: everything that one fake knows. Two worlds share nothing; one of them is one backend."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

from fake_backend.core.bugs import Bugs
from fake_backend.core.ceilings import StreamPlaces
from fake_backend.core.frozen_clock import follows_clients
from fake_backend.core.ids import Draws
from fake_backend.core.journal import Journal
from fake_backend.core.sealed_cursor import Seal
from fake_backend.directories import Directories
from fake_backend.exports.recovery import recover
from fake_backend.exports.worker import ExportJobs
from fake_backend.faults import Faults
from fake_backend.objects import Credentials, ObjectStore
from fake_backend.payloads import Payloads
from fake_backend.serving.service import Serving
from fake_backend.settings import Settings
from fake_backend.store.annotations import Annotations
from fake_backend.store.async_jobs import AsyncJobs
from fake_backend.store.catalogue import Catalogue
from fake_backend.store.database import Database
from fake_backend.store.identity import Identity
from fake_backend.store.instants import stored
from fake_backend.store.kinds import KINDS
from fake_backend.store.listing import Listing
from fake_backend.store.lives import Lives
from fake_backend.store.objects import KeptObjects
from fake_backend.store.related import Related
from fake_backend.store.reports import Reports
from fake_backend.store.serving import ServingRows
from fake_backend.tokens import Tokens

if TYPE_CHECKING:
    from pathlib import Path

    from fake_backend.core.clock import Clock
    from fake_backend.seeding.rows import SeedDocument, StorageRow


MANY = 1_000  # rows of a document after which a planner is told of them


class World:
    """One fake's clock, rows, objects, jobs and journal.

    Args:
        clock: The only time there is.
        database_url: SQLAlchemy URL; ``None`` keeps rows in memory.
        seed: Of all ids, tokens and draws.
        settings: Conventions of the wire, sizes, paces.
        storage_root: Where storages without a location of their own get their directories; beside the database's file
            when left out, and in a temporary directory where there is none.

    Raises:
        DatabaseUnusable: The URL cannot be opened.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        database_url: str | None = None,
        seed: int = 0,
        settings: Settings | None = None,
        storage_root: Path | None = None,
    ) -> None:
        self.clock = clock
        self.settings = settings or Settings()
        self.bugs = Bugs()
        self.faults = Faults(clock)
        self.database = Database(database_url)
        self._lives = Lives(self.database) if database_url is not None else None  # in memory there is one life only
        life = self._begin(seed)
        self.draws = Draws(seed, life)
        self.seal = Seal(self.draws.lasting("cursor-seal").randbytes(32))
        self.journal = Journal(life=life)
        self.rows = {kind: Listing(self.database, kind, self.bugs) for kind in KINDS}
        self.related = Related(self.database)
        self.catalogue = Catalogue(self.database)
        self.annotations = Annotations(self.database)
        self.identity = Identity(self.database)
        self.tokens = Tokens(clock, self.draws, self.identity)
        self.reports = Reports(self.database)
        self.objects = ObjectStore(
            clock,
            self.draws.lasting("s3-credentials"),
            judge_skew=follows_clients(clock),
            ids=self.draws.stream("s3-ids"),
            keeper=KeptObjects(self.database) if self._lives is not None else None,
            bugs=self.bugs,
        )
        self.payloads = Payloads(self.objects, self.settings)
        for row in self.catalogue.storages():  # of an earlier life
            if row["provider"] == "amazon_s3" and "endpoint_url" not in row["configuration"]:
                self._grant(row["id"], row["configuration"])
        self._directories = Directories(_lasting_root(storage_root, self.database))
        self.streams = StreamPlaces(self.settings.streams, self.settings.streams_per_member)
        self.async_jobs = AsyncJobs(self.database)
        self.exports = ExportJobs(
            clock=clock,
            draws=self.draws,
            settings=self.settings,
            bugs=self.bugs,
            faults=self.faults,
            rows=self.async_jobs,
            listings=self.rows,
            catalogue=self.catalogue,
            payloads=self.payloads,
            objects=self.objects,
        )
        self.serving = Serving(clock=clock, draws=self.draws, rows=ServingRows(self.database), reports=self.reports)
        if life:
            self.serving.recover()
            recover(self.async_jobs, self.catalogue, self.objects, clock.now())

    def _begin(self, seed: int) -> int:
        """Return the number of this life of the rows."""
        if self._lives is None:
            return 0
        try:
            return self._lives.begin(seed, stored(self.clock.now()))
        except BaseException:
            self.database.close()
            raise

    def __repr__(self) -> str:
        return f"<World {self.clock!r} {self.journal!r}>"

    def seed(self, document: SeedDocument) -> dict[str, int]:
        """Add the rows of a document; return how many it had by resource."""
        # pydantic takes 60 ms to import: only a document pays for it
        from fake_backend.seeding.loader import Loader  # noqa: PLC0415

        loader = Loader(
            database=self.database,
            payloads=self.payloads,
            draws=self.draws,
            now=self.clock.now,
            configured=self._configured,
        )
        with self.serving.held(), self.database.transaction():
            counts = loader.load(document)
            self._settle(document)
            if sum(counts.values()) >= MANY:
                self.database.learn()
        return counts

    def start(self, document: SeedDocument) -> None:
        """Add the rows that the world begins with, unless an earlier life of it began with the same document.

        A world that outlives its process is then as that process left it: rows that are gone stay gone, and what was
        created at the instant of loading stays as old as it is.
        """
        if self._lives is None:
            self.seed(document)
            return
        told = digest(document)
        with self.serving.held(), self.database.transaction():
            if not self._lives.was_seeded(told):
                self.seed(document)
                self._lives.seeded(told)

    def reset(self) -> None:
        """Forget rows, objects, jobs, journal, bugs and faults, but for plans that are kept; the clock goes on."""
        self.exports.clear()
        self.serving.clear()
        storages = [row["id"] for row in self.catalogue.storages() if row["provider"] == "file_system"]
        self.database.empty()
        self.objects.clear()
        self._directories.empty(storages)
        self.bugs.off()
        self.faults.reset()
        self.journal.clear()

    def close(self) -> None:
        """End every wait and let go of everything."""
        self.exports.clear()
        self.serving.clear()
        self.clock.close()
        self.database.close()
        self._directories.close()

    def _settle(self, document: SeedDocument) -> None:
        """Let serve applications of a document go on from where it puts them, if their agents have room for them.

        Raises:
            SeedInvalid: An agent has not, beside what it serves already.
        """
        crowded = self.serving.crowded() if document.agents or document.serve_applications else {}
        for number, row in enumerate(document.agents):
            if row.id in crowded:
                from fake_backend.seeding.errors import SeedInvalid  # noqa: PLC0415 (as the loader)

                place = f"agents[{number}]"
                told = f"agent {row.id} has no room for all that it is to serve ({crowded[row.id]})"
                raise SeedInvalid(place, row.id, "an agent with room", message=f"{place}: {told}.")
        self.serving.adopt(row.id for row in document.serve_applications)

    def _configured(self, row: StorageRow, held: dict[str, str]) -> dict[str, str]:
        """Return a storage's configuration, completed where the document leaves it to the world."""
        given = {**held, **row.configuration}
        if row.provider == "file_system" and "location" not in given:
            return {"location": str(self._directories.make(row.id))}
        if row.provider == "amazon_s3" and "endpoint_url" not in given:  # with an endpoint it is somebody else's bucket
            holder = f"storage-{row.id}"
            credentials = Credentials.draw(self.draws.lasting(f"s3-credentials/{holder}"))
            ours = {
                "bucket_name": holder,
                "access_key": credentials.access_key,
                "secret_key": credentials.secret_key,
                "region_name": self.objects.region,
            }
            given = {**ours, **given}
            self.objects.create_bucket(given["bucket_name"])
            self._grant(row.id, given)
        return given

    def _grant(self, storage_id: int, configuration: dict[str, str]) -> None:
        """Let the keys of a storage open its bucket, and no other one."""
        credentials = Credentials(configuration["access_key"], configuration["secret_key"])
        self.objects.grants.give(f"storage-{storage_id}", credentials, configuration["bucket_name"])


def digest(document: SeedDocument) -> str:
    """Return the SHA-256 of what a document says, in lower-case hex."""
    told = hashlib.sha256()
    for resource in fields(document):
        told.update(resource.name.encode())
        for row in getattr(document, resource.name):
            told.update(json.dumps(asdict(row), default=repr, sort_keys=True).encode())
    return told.hexdigest()


def _lasting_root(named: Path | None, database: Database) -> Path | None:
    """Return where storages lie that outlive the process, ``None`` where they need not."""
    if named is not None:
        return named.absolute()
    return None if database.file is None else database.file.with_name(f"{database.file.name}-storages")
