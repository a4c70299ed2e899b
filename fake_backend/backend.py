"""FakeBackend: make a world, reach it in this process, serve it on loopback."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from fake_backend.core.clock import Clock, SystemClock, VirtualClock
from fake_backend.core.errors import BadRequest, Conflict
from fake_backend.core.frozen_clock import FrozenClock
from fake_backend.http import ControlPolicy
from fake_backend.identities import TokenBook, by_tenant
from fake_backend.seeding import read, validate
from fake_backend.served import API, STORAGE, ServedBackend
from fake_backend.store.kinds import BY_TARGET
from fake_backend.transports.in_process import InProcess, Mount, NoAnswer
from fake_backend.world import World

if TYPE_CHECKING:
    from datetime import datetime
    from types import TracebackType

    from fake_backend.core.bugs import Bugs
    from fake_backend.core.journal import Journal
    from fake_backend.faults import Faults
    from fake_backend.seeding.rows import SeedDocument
    from fake_backend.serving.service import Serving
    from fake_backend.settings import Settings

type Seed = str | PathLike[str] | Mapping[str, Any]  # "demo", "empty", a document's path, a document

DEMO_SEED = 1  # the generator's number for the demo that ships as a fixture

# Who there is when there is nothing else, so that an empty backend can be asked.
_NOBODY_ELSE = {
    "tenants": [{"code": "acme", "name": "Acme"}, {"code": "globex", "name": "Globex"}],
    "users": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "globex"}],
    "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 2, "kind": "user"}],
}

_numbers = itertools.count(1)  # two backends of one process must not share a host name


class FakeBackend:
    """A backend of one's own: real rows, real objects, one clock.

    In process, the hosts of ``url`` and ``storage_url`` are answered without sockets for requests, urllib3 and boto3
    while the backend is open; every other client goes through ``serve()``. Open backends share nothing.

        with FakeBackend(seed="demo") as backend:
            headers = backend.tokens["acme"].headers
            requests.get(f"{backend.url}/sdk/tasks/?project=1", headers=headers).json()["count"]

    Args:
        seed: ``demo`` (with its model), ``empty`` (users and tokens alone), a seed document's path, or the document
            itself.
        clock: ``virtual`` time moves only when somebody waits for it or moves it; ``system`` is the machine's;
            ``freezegun`` stands where a test's ``freeze_time`` stands, and goes with its ticks.
        speed: Seconds of the world in one second of the machine; for ``system`` alone.
        world_seed: Of ids, tokens and draws: two worlds of one seed draw the same.
        database: URL for the rows, and the objects with them: ``sqlite:///FILE`` or ``postgresql://USER@HOST/DATABASE``,
            of which a schema is the world's (docs/databases.md); in memory when left out. A backend that is
            made anew with the same database, seed and world seed is the same world: rows, objects, tokens, storages and
            finished jobs. A job that was under way is ``FAILED``, as its worker is gone. A document that the database
            was started with before is not loaded again.
        settings: Conventions of the wire, sizes, paces.
        start: Instant at which a virtual clock starts; real time when left out.
        storage_root: Directory below which storages without a location of their own get theirs, kept when the backend
            is closed. Left out, it lies beside the database's file, and is temporary without one.
        name: Part of its host names in process; a number of its own when left out. Two runs whose journals are to be
            equal to the byte need one name, since links are as long as their hosts; open ones cannot share it.

    Raises:
        SeedInvalid: The document is not one; nothing is kept of it.
        DatabaseUnusable: The database cannot be opened, is of another version, or holds a world of another seed.
        BadRequest: There is no such clock, or the directory of a storage cannot be made.
    """

    def __init__(
        self,
        seed: Seed = "demo",
        *,
        clock: Literal["virtual", "system", "freezegun"] = "virtual",
        speed: float = 1.0,
        world_seed: int = 0,
        database: str | None = None,
        settings: Settings | None = None,
        start: datetime | None = None,
        storage_root: str | PathLike[str] | None = None,
        name: str | None = None,
    ) -> None:
        time = _clock(clock, start, speed)
        self._seed = _document(seed)
        root = None if storage_root is None else Path(storage_root)
        self._world = World(time, database_url=database, seed=world_seed, settings=settings, storage_root=root)
        called = str(next(_numbers)) if name is None else name
        self._hosts = (f"api-{called}.fake-backend.invalid", f"storage-{called}.fake-backend.invalid")
        self._served: list[ServedBackend] = []
        self._serving_refused: Exception | None = None
        try:
            self._world.start(self._seed)
        except BaseException:
            self._world.close()
            raise
        _register(seed, self._world.serving)
        policy = ControlPolicy(any_host=True)
        environ = self._environ(self.url, self.storage_url, autojump=True, control=policy)
        self._in_process = InProcess([Mount(self._hosts[0], API, environ), Mount(self._hosts[1], STORAGE, environ)])

    def __repr__(self) -> str:
        return f"<FakeBackend {self.url} {self._world.clock!r}>"

    def __enter__(self) -> Self:
        return self.open()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> Self:
        """Answer in process from now on.

        Raises:
            Conflict: The backend was closed; what it knew is gone.
        """
        if self._world.clock.closed:
            raise Conflict("A backend that was closed cannot be opened again.", expected="a new FakeBackend")
        self._in_process.open()
        return self

    def close(self) -> None:
        """Stop answering, on every transport, and let go of everything; closing twice is fine."""
        for served in tuple(self._served):
            served.close()
        self._in_process.close()
        self._world.close()

    @property
    def url(self) -> str:
        """Base URL of the API, in process."""
        return f"http://{self._hosts[0]}"

    @property
    def storage_url(self) -> str:
        """Base URL of objects, in process."""
        return f"http://{self._hosts[1]}"

    @property
    def tokens(self) -> TokenBook:
        """The credentials of each tenant's first user, by tenant code, in the order of the seed.

        ``create``, ``listed``, ``expire`` and ``revoke`` of it are about every token of the world.
        """
        identity = self._world.identity
        return TokenBook(by_tenant(identity.tenants(), identity.tokens()), self._world.tokens)

    @property
    def clock(self) -> Clock:
        """The world's time: ``sleep`` on it, or ``advance`` a virtual one."""
        return self._world.clock

    @property
    def journal(self) -> Journal:
        """Every request and what became of it."""
        return self._world.journal

    @property
    def bugs(self) -> Bugs:
        """Wrong behaviours to switch on."""
        return self._world.bugs

    @property
    def faults(self) -> Faults:
        """What goes wrong on purpose: ``with backend.faults.during(plan): ...``."""
        return self._world.faults

    @property
    def serving(self) -> Serving:
        """Models to register, and the pre-processors that they answer for."""
        return self._world.serving

    def seed(self, document: Mapping[str, Any] | str | PathLike[str]) -> dict[str, int]:
        """Add the rows of a document; return how many it had by resource.

        Raises:
            SeedInvalid: The document is not one; nothing is kept of it.
        """
        counts = self._world.seed(_document(document))
        _register(document, self._world.serving)
        return counts

    def reset(self) -> None:
        """Go back to the rows of the seed that the backend started with; tokens stay the same, the clock goes on."""
        self._world.reset()
        self._world.start(self._seed)

    def remove_tasks(self, ids: Iterable[int]) -> int:
        """Delete tasks behind a client's back, as another user would; return how many there were."""
        return self.remove("task", ids)

    def remove(self, target: str, keys: Iterable[int]) -> int:
        """Delete rows behind a client's back, as another user would; return how many there were.

        Assignments go with their task; an event that goes leaves the versions that it was in.

        Args:
            target: ``task``, ``assignment`` or ``ground_truth``.
            keys: Ids; of ground truth, ``pgh_id``s of events.
        """
        kind = BY_TARGET.get(target)
        if kind is None:
            raise BadRequest("There is no such target.", received=target, expected=", ".join(BY_TARGET))
        return self._world.rows[kind].remove(keys)

    def first_ids(self, tenant: str) -> dict[str, int | None]:
        """Return the lowest id of a tenant's by name: project, storage, data collection, ground-truth version."""
        return self._world.catalogue.first_ids(tenant)

    def counts(self) -> dict[str, int]:
        """Return how many rows there are, by resource."""
        return self._world.catalogue.counts()

    def logs(self, tenant: str, job_id: str) -> list[dict[str, Any]]:
        """Return the log entries that a plugin run has reported, in the order in which they came."""
        return self._world.reports.logs(tenant, job_id)

    def storage_root(self, storage_id: int) -> str | None:
        """Return the directory of a ``file_system`` storage, ``None`` for any other."""
        found = next((row for row in self._world.catalogue.storages() if row["id"] == storage_id), None)
        return None if found is None else found["configuration"].get("location")

    def serve(
        self,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        storage_port: int = 0,
        public_storage_url: str | None = None,
        autojump: bool = False,
        control: ControlPolicy | None = None,
    ) -> ServedBackend:
        """Put the same world on a network address; usable together with the in-process transport.

        Args:
            host: Address to listen on.
            port: Of the API; 0 for any that is free.
            storage_port: Of objects; 0 for any that is free.
            public_storage_url: Base URL under which clients reach objects, where a proxy or a port mapping stands in
                between: signed URLs and storages name it.
            autojump: Whether a request that waits moves a virtual clock to the next event.
            control: Guard of ``/_fake/``; loopback callers only when left out.

        Raises:
            CannotListen: An address cannot be listened on.
            BadRequest: The public URL is no base URL.
            VirtualTimeRefused: Its time is told to the clients of this process alone, by ``virtual_time``.
        """
        if self._serving_refused is not None:
            raise self._serving_refused
        served = ServedBackend(
            self,
            host,
            port,
            storage_port,
            public_storage_url=None if public_storage_url is None else _base_url(public_storage_url),
            autojump=autojump,
            control=control or ControlPolicy(),
            head_seconds=self._world.settings.head_seconds,
        )
        self._served.append(served)
        return served

    @property
    def is_served(self) -> bool:
        """Whether other processes can reach it."""
        return bool(self._served)

    @contextmanager
    def _unserved(self, refusal: Exception) -> Iterator[None]:
        """Refuse to be served inside of a block."""
        self._serving_refused = refusal
        try:
            yield
        finally:
            self._serving_refused = None

    def _environ(self, url: str, storage_url: str, *, autojump: bool, control: ControlPolicy) -> dict[str, object]:
        return {
            "fake_backend.world": self._world,
            "fake_backend.api_url": url,
            "fake_backend.storage_url": storage_url,
            "fake_backend.autojump": autojump,
            "fake_backend.control": control,
            "fake_backend.reset": self.reset,
            "fake_backend.no_answer": NoAnswer,
        }

    def _forget(self, served: ServedBackend) -> None:
        if served in self._served:
            self._served.remove(served)


