"""What an export is of and where it goes: two runs with the same answer are runs of one export."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHOWN = 200  # characters of a value that a sentence shows: a filter may hold thousands of ids


@dataclass(frozen=True)
class ExportIdentity:
    """All that decides which rows an export has, where they come from, and where they go.

    What only changes how they are gathered or written (page sizes, time-outs, the exporter, the head) is no part of it.

    Args:
        backend: Base URL of the backend.
        tenant: Tenant code; ``None`` when the token alone says whose rows they are.
        storage: Id of the storage.
        path: Directory in it, with ``/`` between segments.
        name: The export's name.
        target: Kind of row.
        source: Who finds the rows: blank for the SDK's own heads, else the class of a plugin's handler.
        filter: The checked filter.
        save_original_file: Whether originals belong to it.
    """

    path: str
    name: str
    backend: str = ""
    tenant: str | None = None
    storage: int = 0
    target: str = ""
    source: str = ""
    filter: Mapping[str, Any] = field(default_factory=dict)
    save_original_file: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return it as JSON has it, the same for equal identities."""
        found: dict[str, Any] = json.loads(json.dumps(asdict(self), default=str, sort_keys=True))
        return found

    @property
    def digest(self) -> str:
        """SHA-256 of it, in lower-case hex."""
        return digest_of(self.as_json())

    @property
    def place_digest(self) -> str:
        """SHA-256 of where it goes alone: what the staging for a storage that is elsewhere is called."""
        place = self.as_json()
        return digest_of([place[key] for key in ("backend", "tenant", "storage", "path", "name")])

    @classmethod
    def differences(cls, there: Mapping[str, Any], here: Self) -> str:
        """Return in words where another identity differs; blank when nowhere.

        Args:
            there: ``as_json`` of the other.
            here: This export's.
        """
        mine = here.as_json()
        return ", ".join(
            f"its {entry.name} is {_shown(there.get(entry.name))} and not {_shown(mine[entry.name])}"
            for entry in fields(cls)
            if there.get(entry.name) != mine[entry.name]
        )


def digest_of(value: object) -> str:
    """Return the SHA-256 of a JSON value in lower-case hex; the order of keys does not matter."""
    text = json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."
