"""The same questions for every target: a world, a scope, a list to walk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zlib import crc32

from hypothesis import strategies as st

from contract_tests.strategies import assignments, ground_truth, tasks
from contract_tests.strategies.surroundings import INSTANTS, MAIN_PROJECT
from contract_tests.strategies.values import IDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hypothesis.strategies import SearchStrategy

type World = dict[str, Any]


@dataclass(frozen=True)
class _Target:
    worlds: Callable[[int], SearchStrategy[World]]
    listed: Callable[[dict[int, str]], World]
    confines: SearchStrategy[dict[str, Any]]
    filters: Mapping[str, SearchStrategy[Any]]
    comma_list: str


_PROJECT = st.just({"project": MAIN_PROJECT})
_TARGETS: Mapping[str, _Target] = {
    "task": _Target(tasks.worlds, tasks.listed, _PROJECT, tasks.FILTERS, "reviewers"),
    "assignment": _Target(assignments.worlds, assignments.listed, _PROJECT, assignments.FILTERS, "reviewers"),
    "ground_truth": _Target(
        ground_truth.worlds, ground_truth.listed, ground_truth.scopes(), ground_truth.FILTERS, "categories"
    ),
}

FILTER_VALUES: Mapping[str, Mapping[str, SearchStrategy[Any]]] = {
    name: target.filters for name, target in _TARGETS.items()
}
"""Target to what each key of its filter may be asked for; what confines an export is not among them."""


def worlds(target: str = "task", *, most: int = 12) -> SearchStrategy[World]:
    """Return seed documents whose rows of one target have everything that an export can get wrong.

    Args:
        target: What is to be exported.
        most: The most rows of it beside one of another tenant.
    """
    return _TARGETS[target].worlds(most)


def confines(target: str = "task") -> SearchStrategy[dict[str, Any]]:
    """Return what an export is confined to: the main project, or dataset versions.

    Args:
        target: What is to be exported.
    """
    return _TARGETS[target].confines


def scopes(target: str = "task", *, key: str | None = None, max_keys: int = 2) -> SearchStrategy[dict[str, Any]]:
    """Return filters: what confines the export and some further keys; more of them would seldom select a row.

    Args:
        target: What is to be exported.
        key: One of ``FILTER_VALUES`` that all of them have; ``None`` leaves that to the draw.
        max_keys: The most keys beside those.
    """
    values = FILTER_VALUES[target]

    def of_keys(keys: list[str]) -> SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({key: values[key] for key in keys})

    def keys(count: int) -> SearchStrategy[list[str]]:
        return st.lists(_any_of(sorted(values)), min_size=count, max_size=count, unique=True)

    chosen = st.sampled_from([0, 1, *range(1, max_keys + 1)]).flatmap(keys).flatmap(of_keys)
    if key is not None:
        chosen = st.builds(lambda asked, value: {**asked, key: value}, chosen, values[key])
    blank = st.fixed_dictionaries(
        {}, optional={_TARGETS[target].comma_list: st.sampled_from(["", " ", None]), "search": st.just("\t")}
    )
    return st.builds(lambda held, empty, asked: {**held, **empty, **asked}, confines(target), blank, chosen)


def _any_of(choices: Sequence[str]) -> SearchStrategy[str]:
    """Return one of many, none of them likelier than another: a search prefers the first ones when it may choose."""
    return st.integers(0, 2**32 - 1).map(lambda drawn: choices[crc32(drawn.to_bytes(4)) % len(choices)])


def listed(target: str, moments: Mapping[int, str]) -> World:
    """Return a seed document of bare rows of one target, and neighbours.

    Args:
        target: Whose list is filled.
        moments: Key of each row to when it was created. Of ground truth, two keys that follow each other are events of
            one ground truth, and one that stands alone lies in both versions.
    """
    return _TARGETS[target].listed(dict(moments))


def lists(target: str = "task", *, least: int = 0, most: int = 12) -> SearchStrategy[World]:
    """Return seed documents for walks: rows without payload or file, many of them created at the same moment.

    Args:
        target: Whose list is walked.
        least: The fewest rows that it shows.
        most: The most.
    """
    moments = st.dictionaries(IDS, st.sampled_from(INSTANTS), min_size=least, max_size=most)
    return moments.map(_TARGETS[target].listed)
