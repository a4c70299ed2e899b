"""Places in JSON, as people write them."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP = re.compile(r"""\[(?P<number>[0-9]+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]|\.?(?P<name>[^.\[]+)""", re.DOTALL)


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


def steps(place: str) -> list[str | int]:
    """Return the keys and positions of a place that `written` wrote; what it would not write is a key as it stands."""
    found: list[str | int] = []
    at = 0
    while at < len(place):
        step = _STEP.match(place, at)
        if step is None:
            return [place]
        if step["number"] is not None:
            found.append(int(step["number"]))
        else:
            found.append(json.loads(step["quoted"]) if step["quoted"] is not None else step["name"])
        at = step.end()
    return found
