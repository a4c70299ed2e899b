"""World: everything that one fake knows. Two worlds share nothing; one of them is one backend."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from fake_backend.core.bugs import Bugs
from fake_backend.core.clock import Clock, SystemClock
from fake_backend.core.ids import Draws
from fake_backend.core.journal import Journal
from fake_backend.exports.worker import ExportJobs
from fake_backend.objects import ObjectStore
from fake_backend.payloads import Payloads
from fake_backend.settings import Settings
from fake_backend.store.async_jobs import AsyncJobs
from fake_backend.store.catalogue import Catalogue
from fake_backend.store.database import Database
from fake_backend.store.identity import Identity
from fake_backend.store.kinds import ASSIGNMENTS, DATASETS, GROUND_TRUTH, TASKS
from fake_backend.store.listing import Listing
from fake_backend.store.related import Related
from fake_backend.store.reports import Reports

if TYPE_CHECKING:
    from fake_backend.seeding.rows import SeedDocument, StorageRow


class World:
    """One fake's clock, rows, objects, jobs and journal.

    Args:
        clock: The only time there is.
        database_url: SQLAlchemy URL; ``None`` keeps rows in memory.
        seed: Of all ids, tokens and draws.
        settings: Conventions of the wire, sizes, paces.

    Raises:
        DatabaseUnusable: The URL cannot be opened.
    """

    def __init__(
        self, clock: Clock, *, database_url: str | None = None, seed: int = 0, settings: Settings | None = None
    ) -> None:
        self.clock = clock
        self.settings = settings or Settings()
        self.draws = Draws(seed)
        self.journal = Journal()
        self.bugs = Bugs()
        self.database = Database(database_url)
        self.rows = {kind: Listing(self.database, kind) for kind in (TASKS, ASSIGNMENTS, GROUND_TRUTH, DATASETS)}
        self.related = Related(self.database)
        self.catalogue = Catalogue(self.database)
        self.identity = Identity(self.database)
        self.reports = Reports(self.database)
        self.objects = ObjectStore(
            clock, self.draws.stream("s3-credentials"), judge_skew=isinstance(clock, SystemClock)
        )
        self.payloads = Payloads(self.objects, self.settings)
        self._directory: Path | None = None
        self._streams = threading.BoundedSemaphore(self.settings.streams)
        self.exports = ExportJobs(
            clock=clock,
            draws=self.draws,
            settings=self.settings,
            bugs=self.bugs,
            rows=AsyncJobs(self.database),
            listings=self.rows,
            catalogue=self.catalogue,
            payloads=self.payloads,
            objects=self.objects,
        )

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
        return loader.load(document)

    def reset(self) -> None:
        """Forget rows, objects, jobs, journal and bugs; the clock goes on."""
        self.exports.clear()
        self.database.empty()
        self.objects.clear()
        self._empty_directory()
        self.bugs.off()
        self.journal.clear()

    def close(self) -> None:
        """End every wait and let go of everything."""
        self.exports.clear()
        self.clock.close()
        self.database.close()
        self._remove_directory()

    def open_stream(self) -> bool:
        """Take one of the places for progress streams; return whether there was one."""
        return self._streams.acquire(blocking=False)

    def close_stream(self) -> None:
        """Give a stream's place back."""
        self._streams.release()

    @property
    def directory(self) -> Path:
        """A temporary directory of this world, made when it is first asked for and removed with the world."""
        if self._directory is None:
            self._directory = Path(tempfile.mkdtemp(prefix="fake-backend-"))
        return self._directory

    def _configured(self, row: StorageRow, held: dict[str, str]) -> dict[str, str]:
        """Return a storage's configuration, completed where the document leaves it to the world."""
        given = {**held, **row.configuration}
        if row.provider == "file_system" and "location" not in given:
            location = self.directory / f"storage-{row.id}"
            location.mkdir(exist_ok=True)
            return {"location": str(location)}
        if row.provider == "amazon_s3" and "endpoint_url" not in given:  # with an endpoint it is somebody else's bucket
            credentials = self.objects.credentials
            ours = {
                "bucket_name": f"storage-{row.id}",
                "access_key": credentials.access_key,
                "secret_key": credentials.secret_key,
                "region_name": self.objects.region,
            }
            given = {**ours, **given}
            self.objects.create_bucket(given["bucket_name"])
        return given

    def _empty_directory(self) -> None:
        """Remove what storages hold, but keep the place: somebody was told where it is."""
        if self._directory is not None:
            for entry in self._directory.iterdir():
                shutil.rmtree(entry)

    def _remove_directory(self) -> None:
        if self._directory is not None:
            shutil.rmtree(self._directory, ignore_errors=True)
            self._directory = None
