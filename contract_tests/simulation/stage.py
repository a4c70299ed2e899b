"""One backend of a recipe, and the recipe's command on it, as often as it is asked for."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

import requests

from contract_tests.exporters import RowAction, SheetAction
from contract_tests.memory import in_memory
from contract_tests.simulation.kinds import ENQUEUE
from contract_tests.simulation.lot import Lot
from contract_tests.simulation.surroundings import MODEL, STORAGE, TENANT
from contract_tests.simulation.turns import Turns
from contract_tests.simulation.watch import EndlessWaiting, Watch
from fake_backend import FakeBackend, Settings
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.errors import SdkError
from sdk.loggers import NoOpLogger
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskAction
from sdk.plugins.context import PluginEnvironment, RuntimeContext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.simulation.recipe import Recipe
    from fake_backend import InferenceRequest

PATH, NAME = "exports/run", "export"  # where each export goes
PATH_LENGTH = 60  # characters of the directory of a world's storage, but for eight that are drawn
ENDLESS = 2_000  # waits and looks at the time: several times what the longest run needs
ACTIONS = {"row": RowAction, "sheet": SheetAction}

type Rows = Mapping[tuple[str, int], tuple[str, Any]]
"""Status and data of each task, by tenant and id."""


@dataclass(frozen=True)
class Attempt:
    """What one execution of the command came to.

    Args:
        error: What ended it, in words; blank when it came to its end.
        error_kind: Name of the exception's class.
        is_clear: Whether it is an error of the SDK's own tree.
        result: What it handed back.
        entries: The backend's journal of it.
        fired: Rule to how often it struck.
        seconds: World time that it took.
        longest_wait: Longest wait of the SDK itself, in seconds.
        jumped: Seconds that the clock script added.
        tree: Files at the destination by path below the directory that it was told; of an export.
        rows: All tasks afterwards; of to_task.
        jobs: Jobs that the backend has had so far; of an export.
    """

    error: str = ""
    error_kind: str = ""
    is_clear: bool = True
    result: Mapping[str, Any] = field(default_factory=dict)
    entries: tuple[Mapping[str, Any], ...] = ()
    fired: Mapping[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    longest_wait: float = 0.0
    jumped: float = 0.0
    tree: Mapping[str, bytes] = field(default_factory=dict)
    rows: Rows = field(default_factory=dict)
    jobs: int = 0

    @property
    def strikes(self) -> int:
        """How often a fault fired."""
        return sum(self.fired.values())


class Stage:
    """The world of one recipe, from its beginning to the end of the ``with`` block.

    Args:
        recipe: What to stage.
    """

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        settings = dict(recipe.settings)
        if "presigned_targets" in settings:
            settings["presigned_targets"] = frozenset(settings["presigned_targets"])
        self._order = Lot(f"{recipe.seed}/{recipe.run}/{recipe.order}")
        self._root = Path(tempfile.mkdtemp(prefix=_padding(), dir=in_memory()))
        try:
            self._backend = FakeBackend(
                seed=recipe.document,
                settings=Settings(**settings),
                world_seed=recipe.run,
                start=datetime.fromisoformat(recipe.start),
                storage_root=self._root,
                name="simulated",
            )
        except BaseException:
            shutil.rmtree(self._root)
            raise

    def __enter__(self) -> Self:
        self._backend.open()
        try:
            self._tokens = self._backend.tokens
            self._backend.bugs.on(*self._recipe.bugs)
            self._backend.serving.register(MODEL, self._predict)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._backend.close()
        shutil.rmtree(self._root, ignore_errors=True)

    def secrets(self) -> list[str]:
        """Return what must not be in any report: the tokens of this world."""
        return [token for held in self._tokens.values() for token in (held.user, held.access) if token]

    def attempt(self, *, faults: bool) -> Attempt:
        """Execute the command and look at what it has left behind.

        Args:
            faults: Whether the recipe's faults are in force meanwhile.
        """
        backend, recipe = self._backend, self._recipe
        plan = backend.faults.put(recipe.faults) if faults and recipe.rules else None
        before, begun = backend.journal.arrived, backend.clock.monotonic()
        watch = Watch(backend.clock, recipe.jumps if faults else {}, ENDLESS)
        told: dict[str, Any] = {}
        try:
            told["result"] = self._execute(watch)
        except (SdkError, EndlessWaiting) as error:
            told |= {"error": str(error) or "endless", "error_kind": type(error).__name__}
            told["is_clear"] = isinstance(error, SdkError)
        except Exception as error:  # noqa: BLE001 (whatever it is, it breaks a law, which tells it)
            told |= {"error": f"{type(error).__name__}: {error}", "error_kind": type(error).__name__, "is_clear": False}
        seconds = backend.clock.monotonic() - begun
        reports = backend.faults.take(plan) if plan is not None else []
        backend.faults.clear()
        entries = tuple(_told(entry) for entry in backend.journal if entry.number > before)
        return Attempt(
            **told,
            entries=entries,
            fired={report.id: report.fired for report in reports if report.fired},
            seconds=seconds,
            longest_wait=watch.longest,
            jumped=watch.jumped,
            **self._left_behind(),
        )

    def _execute(self, watch: Watch) -> Mapping[str, Any]:
        recipe, backend = self._recipe, self._backend
        tokens = self._tokens[TENANT]
        options: dict[str, Any] = {"user_token": tokens.user, "tenant": TENANT, "clock": watch}
        with ExitStack() as opened, warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the in-process head says so, and is wanted here
            client = opened.enter_context(BackendClient(backend.url, **options))
            context = RuntimeContext(
                logger=NoOpLogger(),
                env=PluginEnvironment({}),
                client=client,
                clock=watch,
                executors=lambda workers, _: Turns(workers, self._order),
            )
            if recipe.command.kind == "to_task":
                return ToTaskAction(run=context, params={"name": "simulated", **recipe.command.params}).start()
            v2_client = BackendV2Client(backend.url, rng=self._order, **options)
            context.v2_client = opened.enter_context(v2_client)
            place = {"name": NAME, "storage": STORAGE, "path": PATH}
            found: Mapping[str, Any] = ACTIONS[recipe.command.exporter].dispatch(
                {**place, **recipe.command.params}, context
            )
            return found

    def _left_behind(self) -> dict[str, Any]:
        if self._recipe.command.kind == "to_task":
            return {"rows": self._rows()}
        enqueued = any(entry.path == ENQUEUE for entry in self._backend.journal)
        jobs = len(self._asked(TENANT, "/v2/async_jobs/?per_page=200")["results"]) if enqueued else 0
        return {"tree": self._tree(), "jobs": jobs}

    def _tree(self) -> dict[str, bytes]:
        """Return what is published; names that begin with a dot are what the export keeps while it lasts."""
        root = Path(str(self._backend.storage_root(STORAGE))) / PATH
        if not root.is_dir():
            return {}
        found = {}
        for directory, inner, names in os.walk(root):
            if directory == str(root):
                inner[:], names[:] = ([name for name in some if not name.startswith(".")] for some in (inner, names))
            for name in names:
                file = f"{directory}/{name}"
                with open(file, "rb") as stream:  # noqa: PTH123 (a third of the time that a Path takes)
                    found[file.removeprefix(f"{root}/")] = stream.read()
        return found

    def _rows(self) -> dict[tuple[str, int], tuple[str, Any]]:
        path = "/sdk/tasks/?page_size=1000&response_mode=inline&fields=id,status_label,data"
        return {
            (tenant, row["id"]): (row["status_label"], row["data"])
            for tenant in self._tokens
            for row in self._asked(tenant, path)["results"]
        }

    def _asked(self, tenant: str, path: str) -> Any:
        answer = requests.get(f"{self._backend.url}{path}", headers=self._tokens[tenant].headers, timeout=60)
        answer.raise_for_status()
        return answer.json()

    def _predict(self, request: InferenceRequest) -> Any:
        """Say what the recipe says of a picture, whose name is that of its task."""
        number = Path(urlsplit(request.image_url).path).stem
        found = self._recipe.command.predictions[number]
        if found["fails"]:
            raise OSError("drawn")
        return found["value"]


def _told(entry: Any) -> dict[str, Any]:
    """Return an entry of the journal as JSON has it, without the deep copies of ``as_dict``."""
    return {
        **vars(entry),
        "at": entry.at.isoformat(),
        "ignored": list(entry.ignored),
        "faults": list(entry.faults),
        "notes": list(entry.notes),
    }


def _padding() -> str:
    """Return what a directory's name begins with so that its path is as long on every machine as on every other.

    The backend tells the path in its answers, and the journal their length.
    """
    return "s" * max(1, PATH_LENGTH - len(str(in_memory() or tempfile.gettempdir())))
