"""The least that a delegated export can do: read each line of a bundle, write its payload. Case (d) compares with it.

Reads ``[bundle, folder]`` on stdin, the folder being new; says ``{"seconds"}``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path, PurePosixPath


def write_labels(bundle: Path, folder: Path) -> None:
    """Write the label of each line.

    Args:
        bundle: Directory of a bundle of tasks whose file names are unique.
        folder: Where labels go; it is made.
    """
    folder.mkdir(parents=True)
    for part in sorted((bundle / "task").glob("part-*.jsonl")):
        with part.open(encoding="utf-8") as lines:
            for text in lines:
                row = json.loads(text)
                file = next(iter(row["files_manifest"].values()))
                path = folder / f"{PurePosixPath(file['file_name_original']).stem}.json"
                body = json.dumps(row["data"], ensure_ascii=False, separators=(",", ":"))
                path.write_bytes(body.encode())


def main() -> None:
    """Read, write, say."""
    bundle, folder = map(Path, json.load(sys.stdin))
    begun = time.perf_counter()
    write_labels(bundle, folder)
    sys.stdout.write(json.dumps({"seconds": time.perf_counter() - begun}) + "\n")


if __name__ == "__main__":
    main()
