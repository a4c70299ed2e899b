"""Rows as the wire shows them: each field says which columns it is made of, so that a page reads no others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from fake_backend.http.request import urls_aged
from fake_backend.store.instants import shown
from fake_backend.store.kinds import PAYLOAD

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.filters import FilterSet
    from fake_backend.http.request import Query
    from fake_backend.payloads import ResponseMode
    from fake_backend.store.kinds import Kind
    from fake_backend.world import World

type Row = Mapping[str, Any]
type Item = dict[str, Any]


@dataclass
class Around:
    """What the rows of one page are shown with; everything beside them is read once, for all, when a field needs it.

    Args:
        world: Where units, files and payloads are.
        rows: The page.
        mode: How externalised payloads go.
        base: Base URL of objects for this caller.
        aged: Seconds ago at which its presigned URLs are issued; by a fault alone other than 0.
    """

    world: World
    rows: Sequence[Row]
    mode: ResponseMode
    base: str
    aged: float = field(default_factory=urls_aged)

    @cached_property
    def files(self) -> dict[int, dict[str, Item]]:
        """Files of the rows' data units by specification: name, flag and a presigned URL, in the stored order."""
        return {
            unit: {
                item["specification"]: {
                    "url": self.world.payloads.url(item["object_key"], self.base, self.aged),
                    "file_name_original": item["file_name_original"],
                    "is_primary": item["is_primary"],
                }
                for item in items
            }
            for unit, items in self.world.catalogue.files(self._unit_ids).items()
        }

    @cached_property
    def units(self) -> dict[int, Item]:
        """The rows' data units, files included."""
        return {
            unit_id: {
                **{name: unit[name] for name in ("id", "name", "width", "height")},
                "files": self.files.get(unit_id, {}),
            }
            for unit_id, unit in self.world.catalogue.units(self._unit_ids).items()
        }

    @cached_property
    def relations(self) -> dict[int, dict[str, list[int]]]:
        """Related ids of tasks."""
        return self.world.related.of_tasks([row["key"] for row in self.rows])

    @cached_property
    def assignment_relations(self) -> dict[int, dict[str, list[int]]]:
        """Related ids of assignments."""
        return self.world.related.of_assignments([row["key"] for row in self.rows])

    @cached_property
    def classes(self) -> dict[int, list[str]]:
        """Classes of ground-truth events."""
        return self.world.related.classes([row["key"] for row in self.rows])

    @property
    def _unit_ids(self) -> list[int]:
        units = (
            row["data_unit_id"] if "data_unit_id" in row else row["key"] for row in self.rows
        )  # or it is one itself
        return list(dict.fromkeys(unit for unit in units if unit is not None))


@dataclass(frozen=True)
class Field:
    """One field of a row.

    Args:
        columns: What it is made of.
        show: Makes it.
    """

    columns: tuple[str, ...]
    show: Callable[[Row, Around], Any]


@dataclass(frozen=True)
class Shape:
    """The fields of one kind of row, in the order of the wire.

    Args:
        fields: What a row has.
        expandable: What ``expand`` adds or shows in full.
    """

    fields: Mapping[str, Field]
    expandable: Mapping[str, Field] = field(default_factory=dict)

    def of(self, fields: Sequence[str] = (), expand: Sequence[str] = ()) -> Shape:
        """Return the shape of an answer to ``fields`` (none means all) and ``expand``; unknown names mean nothing."""
        whole = {**self.fields, **{name: self.expandable[name] for name in expand if name in self.expandable}}
        wanted = set(fields)
        return Shape({name: one for name, one in whole.items() if not wanted or name in wanted})

    @property
    def columns(self) -> tuple[str, ...]:
        """What must be read for it."""
        return tuple(dict.fromkeys(name for one in self.fields.values() for name in one.columns))

    def show(self, around: Around) -> list[Item]:
        """Return the rows of a page."""
        return [{name: one.show(row, around) for name, one in self.fields.items()} for row in around.rows]


@dataclass(frozen=True)
class List:
    """One list.

    Args:
        path: Below the API's own prefix.
        kind: Its rows.
        filters: The keys that it declares.
        shape: What a row shows.
    """

    path: str
    kind: Kind
    filters: FilterSet
    shape: Shape


def column(name: str) -> Field:
    """Return a field that is a column as it is."""
    return Field((name,), lambda row, _: row[name])


def columns(*names: str) -> dict[str, Field]:
    """Return fields that are columns of the same name."""
    return {name: column(name) for name in names}


def instant(name: str) -> Field:
    """Return a field that is an instant, or null."""
    return Field((name,), lambda row, _: None if row[name] is None else shown(row[name]))


def instants(*names: str) -> dict[str, Field]:
    """Return fields that are instants of the same name."""
    return {name: instant(name) for name in names}


def response_mode(asked: Query) -> ResponseMode:
    """Return how payloads are wanted; anything but ``presigned`` is inline."""
    return "presigned" if asked.last("response_mode") == "presigned" else "inline"


DATA = Field(PAYLOAD, lambda row, around: around.world.payloads.shown(row, around.mode, around.base, around.aged))
"""The payload: itself, or the wrapper that leads to it."""

UNIT = Field(("data_unit_id",), lambda row, around: around.units.get(row["data_unit_id"]))
"""The data unit in full."""

FILES = Field(("data_unit_id",), lambda row, around: around.files.get(row["data_unit_id"], {}))
"""The files of the data unit."""
