"""One export of each target by each head, run once and looked at by many tests."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export import BaseExporter, ExportAction
from tests.sdk.export.export_rig import tree

if TYPE_CHECKING:
    from guide_world import World

    from sdk.plugins.actions.export import ExportContext
    from tests.sdk.export.export_rig import Remembering

EACH_ITEM = (
    "process_data_conversion",
    "before_convert",
    "convert_data",
    "after_convert",
    "process_file_saving",
    "save_original_file",
    "save_as_json",
)
ONCE = ("setup_output_directories", "additional_file_saving")


@dataclass
class Run:
    """What one export did and left.

    Args:
        logger: What it reported.
        hooks: Names of the exporter's hooks in the order of their calls.
        items: What ``convert_data`` was handed.
        contexts: The context that the action made.
        result: What it returned.
        tree: What it left.
        requests: The journal's entries, of the API and of the storage.
    """

    logger: Remembering
    hooks: list[str] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    contexts: list[ExportContext] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    tree: dict[str, bytes] = field(default_factory=dict)
    requests: list[Any] = field(default_factory=list)

    @property
    def calls(self) -> list[tuple[str, str]]:
        """Method and path of the requests to the API."""
        return [(entry.method, entry.path) for entry in self.requests if entry.party == "api"]


class Runs:
    """The six exports, each made when it is first asked for.

    Args:
        world: Where they are made.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._made: dict[tuple[str, str], Run] = {}

    def __call__(self, head: str, target: str = "task") -> Run:
        """Return the run of a head and a target."""
        key = (head, target)
        if key not in self._made:
            self._made[key] = self._run(head, target)
        return self._made[key]

    def _run(self, head: str, target: str) -> Run:
        hooks: list[str] = []
        items: list[dict[str, Any]] = []
        contexts: list[ExportContext] = []

        def noting(name: str) -> Any:
            def hook(exporter: BaseExporter, *arguments: Any) -> Any:
                hooks.append(name)
                if name == "convert_data":
                    items.append(copy.deepcopy(arguments[0]))
                return getattr(BaseExporter, name)(exporter, *arguments)

            return hook

        class Noting(ExportAction):
            entrypoint = type("Noting", (BaseExporter,), {name: noting(name) for name in EACH_ITEM + ONCE})

            def create_context(self) -> ExportContext:
                contexts.append(super().create_context())
                return contexts[-1]

        self._world.backend.journal.clear()
        result = self._world.export(head, target, Noting)
        requests = list(self._world.backend.journal)
        return Run(self._world.logger, hooks, items, contexts, result, tree(result["output_path"]), requests)
