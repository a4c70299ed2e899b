"""The journal: every request and what became of it, bounded, written at once.

Secrets do not enter it: the query's signature is masked and no header is kept.
"""

from __future__ import annotations

import re
import threading
from collections import deque
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

CAPACITY = 10_000  # requests kept; older ones are counted and forgotten
_SECRET = re.compile(
    r"((?:X-Amz-(?:Signature|Security-Token|Credential)|Signature|AWSAccessKeyId)=)[^&]*", re.IGNORECASE
)

type Outcome = Literal["open", "complete", "cut"]


@dataclass
class Entry:
    """One request.

    Args:
        number: Counts from 1 in the order of arrival.
        at: The world's time of arrival.
        party: Which endpoint was asked.
        transport: ``in-process`` or ``live``.
        method: As sent.
        path: Without the query.
        query: Decoded by nobody; signatures masked.
        status: Of the answer; 0 until there is one.
        tenant: Of the caller, where one was recognised.
        ignored: Query keys that meant nothing to the resource.
        received: Bytes of the request's body, as its head declares them; 0 where it declares none.
        sent: Bytes of the answer's body that left so far.
        outcome: ``open`` while the body is on its way, then ``complete`` or ``cut``.
        faults: What struck it, by the names of the rules.
        carried: Status of each time that it was carried out: none where a fault kept it from the resource, two where
            it was delivered twice, whatever became of the answer.
    """

    number: int
    at: datetime
    party: Literal["api", "storage"]
    transport: str
    method: str
    path: str
    query: str
    status: int = 0
    tenant: str | None = None
    ignored: tuple[str, ...] = ()
    received: int = 0
    sent: int = 0
    outcome: Outcome = "open"
    faults: tuple[str, ...] = ()
    carried: tuple[int, ...] = ()
    notes: list[str] = field(default_factory=list)

    def as_dict(self) -> dict[str, object]:
        """Return the entry as JSON has it."""
        return {
            **asdict(self),
            "at": self.at.isoformat(),
            "ignored": list(self.ignored),
            "faults": list(self.faults),
            "carried": list(self.carried),
        }


class Journal:
    """A bounded ring of entries; an entry is there before its answer is.

    Args:
        capacity: Entries kept.
        life: How often the world was opened before; numbers count from 1 in each life, and the journal of an earlier
            one ended with its process.
    """

    def __init__(self, capacity: int = CAPACITY, life: int = 0) -> None:
        self.life = life
        self._entries: deque[Entry] = deque(maxlen=capacity)
        self._arrived = 0
        self._lock = threading.Lock()
        self._watch: Callable[[Entry], None] | None = None

    def __repr__(self) -> str:
        return f"<Journal {len(self)} of {self._arrived} requests>"

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        with self._lock:
            return iter(list(self._entries))

    @property
    def dropped(self) -> int:
        """Requests that the ring has forgotten."""
        return self._arrived - len(self._entries)

    @property
    def arrived(self) -> int:
        """Requests since the start or the last ``clear``."""
        return self._arrived

    def open(
        self,
        party: Literal["api", "storage"],
        method: str,
        path: str,
        query: str,
        *,
        at: datetime,
        transport: str,
        received: int = 0,
    ) -> Entry:
        """Enter a request as it arrives; the arguments are the fields of an entry."""
        masked = _SECRET.sub(r"\1***", query) if "=" in query else query
        with self._lock:
            self._arrived += 1
            entry = Entry(self._arrived, at, party, transport, method, path, masked, received=received)
            self._entries.append(entry)
        if self._watch is not None:
            self._watch(entry)
        return entry

    def watch(self, heard: Callable[[Entry], None] | None) -> None:
        """Have ``heard`` called with every request as it arrives, before it is answered; ``None`` ends that.

        What it raises ends the request, in process in the client's own thread.
        """
        self._watch = heard

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._arrived = 0

    def matching(self, **wanted: object) -> list[Entry]:
        """Return the entries whose attributes equal ``wanted``, as in ``journal.matching(method="GET")``."""
        return [entry for entry in self if all(getattr(entry, name) == value for name, value in wanted.items())]

    def as_dict(self) -> Mapping[str, object]:
        """Return the journal as JSON has it."""
        return {
            "life": self.life,
            "arrived": self._arrived,
            "dropped": self.dropped,
            "entries": [entry.as_dict() for entry in self],
        }
