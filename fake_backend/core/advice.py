"""What was probably meant by a filter key that means nothing here: a sentence for whoever asked.

A key that a list does not know widens it in silence (SYN-7398). Asked to be strict, the backend refuses it instead, and
names the nearest key that it has, and where the key would work. Keys that are near in meaning and not in spelling
(``users`` of assignments are ``labelers`` of tasks) are told apart by hand.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

ALIKE = 0.72  # of difflib's ratio: a letter too many, too few or swapped in a word of six

# contract.md 3.2: the same thing by another name in another list, or in the other API.
_SAME = (
    ("users", "labelers"),
    ("workshop", "workshops"),
    ("tasks", "task"),
    ("page_size", "per_page"),
    ("ordering", "sort"),
    ("ids", "id__in"),
    ("is_discarded", "discarded_filter"),
    ("ground_truth_dataset_version", "ground_truth_dataset_versions"),
    ("ground_truth", "pgh_obj_id__in"),
)
_LOOKUPS = ("gt", "gte", "lt", "lte", "in", "exact", "after", "before", "min", "max")
_BOUNDS = {"after": "gte", "min": "gte", "before": "lte", "max": "lte"}


@dataclass(frozen=True)
class Place:
    """A list or a job's filter.

    Args:
        name: As in ``GET /v2/tasks/``.
        filters: The filter keys that it declares.
        known: What else it takes: page, order, shape.
    """

    name: str
    filters: AbstractSet[str]
    known: AbstractSet[str] = frozenset()


def advice(key: str, here: Place, elsewhere: Mapping[str, AbstractSet[str]]) -> str:
    """Return the sentence that refuses a key.

    Args:
        key: What meant nothing, by its name or, where the key is declared, by its value.
        here: Where it was asked for.
        elsewhere: Other places for the same rows and the filter keys that they declare, the nearest first.
    """
    if key in here.filters:
        return (
            f"{key} of {here.name} takes true, false, 1 or 0; anything else is no filter, and everything is selected."
        )
    meant = nearest(key, here)
    parts = [f"{here.name} has no filter {key}, and without --strict ignores it and selects more than was asked for."]
    if meant:
        parts.append(f"Did you mean {' or '.join(meant)}?")
    holders = [name for name, keys in elsewhere.items() if key in keys]
    if holders:
        parts.append(f"{' and '.join(holders)} {'has' if len(holders) == 1 else 'have'} {key}.")
    if not meant and not holders:
        parts.append(f"It has {', '.join(sorted(here.filters))}.")
    return " ".join(parts)


def nearest(key: str, here: Place) -> list[str]:
    """Return the keys of a place that were probably meant, the likeliest first: none, one, or two for a range."""
    takes = here.filters | here.known
    for candidate in _candidates(key.strip().lower()):
        if candidate in takes:
            return [candidate]
    ends = [f"{key}__{end}" for end in ("gte", "lte") if f"{key}__{end}" in takes]
    return ends or get_close_matches(key.lower(), sorted(takes), n=1, cutoff=ALIKE)


def _candidates(key: str) -> Iterator[str]:
    """Yield what a key may be called here: other letters, other number, another lookup, another name."""
    yield key
    yield from _other_number(key)
    base, _, lookup = key.rpartition("_")
    base = base.removesuffix("_")
    if base and lookup in _LOOKUPS:
        yield f"{base}__{_BOUNDS.get(lookup, lookup)}"
        yield base
        yield from _other_number(base)
    yield key.removesuffix("_id")
    yield from _other_number(key.removesuffix("_id").removesuffix("_ids"))
    for pair in _SAME:
        if key in pair:
            yield pair[1 - pair.index(key)]


def _other_number(word: str) -> Iterator[str]:
    """Yield the plural of a singular, or the other way round."""
    if word.endswith("ies"):
        yield f"{word[:-3]}y"
    if word.endswith("es"):
        yield word[:-2]
    if word.endswith("s"):
        yield word[:-1]
    if word.endswith("y"):
        yield f"{word[:-1]}ies"
    yield f"{word}s"
    yield f"{word}es"
