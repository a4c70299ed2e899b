"""The worker of export jobs: timed events that scan by key, descending, and write a bundle chunk by chunk."""

from __future__ import annotations

import logging
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from fake_backend.core.cursor import Seek
from fake_backend.core.errors import BadRequest, NotFound, Refusal
from fake_backend.core.jobs import AsyncJob, Feed, Status
from fake_backend.exports.bundle import BundleWriter
from fake_backend.exports.lines import Lines
from fake_backend.exports.roots import open_root
from fake_backend.faults.arrival import Arrival, JobFacts
from fake_backend.store.async_jobs import Place
from fake_backend.store.kinds import PAYLOAD
from fake_backend.store.ordering import Ordering

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.core.bugs import Bugs
    from fake_backend.core.clock import Clock
    from fake_backend.core.filters import Condition
    from fake_backend.core.ids import Draws
    from fake_backend.exports.request import ExportRequest
    from fake_backend.exports.roots import Root
    from fake_backend.faults import Faults
    from fake_backend.faults.live import Strike
    from fake_backend.objects import ObjectStore
    from fake_backend.payloads import Payloads
    from fake_backend.settings import Settings
    from fake_backend.store.async_jobs import AsyncJobs
    from fake_backend.store.catalogue import Catalogue
    from fake_backend.store.identity import Caller
    from fake_backend.store.kinds import Kind
    from fake_backend.store.listing import Listing

_log = logging.getLogger(__name__)

KIND = "plugin_export"
EXPECTED = (OSError, Refusal)  # what a storage or a payload can do to a worker


@dataclass
class _Run:
    """One job under way."""

    job: AsyncJob
    request: ExportRequest
    tenant: str
    bundle: BundleWriter
    storage_url: str
    conditions: tuple[Condition, ...]
    chunk_rows: int
    below: int | None = None
    feed: Feed = field(default_factory=Feed)
    total: int = 0
    number: int = 0
    fail_row: int | None = None
    failed_by: Strike | None = None


class RowUnreadable(Refusal):
    """A row that a worker cannot read, by a fault."""

    status = 500
    code = "row_unreadable"