def _clock(kind: str, start: datetime | None, speed: float) -> Clock:
    """Return the clock of a kind.

    Raises:
        BadRequest: There is none, or it takes no start, or no speed.
    """
    if kind not in {"virtual", "system", "freezegun"}:
        raise BadRequest("There is no such clock.", received=kind, expected="virtual, system or freezegun")
    if start is not None and kind != "virtual":
        raise BadRequest("Only a virtual clock starts where it is told.", received=kind, expected="clock='virtual'")
    if speed != 1 and kind != "system":
        raise BadRequest("Only the machine's time has a speed.", received=speed, expected="clock='system'")
    if kind == "virtual":
        return VirtualClock(start)
    if kind == "freezegun":
        return FrozenClock()
    try:
        return SystemClock(speed)
    except ValueError as error:
        raise BadRequest(f"{error}.", received=speed, expected="above zero", field="speed") from error


def _base_url(url: str) -> str:
    """Return a base URL without the slash at its end."""
    split = urlsplit(url)
    if split.scheme not in {"http", "https"} or not split.hostname or split.path.strip("/") or split.query:
        raise BadRequest("A public storage URL is a base URL.", received=url, expected="as in http://127.0.0.1:9000")
    return f"{split.scheme}://{split.netloc}"


def _document(seed: Seed) -> SeedDocument:
    """Return the rows that a seed stands for."""
    if isinstance(seed, Mapping):
        return validate(dict(seed))
    if seed == "empty":
        return validate(_NOBODY_ELSE)
    if seed == "demo":
        # Pillow draws the demo, and nothing else needs it
        from fake_backend.demo import document  # noqa: PLC0415

        return validate(document(DEMO_SEED))
    return read(seed)


def _register(seed: Seed, serving: Serving) -> None:
    """Register the models that answer for the releases of a seed, as far as we have them: those of the demo."""
    if seed == "demo":
        from fake_backend.demo import register_models  # noqa: PLC0415 - as above

        register_models(serving)
