"""Places in JSON, as people write them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def written(place: Iterable[str | int]) -> str:
    """Return a place, such as ``files["a b"][0].content``; the whole is blank.

    Args:
        place: Keys and positions from the outside in.
    """
    text = ""
    for step in place:
        if isinstance(step, int):
            text += f"[{step}]"
        elif step.isidentifier():
            text += f".{step}"
        else:
            quoted = json.dumps(step, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")
            text += f"[{quoted}]"
    return text.removeprefix(".")
