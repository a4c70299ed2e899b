"""How a document is written to a file: one row a line, so that a difference between two versions can be read."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def text(document: Mapping[str, Sequence[Any]]) -> str:
    """Return ``document`` as JSON with one row a line; equal documents give equal text.

    Args:
        document: Rows by resource; rows and keys keep their order.
    """
    resources = []
    for resource, rows in document.items():
        lines = ",\n".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
        resources.append(f"{json.dumps(resource)}: [\n{lines}\n]" if rows else f"{json.dumps(resource)}: []")
    return "{\n" + ",\n".join(resources) + "\n}\n"
