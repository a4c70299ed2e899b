"""What one export, or one run of to_task, came to: its tree, its cost, or the sentence that it ended in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

type Tree = Mapping[str, bytes]
type Target = Literal["task", "assignment", "ground_truth"]
type Head = Literal["delegated", "in-process"]
type ExporterKind = Literal["row", "sheet"]
type Method = Literal["file", "inference"]
type Subject = Target | Literal["to_task"]
type Verdict = Literal["equal", "differs", "error"]

TARGETS: tuple[Target, ...] = ("task", "assignment", "ground_truth")
HEADS: tuple[Head, ...] = ("delegated", "in-process")
EXPORTERS: tuple[ExporterKind, ...] = ("row", "sheet")
METHODS: tuple[Method, ...] = ("file", "inference")
SUBJECTS: tuple[Subject, ...] = (*TARGETS, "to_task")
WAYS = tuple((head, exporter) for head in HEADS for exporter in EXPORTERS)


@dataclass(frozen=True)
class Outcome:
    """One export, or one run of to_task, finished or failed.

    Args:
        head: Which acquisition head fetched the rows, or the method of to_task.
        exporter: Which exporter wrote them; blank for to_task.
        tree: The artefacts, relative path to bytes; empty when the export failed.
        rows: Rows that the exporter was handed, or tasks that were annotated.
        requests: HTTP requests that it took.
        seconds: Wall-clock time.
        error: The sentence that the export ended in, or blank.
        target: What was exported, or ``to_task``.
    """

    head: Head | Method
    exporter: ExporterKind | Literal[""]
    tree: Tree = field(default_factory=dict)
    rows: int = 0
    requests: int = 0
    seconds: float = 0.0
    error: str = ""
    target: Subject = "task"

    @property
    def name(self) -> str:
        """The folder that the artefacts are kept in."""
        return "-".join(filter(None, (self.target, self.head, self.exporter)))

    @property
    def title(self) -> str:
        """What the export is called for a person."""
        return ", ".join(filter(None, (self.target, self.head, self.exporter)))

    @property
    def size(self) -> int:
        """Bytes of all artefacts."""
        return sum(map(len, self.tree.values()))

    @property
    def digest(self) -> str:
        """SHA-256 over paths and contents in order of path: equal exactly when the trees are."""
        whole = hashlib.sha256()
        for path, content in sorted(self.tree.items()):
            whole.update(f"{path}\0{hashlib.sha256(content).hexdigest()}\n".encode())
        return whole.hexdigest()


def read_tree(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder: relative path with ``/`` to bytes.

    Args:
        folder: An export's own directory.
    """
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def write_tree(tree: Tree, folder: Path) -> None:
    """Write a tree into a folder that does not exist yet.

    Args:
        tree: Relative path to bytes.
        folder: Where to put it.
    """
    folder.mkdir(parents=True)
    for path, content in tree.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
