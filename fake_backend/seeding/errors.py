"""What a seed document is refused for.

SeedInvalid          400  a value in the document is not what the format takes
└── SeedUnreadable   400  the file holds no JSON document at all

Both are raised before anything is loaded.
"""

from __future__ import annotations

import json
from typing import ClassVar

SHOWN = 80  # characters of a received text that a sentence repeats


class SeedInvalid(ValueError):  # noqa: N818 (a refusal is an answer, not a fault)
    """A seed document that nothing is loaded from, worded for a person.

    Args:
        path: Place of the offending value, such as ``tasks[3].data_unit``; ``document`` is the whole.
        received: The value there. A list or an object is told by its kind, a secret is ``***``.
        expected: What would be valid, worded so that it goes on after "it must be".
        message: The whole sentence; made from the other three when absent.
    """

    status: ClassVar[int] = 400
    code: ClassVar[str] = "seed_invalid"

    def __init__(self, path: str, received: object, expected: str, *, message: str | None = None) -> None:
        self.path = path
        self.received = kind(received) or received
        self.expected = expected
        self.message = message or f"{path} is {shown(received)}; it must be {expected}."
        super().__init__(self.message)


class SeedUnreadable(SeedInvalid):
    """A seed file that is missing, cannot be read or is not JSON; ``path`` is then the file's."""

    code: ClassVar[str] = "seed_unreadable"


def kind(received: object) -> str | None:
    """Return what ``received`` is where it is no plain JSON value, else ``None``."""
    if isinstance(received, dict):
        return "an object"
    if isinstance(received, (list, tuple)):
        return "a list"
    if received is None or isinstance(received, (str, bool, int, float)):
        return None
    return f"of the Python type {type(received).__name__}"


def shown(received: object) -> str:
    """Return ``received`` as a sentence may repeat it: JSON for plain values, the kind alone for the rest.

    Args:
        received: Any value; texts longer than 80 characters are cut.
    """
    if received == "***":
        return "***"
    if isinstance(received, str):
        cut = received if len(received) <= SHOWN else received[:SHOWN] + "…"
        return json.dumps(cut, ensure_ascii=False).encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(received, int) and received.bit_length() > 4 * SHOWN:
        return "a very large number"
    return kind(received) or json.dumps(received)
