"""What is exported: the demo document, and what the oracle makes of it."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Literal

from contract_tests.oracle import expected_artefacts, expected_items, expected_rows, rows_by_path

if TYPE_CHECKING:
    from collections.abc import Mapping

type Target = Literal["task", "assignment", "ground_truth"]

SCOPES: Mapping[Target, Mapping[str, object]] = {
    "task": {"project": 1},
    "assignment": {"project": 1},
    "ground_truth": {"ground_truth_dataset_versions": [21, 22]},  # they overlap
}
EXTERNALISED = 2_000  # bytes of a payload over which the backend keeps an object (fake_backend.settings)


class World:
    """One target of the demo.

    Args:
        document: The demo document.
        target: Which rows are exported.
    """

    def __init__(self, document: Mapping[str, object], target: Target) -> None:
        self._document = document
        self.target = target
        self.scope = SCOPES[target]

    def tree(self, *, originals: bool) -> dict[str, bytes]:
        """Return the files of a complete export, by their path below its directory."""
        return self._trees[originals]

    @cached_property
    def keys(self) -> list[int]:
        """The rows, by descending key."""
        return expected_rows(self._document, self.scope, target=self.target)

    @cached_property
    def large(self) -> int:
        """How many payloads lie in objects of their own."""
        labels = (body for path, body in self.tree(originals=False).items() if path.startswith("labels/"))
        return sum(len(body) > EXTERNALISED for body in labels)

    @cached_property
    def with_file(self) -> int:
        """How many rows have an original."""
        return sum(path.startswith("origin_files/") for path in self.tree(originals=True))

    @cached_property
    def units(self) -> dict[int, int]:
        """The data unit of each row that has one."""
        tasks = {row["id"]: row.get("data_unit") for row in self._rows("tasks")}
        truths = {row["id"]: row["data_unit"] for row in self._rows("ground_truths")}
        found = {
            "task": tasks,
            "assignment": {row["id"]: tasks[row["task"]] for row in self._rows("assignments")},
            "ground_truth": {row["pgh_id"]: truths[row["ground_truth"]] for row in self._rows("ground_truth_events")},
        }[self.target]
        return {key: found[key] for key in self.keys if found.get(key) is not None}

    def complete(self, found: Mapping[str, bytes], *, originals: bool) -> set[int]:
        """Return the rows whose files all stand in a tree that is not finished.

        Until a second row of its name comes, a row writes under its plain name; so each file may be at either place,
        and belongs to the highest row that it fits.

        Args:
            found: The unfinished tree.
            originals: Whether originals belong to it.
        """
        kinds = ("labels/", "origin_files/") if originals else ("labels/",)
        owed: dict[int, int] = {}
        have: dict[int, int] = {}
        taken: set[str] = set()
        for path, key in sorted(self._owners.items(), key=lambda one: (-one[1], one[0])):
            kind = next((kind for kind in kinds if path.startswith(kind)), None)
            if kind is None:
                continue
            owed[key] = owed.get(key, 0) + 1
            body = self.tree(originals=originals)[path]
            for place in (path, f"{kind}{self._plain(key, label=kind == 'labels/')}"):
                if place not in taken and found.get(place) == body:
                    taken.add(place)
                    have[key] = have.get(key, 0) + 1
                    break
        return {key for key, count in owed.items() if have.get(key) == count}

    @cached_property
    def _trees(self) -> dict[bool, dict[str, bytes]]:
        return {
            originals: expected_artefacts(
                self._document, self.scope, exporter="row", target=self.target, originals=originals
            )
            for originals in (False, True)
        }

    @cached_property
    def _owners(self) -> dict[str, int]:
        return rows_by_path(self._document, self.scope, target=self.target)

    @cached_property
    def _names(self) -> dict[int, str | None]:
        items = expected_items(self._document, self.scope, target=self.target)
        return {item["id"]: item["files"].get("file_name_original") for item in items}

    def _plain(self, key: int, *, label: bool) -> str:
        name = (self._names[key] or "").replace("\\", "/").rpartition("/")[2]
        return f"{PurePosixPath(name).stem if name else key}.json" if label else name

    def _rows(self, resource: str):
        return self._document[resource]
