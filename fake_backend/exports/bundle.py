"""The raw bundle: JSONL parts, files, and the manifest that says what there is (contract.md 2.5)."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_backend.core.bugs import Bugs
    from fake_backend.exports.roots import Root

type Layout = Literal["parts", "single"]

SINGLE_FILE = {"task": "tasks.jsonl", "assignment": "assignments.jsonl", "ground_truth": "ground_truths.jsonl"}
DIRECTORY = PurePosixPath(".async_jobs", "exports")


class BundleWriter:
    """Writes one export's bundle, a chunk at a time.

    Args:
        root: The storage.
        path: The export's path; the bundle lies below it.
        job_id: Names the bundle.
        target: Names its parts.
        layout: ``parts`` or the older ``single`` file.
        bugs: Those of the world.
    """

    def __init__(
        self, root: Root, path: PurePosixPath, job_id: str, target: str, layout: Layout, *, bugs: Bugs
    ) -> None:
        self.prefix = path / DIRECTORY / job_id
        self._root = root
        self._target = target
        self._layout = layout
        self._bugs = bugs
        self._parts: list[dict[str, Any]] = []
        self._records = 0
        self._single: list[bytes] = []

    @property
    def records(self) -> int:
        """Lines written so far."""
        return self._records

    def add_chunk(self, lines: Sequence[str]) -> None:
        """Write lines, each one JSON object, as one part."""
        is_short = "bundle-short-part" in self._bugs and not self._records
        body = "".join(f"{line}\n" for line in (lines[:-1] if is_short else lines)).encode()
        self._records += len(lines)
        if self._layout == "single":
            self._single.append(body)
            return
        path = f"{self._target}/part-{len(self._parts) + 1:05d}.jsonl"
        self._root.write(self.prefix / path, body)
        self._parts.append({"path": path, "records": len(lines), "cumulative_records": self._records})

    def add_file(self, path: PurePosixPath, body: bytes) -> None:
        """Write a file that lines refer to by ``bundle_path``."""
        self._root.write(self.prefix / path, body)

    def finish(self) -> dict[str, Any]:
        """Return the manifest; an empty export has no file and ``parts: []`` (SYN-7218)."""
        summary: dict[str, Any] = {"dir": self._target, "records": self._records}
        if "bundle-count-wrong" in self._bugs:
            summary["records"] += 1
        if self._layout == "single" and self._records:
            self._root.write(self.prefix / SINGLE_FILE[self._target], b"".join(self._single))
        else:
            summary["parts"] = self._parts
        if "bundle-part-missing" in self._bugs and self._parts:
            self._root.remove(self.prefix / self._parts[-1]["path"])
        place = {"prefix": str(self.prefix), "result_uri": self._root.uri(self.prefix)}
        return {**place, **(summary if "bundle-manifest-flat" in self._bugs else {"targets": {self._target: summary}})}

    def restart(self) -> None:
        """Remove what was written, and begin again."""
        self.discard()
        self._parts, self._single, self._records = [], [], 0

    def discard(self) -> None:
        """Remove everything that was written."""
        self._root.remove(self.prefix)


def line(keys: Mapping[str, int], payload: str, digest: str, files: Mapping[str, Mapping[str, Any]]) -> str:
    """Return a row as the JSON line of a part.

    Args:
        keys: What names the row: ``id``, and ``pgh_id`` for an event, whose ``id`` is that of its ground truth.
        payload: Its payload as JSON text.
        digest: SHA-256 of that text in UTF-8, lower-case hex; blank for a row without payload. With the size in bytes
            it stands beside the payload, as it does in a wrapper (contract.md 3.3), so that a reader can tell a line
            that was damaged in the storage. The real backend sends neither there, and its client ignores both.
        files: By specification.
    """
    names = ", ".join(f'"{name}": {value}' for name, value in keys.items())
    manifest = json.dumps(files, ensure_ascii=False)
    check = f', "size": {len(payload.encode())}, "data_digest": "{digest}"' if digest else ""
    return f'{{{names}, "data": {payload}{check}, "files_manifest": {manifest}}}'


def file_path(unit_id: int, position: int, file_name: str) -> PurePosixPath:
    """Return where a data unit's file lies in the bundle, named by numbers, since names may be anything.

    All lie in one directory: directories cost more than files to make and to remove.
    """
    suffix = "".join(
        character for character in PurePosixPath(file_name).suffix if character.isalnum() or character == "."
    )
    return PurePosixPath("files", f"{unit_id}-{position}{suffix}")