class ExportJobs:
    """Enqueues exports, runs them on the world's scheduler, and lets streams follow them."""

    def __init__(
        self,
        *,
        clock: Clock,
        draws: Draws,
        settings: Settings,
        bugs: Bugs,
        faults: Faults,
        rows: AsyncJobs,
        listings: Mapping[Kind, Listing],
        catalogue: Catalogue,
        payloads: Payloads,
        objects: ObjectStore,
    ) -> None:
        self._clock = clock
        self._draws = draws
        self._settings = settings
        self._bugs = bugs
        self._faults = faults
        self._rows = rows
        self._listings = listings
        self._catalogue = catalogue
        self._lines = Lines(catalogue, payloads)
        self._objects = objects
        self._runs: dict[str, _Run] = {}
        self._enqueued = 0
        self._turn = threading.RLock()  # a cancel must not fall into the middle of a chunk

    def __repr__(self) -> str:
        return f"<ExportJobs {len(self._runs)} jobs>"

    def check(self, caller: Caller, request: ExportRequest) -> Root:
        """Return the storage that a job would write to, after all checks that come before one.

        Raises:
            BadRequest: The project, a dataset version or the storage is none of the caller's tenant, or the storage
                cannot be written to.
            UnsafePath: A symbolic link on the path leaves the storage.
        """
        tenant = caller.tenant
        if request.project_id is not None:
            project_id = request.project_id
            self._known(lambda: self._catalogue.project(tenant, project_id), "project_id", project_id)
        for version in request.versions:
            self._known(partial(self._catalogue.dataset_version, tenant, version), "filter", version)
        storage = self._known(
            lambda: self._catalogue.storage(tenant, request.storage_id), "storage_id", request.storage_id
        )
        root = open_root(storage, self._objects)
        root.check(request.path)
        return root

    def enqueue(self, caller: Caller, request: ExportRequest, storage_url: str) -> AsyncJob:
        """Create a job after checking all that can be checked, and schedule its start.

        Args:
            caller: Who asks; the job is theirs alone.
            request: What for.
            storage_url: Endpoint of objects on the caller's transport, for the URLs in the bundle.

        Raises:
            BadRequest: The project, a dataset version or the storage is none of the caller's tenant, or the storage
                cannot be written to.
            UnsafePath: A symbolic link on the path leaves the storage.
        """
        root = self.check(caller, request)
        job_id = self._draws.uuid("async-jobs")
        bundle = BundleWriter(
            root, request.path, job_id, request.kind.target, self._settings.bundle_layout, bugs=self._bugs
        )
        root.check(bundle.prefix)
        data = {
            "params": {
                "project_id": request.project_id,
                "targets": [request.kind.target],
                "filter": dict(request.raw_filter),
            }
        }
        job = AsyncJob.pending(job_id, KIND, self._clock.now(), request.ray_job_id, data)
        place = Place(request.storage_id, str(bundle.prefix))
        self._rows.add(job.state, place, tenant=caller.member_of, owner=caller.user)
        conditions = request.selection.conditions
        if "delegated-filter-loss" in self._bugs:
            conditions = tuple(test for test in conditions if test.field == request.kind.scope)
        run = _Run(
            job=job,
            request=request,
            tenant=caller.member_of,
            bundle=bundle,
            storage_url=storage_url,
            conditions=conditions,
            chunk_rows=request.chunk_rows or self._settings.chunk_rows,
        )
        with self._turn:
            self._enqueued += 1
            run.number = self._enqueued
        self._runs[job_id] = run
        self._later(run, self._start)
        return job

    def job(self, caller: Caller, job_id: str) -> AsyncJob:
        """Return a job of the caller's.

        Raises:
            NotFound: There is none, or it is somebody else's.
        """
        owner = None if "jobs-leak-owners" in self._bugs else caller.user
        state = self._rows.state(job_id, caller.tenant, owner)
        if state is None:
            raise NotFound("Not found.", received=job_id)
        return AsyncJob(state)

    def jobs(self, caller: Caller) -> list[AsyncJob]:
        """Return the caller's jobs, newest first."""
        return [AsyncJob(state) for state in self._rows.of(caller.tenant, caller.user)]

    def facts(self, job_id: str) -> JobFacts | None:
        """Return what a fault may ask of a job of this process, ``None`` of any other."""
        run = self._runs.get(job_id)
        return None if run is None else JobFacts(run.job.state["type"], run.number)

    def next_facts(self) -> JobFacts:
        """Return what a fault may ask of the job that an enqueue would make."""
        return JobFacts(KIND, self._enqueued + 1)

    def feed(self, job_id: str) -> Feed:
        """Return the events of a job; a job of an earlier process has none any more."""
        run = self._runs.get(job_id)
        return run.feed if run else Feed(over=True)

    def cancel(self, caller: Caller, job_id: str) -> AsyncJob:
        """Stop a job and remove what it wrote.

        Raises:
            NotFound: There is none, or it is somebody else's.
            Conflict: It is finished.
        """
        job = self.job(caller, job_id)
        run = self._runs.get(job_id)
        if run is None:  # of an earlier process, and finished since at the latest
            job.cancel(self._clock.now())
            return job
        with self._turn:
            if run.job.cancel(self._clock.now()):
                if "bundle-outlives-cancel" not in self._bugs:
                    run.bundle.discard()
                self._tell(run)
        return run.job

    def clear(self) -> None:
        """Forget all jobs, as a reset of the world does."""
        for run in self._runs.values():
            run.feed.over = True
        self._runs.clear()
        self._clock.changed()  # streams that wait for news have had their last

    def _later(
        self, run: _Run, step: Callable[[_Run], None], seconds: float | None = None, *, spared: bool = False
    ) -> None:
        wait = self._settings.chunk_seconds if seconds is None else seconds
        self._clock.scheduler.after(wait, lambda: self._guarded(run, step, spared=spared), label=f"export {run.job.id}")

    def _befallen(self, run: _Run, step: Callable[[_Run], None]) -> bool:
        """Let faults have their way with a step; return whether it is not to be done now."""
        struck = self._faults.strike(Arrival("worker", job=lambda: self.facts(run.job.id))) if self._faults else None
        if struck is None or struck.effect.worker is None:
            return False
        effect = struck.effect.worker
        wait = (effect.stall or 0.0) + ((effect.pace or 1.0) - 1.0) * self._settings.chunk_seconds
        if effect.fail_row is not None:
            run.fail_row, run.failed_by = effect.fail_row, struck
        if effect.kill or wait > 0:
            run.failed_by = None
            self._faults.came_of(struck)
        if effect.kill:
            if effect.resume_after is not None:
                resumed = step if effect.resume_from == "here" else self._again
                self._later(run, resumed, effect.resume_after, spared=True)
            return True
        if wait <= 0:
            return False
        self._later(run, step, wait, spared=True)
        return True

    def _again(self, run: _Run) -> None:
        """Take a job up from its beginning: what its dead worker had counted counts no more."""
        run.bundle.restart()
        run.below = None
        if run.job.status is Status.PENDING:
            self._start(run)
            return
        run.job.progress(self._clock.now(), 0, run.total)
        self._tell(run)
        self._later(run, self._chunk)

    def _guarded(self, run: _Run, step: Callable[[_Run], None], *, spared: bool) -> None:
        """Run one step, unless a fault strikes it; what breaks it ends the job, as a supervisor would."""
        with self._turn:
            if run.job.finished or run.job.id not in self._runs:
                return
            if not spared and self._befallen(run, step):
                return
            try:
                step(run)
            except Exception as error:  # noqa: BLE001  whatever kills a worker, its supervisor ends the job
                _log.warning("the export job %s failed", run.job.id, exc_info=not isinstance(error, EXPECTED))
                run.job.fail(self._clock.now(), _reason(error))
                self._tell(run)
                with suppress(OSError, Refusal):  # nobody learns where an unfinished bundle lies
                    run.bundle.discard()

    def _start(self, run: _Run) -> None:
        run.total = self._listings[run.request.kind].count(run.tenant, run.conditions)
        run.job.start(self._clock.now(), run.total)
        self._tell(run)
        self._later(run, self._chunk)

    def _chunk(self, run: _Run) -> None:
        place = Seek(
            descending=True,
            beyond=None if run.below is None else str(run.below),
            offset=0,
            limit=run.chunk_rows + 1,
        )
        kind = run.request.kind
        columns = (kind.line_id, "data_unit_id", *PAYLOAD)
        found = self._listings[kind].keyset_page(run.tenant, run.conditions, Ordering(kind.key), place, columns)
        rows, more = found[: run.chunk_rows], len(found) > run.chunk_rows
        done = run.bundle.records
        if run.fail_row is not None and done < run.fail_row <= done + len(rows):
            row = rows[run.fail_row - done - 1]
            if run.failed_by is not None:
                self._faults.came_of(run.failed_by)
            raise RowUnreadable("A row cannot be read.", received=row["key"])
        if rows:
            run.bundle.add_chunk(self._lines.of(rows, run.bundle, run.request, run.storage_url))
            run.below = rows[-1]["key"]
        done = run.bundle.records
        run.job.progress(self._clock.now(), done, max(run.total, done) if more else done)
        if more:
            if "job-progress-regresses" in self._bugs and done > len(rows):
                run.job.progress(self._clock.now(), max(0, done - 2 * len(rows)), run.total)
            self._tell(run)
            self._later(run, self._chunk)
            return
        run.job.complete(self._clock.now(), {"manifest": run.bundle.finish()})
        self._tell(run)

    def _tell(self, run: _Run) -> None:
        self._rows.save(run.job.id, run.job.state)
        run.feed.tell(run.job)
        if "job-ends-twice" in self._bugs and run.job.finished:
            run.feed.events.append(run.feed.events[-1])
        self._clock.changed()

    @staticmethod
    def _known(look: Callable[[], dict[str, Any]], field_name: str, received: object) -> dict[str, Any]:
        """Return what ``look`` finds; what the tenant does not have is a bad value, not a missing page."""
        try:
            return look()
        except NotFound as error:
            raise BadRequest(
                f'Invalid pk "{received}" - object does not exist.', received=received, field=field_name
            ) from error


def _reason(error: Exception) -> str:
    """Return why a job failed, in a sentence; the text of a database's error is for its log."""
    return f"{type(error).__name__}: {error}" if isinstance(error, EXPECTED) else type(error).__name__
