"""Hypothesis strategies: worlds, payloads and filters, biased towards what an export can get wrong.

Names clash and look like the names that clashes generate; creation times come in clusters; payloads are null, empty,
small, and large enough to be externalised; rows lie in other projects and another tenant; filters look for values
that occur.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

MAIN_PROJECT = 1
MAIN_TENANT = "acme"
OTHER_TENANT = "globex"
STORAGE = 3
EXTERNALISED = 2100  # bytes; a world externalises payloads over 2,000 unless told otherwise

INSTANTS = (
    "2026-01-15T09:00:00Z",
    "2026-01-15T09:00:00.000001Z",
    "2026-01-16T00:00:00+09:00",
    "2026-01-16T00:00:00Z",
)
FILE_NAMES = (
    "a.jpg",
    "a.png",
    "a__1.jpg",
    "a__2.jpg",
    "b c.jpg",
    "고양이.jpg",
    "CAFÉ.jpg",
    "dir/a.jpg",
    "..\\b c.jpg",
    "README",
    "A.JPG",
)
SPECIFICATIONS = ("meta_1", "image_1", "image_2")
STATUSES = ("stand_by", "in_progress", "completed", "skipped")
TASK_IDS = st.integers(1, 16)  # few, so that filters and names hit
RELATED_IDS = st.integers(1, 4)

text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False, width=32)
    | text
)


def json_values(*, max_leaves: int = 6) -> SearchStrategy[Any]:
    """Return small JSON values: scalars, lists and objects, keys in any script.

    Args:
        max_leaves: About how many scalars one value holds at most.
    """
    return st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
        max_leaves=max_leaves,
    )


def payloads() -> SearchStrategy[Any]:
    """Return task payloads: none, empty, small objects, and objects that are served from object storage."""
    small = st.dictionaries(text, json_values(), min_size=1, max_size=3)
    large = st.builds(
        lambda value, filler: {"값": value, "filler": filler * EXTERNALISED}, json_values(), st.sampled_from("x가")
    )
    return st.one_of(st.none(), st.just({}), st.just([]), small, large)


def files() -> SearchStrategy[dict[str, Any]]:
    """Return one file of a data unit, as JSON or as bytes."""
    body = st.fixed_dictionaries({"content": json_values(max_leaves=2)}) | st.fixed_dictionaries(
        {"content_base64": st.binary(max_size=12).map(lambda raw: base64.b64encode(raw).decode())}
    )
    head = st.fixed_dictionaries({"file_name_original": st.sampled_from(FILE_NAMES)})
    return st.builds(lambda left, right: {**left, **right}, head, body)


def unit_files() -> SearchStrategy[dict[str, dict[str, Any]]]:
    """Return the files of one data unit in some order: none, one of them primary, or several of which none is."""

    def marked(named: dict[str, dict[str, Any]], place: int) -> dict[str, dict[str, Any]]:
        return {name: {**file, "is_primary": place == number} for number, (name, file) in enumerate(named.items())}

    return st.builds(marked, st.dictionaries(st.sampled_from(SPECIFICATIONS), files(), max_size=3), st.integers(0, 3))


def tasks(projects: SearchStrategy[int], units: list[int]) -> SearchStrategy[dict[str, Any]]:
    """Return one task row without its id.

    Args:
        projects: Where the task lies.
        units: The data units that it may show.
    """
    related = st.lists(RELATED_IDS, max_size=2, unique=True)
    return st.fixed_dictionaries(
        {
            "project": projects,
            "data_unit": st.sampled_from([None, *units]),
            "data": payloads(),
            "created": st.sampled_from(INSTANTS),
        },
        optional={
            "is_discarded": st.booleans(),
            "status_label": st.sampled_from(STATUSES),
            "status_review": st.sampled_from([*STATUSES, "rejected"]),
            "schema": st.sampled_from(["any", "dm_schema_v1"]),
            "has_reached_max_assignments": st.booleans(),
            "labelers": related,
            "reviewers": related,
            "groups": related,
            "stages": related,
            "workshops": related,
            "tags": related,
        },
    )


SURROUNDINGS: dict[str, Any] = {
    "tenants": [{"code": MAIN_TENANT, "name": "Acme"}, {"code": OTHER_TENANT, "name": "Globex"}],
    "users": [
        *({"id": n, "tenant": MAIN_TENANT, "email": f"u{n}@acme.example", "name": "U"} for n in range(1, 5)),
        {"id": 9, "tenant": OTHER_TENANT, "email": "u9@globex.example", "name": "U"},
    ],
    "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 9, "kind": "user"}],
    "storages": [
        {
            "id": STORAGE,
            "tenant": MAIN_TENANT,
            "name": "disk",
            "category": "internal",
            "provider": "file_system",
            "configuration": {},
            "is_default": True,
        }
    ],
    "data_collections": [{"id": 1, "tenant": MAIN_TENANT, "name": "pictures"}],
    "file_specifications": [
        {"id": number, "data_collection": 1, "name": name, "file_type": "data", "is_primary": False}
        for number, name in enumerate(SPECIFICATIONS, 1)
    ],
    "projects": [
        {"id": MAIN_PROJECT, "tenant": MAIN_TENANT, "title": "main", "data_collection": 1, "configuration": {}},
        {"id": 2, "tenant": MAIN_TENANT, "title": "neighbour", "data_collection": 1, "configuration": {}},
        {"id": 9, "tenant": OTHER_TENANT, "title": "foreign", "data_collection": None, "configuration": {}},
    ],
}
"""What a drawn world holds beside its data units, tasks and assignments."""

FOREIGN_TASK = {"id": 99, "project": 9, "data_unit": None, "data": {"of": "another tenant"}, "created": INSTANTS[0]}


@st.composite
def worlds(draw: DrawFn, *, max_tasks: int = 12) -> dict[str, Any]:
    """Return a seed document: one project that is exported, and neighbours that must never show.

    Args:
        draw: Supplied by Hypothesis.
        max_tasks: The most tasks that the document holds beside one of another tenant.
    """
    units = [
        {"id": number, "data_collection": 1, "name": f"unit {number}", "files": files_of_unit}
        for number, files_of_unit in enumerate(draw(st.lists(unit_files(), min_size=1, max_size=6)), 1)
    ]
    projects = st.sampled_from([MAIN_PROJECT, MAIN_PROJECT, MAIN_PROJECT, MAIN_PROJECT, 2])
    count = draw(st.integers(0, max_tasks))  # drawn by itself: a dictionary's own size is mostly close to none
    rows = tasks(projects, list(range(1, len(units) + 1)))
    drawn = draw(st.dictionaries(TASK_IDS, rows, min_size=count, max_size=count))
    held = draw(
        st.dictionaries(st.integers(101, 112), st.tuples(st.sampled_from([*drawn, 99]), st.booleans()), max_size=6)
    )
    return {
        **SURROUNDINGS,
        "data_units": units,
        "tasks": [*({"id": number, **row} for number, row in drawn.items()), FOREIGN_TASK],
        "assignments": [
            {"id": number, "task": task, "user": 9 if task == 99 else 1, "is_discarded": flag}
            for number, (task, flag) in held.items()
        ],
    }


def comma_lists(numbers: SearchStrategy[int]) -> SearchStrategy[str | list[int]]:
    """Return lists of numbers in the spellings that a filter takes: a JSON list, or text with stray white space."""
    drawn = st.lists(numbers, min_size=1, max_size=6)
    spaced = st.builds(lambda items, gap: gap.join(map(str, items)), drawn, st.sampled_from([",", ", ", " ,\t"]))
    return drawn | spaced


def id_ranges() -> SearchStrategy[str]:
    """Return comma lists of ids and inclusive ranges, as ``ids`` and ``ids_ex`` take them."""
    span = st.tuples(TASK_IDS, st.integers(0, 6)).map(lambda pair: f"{pair[0]}-{pair[0] + pair[1]}")
    return st.lists(TASK_IDS.map(str) | span, min_size=1, max_size=4).map(",".join)


def booleans() -> SearchStrategy[bool | str | int]:
    """Return boolean filter values in every spelling that is accepted."""
    return st.booleans() | st.sampled_from(["true", "False", "TRUE", "0", "1", 0, 1])


def instants() -> SearchStrategy[str]:
    """Return moments that occur, and days around them, with and without a zone."""
    return st.sampled_from([*INSTANTS, "2026-01-15", "2026-01-16", "2026-01-15T15:00:00", "2026-01-15T18:00:00+09:00"])


FILTER_VALUES: dict[str, SearchStrategy[Any]] = {
    "id": TASK_IDS,
    "id__in": comma_lists(TASK_IDS),
    **{f"id__{lookup}": TASK_IDS for lookup in ("gt", "gte", "lt", "lte")},
    "ids": comma_lists(TASK_IDS) | id_ranges(),
    "ids_ex": comma_lists(TASK_IDS) | id_ranges(),
    "search": st.sampled_from(["a", "JPG", "고양", "café", "b c", "dir/", ".", "_", "%", "nothing"]),
    "is_discarded": booleans(),
    "discarded_filter": st.sampled_from(["all", "discarded", "not_discarded", "active"]),
    "schema": st.sampled_from(["any", "dm_schema_v1"]),
    "has_assignment": booleans(),
    "has_reached_max_assignments": booleans(),
    "status_label": st.sampled_from(STATUSES),
    "status_review": st.sampled_from([*STATUSES, "rejected"]),
    "assignments": comma_lists(st.integers(101, 112)),
    "assignments__is_discarded": booleans(),
    **{key: comma_lists(RELATED_IDS) for key in ("labelers", "reviewers", "groups", "stages", "workshops", "tags")},
    **{f"created__{lookup}": instants() for lookup in ("gt", "gte", "lt", "lte")},
}
"""What each key of the task filter set, ``project`` aside, may be asked for."""


def scopes(*, max_keys: int = 2) -> SearchStrategy[dict[str, Any]]:
    """Return filters of the main project: none or some further keys; more of them would seldom select a row.

    Args:
        max_keys: The most keys beside ``project``.
    """

    def of_keys(keys: list[str]) -> SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({key: FILTER_VALUES[key] for key in keys})

    def keys(count: int) -> SearchStrategy[list[str]]:
        return st.lists(st.sampled_from(sorted(FILTER_VALUES)), min_size=count, max_size=count, unique=True)

    chosen = st.integers(0, max_keys).flatmap(keys).flatmap(of_keys)
    blank = st.fixed_dictionaries({}, optional={"reviewers": st.sampled_from(["", " ", None]), "search": st.just("\t")})
    return st.builds(lambda empty, asked: {"project": MAIN_PROJECT, **empty, **asked}, blank, chosen)


def lists_of_tasks(*, least: int = 0, most: int = 12) -> SearchStrategy[dict[str, Any]]:
    """Return seed documents for walks: tasks without payload or file, many of them created at the same moment.

    Args:
        least: The fewest tasks of the main project.
        most: The most.
    """
    moments = st.dictionaries(TASK_IDS, st.sampled_from(INSTANTS), min_size=least, max_size=most)
    return moments.map(
        lambda drawn: {
            **SURROUNDINGS,
            "tasks": [
                *({"id": number, "project": MAIN_PROJECT, "created": moment} for number, moment in drawn.items()),
                {"id": 98, "project": 2, "created": INSTANTS[0]},
                {"id": 99, "project": 9, "created": INSTANTS[0]},
            ],
        }
    )
