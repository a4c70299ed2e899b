"""Lists of the fake and of Django REST framework over the same rows answer alike, whatever is asked.

Rows are drawn anew in each run, and so are the questions; a failure names the world's number. ``make test-deep`` asks
some thousands of them.
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.differential.world import World  # isort: skip - sets Django up before its models are imported

from tests.differential import cases, comparing

PATHS = sorted(cases.LISTS)
FILTERED = settings(max_examples=160 if cases.DEEP else 10)
PAGED = settings(max_examples=115 if cases.DEEP else 8)
WALKED = settings(max_examples=20 if cases.DEEP else 2)
for_each_list = pytest.mark.parametrize("path", PATHS)


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Return the world that both sides look at."""
    made = World(tmp_path_factory.mktemp("differential"))
    yield made
    made.close()


@for_each_list
@FILTERED
@given(st.data())
def test_a_filtered_list_is_what_django_filter_selects(world, path, data) -> None:
    """Any values of any keys, alone, together and again: the same rows, count and links, or the same refusal."""
    pairs = data.draw(cases.filters(path))
    if data.draw(st.booleans()):
        pairs.append(("page_size" if path.startswith("/sdk/") else "per_page", "7"))

    comparing.same(world, path, cases.encoded(pairs, plus=data.draw(st.booleans())))


@for_each_list
@PAGED
@given(st.data())
def test_any_page_is_the_frameworks(world, path, data) -> None:
    """Sizes, pages, cursors and orderings, sensible and not, in any combination and again: the same page or refusal."""
    comparing.same(world, path, cases.encoded(data.draw(cases.places(path))))


TARGETS = {"tasks": "task", "assignments": "assignment", "ground_truth_events": "ground_truth"}


def added(world, target, numbers):
    """Return a seed document that adds rows with these keys."""
    kept = {name: rows for name, rows in world.document.items() if name != "ground_truth_dataset_versions"}
    rows = {
        "task": ("tasks", {"project": 1}, "id"),
        "assignment": ("assignments", {"task": 3, "user": 1}, "id"),
        "ground_truth": ("ground_truth_events", {"ground_truth": 101}, "pgh_id"),
    }
    name, row, key = rows[target]
    parents = {
        "task": (),
        "assignment": ("tasks", "data_units"),
        "ground_truth": ("ground_truths", "tasks", "data_units"),
    }
    needed = {"tenants", "users", "projects", "data_collections", "file_specifications", "ground_truth_datasets"}
    needed |= set(parents[target])
    moment = "2026-01-15T09:00:00Z"
    document = {part: rows for part, rows in kept.items() if part in needed}
    document[name] = [{**row, key: number, "created": moment} for number in numbers]
    return document


@pytest.mark.parametrize("path", [path for path in PATHS if not path.endswith("datasets/")])
@WALKED
@given(st.data())
def test_a_walk_stays_the_frameworks_while_rows_come_and_go(world, path, data) -> None:
    """Forward and back over heavy ties, by cursor and by number, with rows inserted and deleted between the pages."""
    first = path.startswith("/sdk/")
    target = TARGETS[path.strip("/").split("/")[1].replace("-", "_")]
    key = "pgh_id" if target == "ground_truth" else "id"
    size, order = ("page_size", "ordering") if first else ("per_page", "sort")
    pairs = [
        (size, str(data.draw(st.integers(1, 6)))),
        (order, data.draw(st.sampled_from(["created", "-created", key, f"-{key}", f"created,-{key}"]))),
        *([("pagination", "cursor")] if data.draw(st.integers(0, 3)) else []),
    ]
    query, came = cases.encoded(pairs), []
    changed = False
    try:
        for _ in range(data.draw(st.integers(3, 14))):
            page = comparing.same(world, path, query)
            assert page is not None or "page=" in query.replace("per_page", "").replace("page_size", "")
            if page is None:  # a page number beyond what is left
                break
            change = data.draw(st.sampled_from(["", "", "insert", "delete", "delete shown"]))
            if change == "insert":
                came += (numbers := data.draw(st.sets(st.integers(41, 60), min_size=1, max_size=4)))
                world.backend.seed(added(world, target, sorted(numbers)))
            elif change:
                doomed = page["results"] if change == "delete shown" else range(1, 41)
                world.backend.remove(target, data.draw(st.sets(st.sampled_from(doomed), max_size=3)) if doomed else ())
            changed = changed or bool(change)
            link = page["next" if data.draw(st.integers(0, 3)) else "previous"] or page["next"]
            if link is None:
                break
            query = link.partition("?")[2]
    finally:
        if changed:
            world.restore(target, came)


def test_each_list_of_the_framework_declares_what_ours_does() -> None:
    """A key that one side has and the other has not would go unseen where its values select every row."""
    from tests.differential.views import VIEWS

    own = {"ids", "ids_ex", "search"}
    for path, declared in cases.LISTS.items():
        fields = VIEWS[path].view_class.filterset_class if hasattr(VIEWS[path], "view_class") else None
        fields = fields or VIEWS[path].cls.filterset_class
        names = set()
        for name, found in fields.base_filters.items():
            suffixes = getattr(found.field_class.widget, "suffixes", None)
            names |= {f"{name}_{suffix}" for suffix in suffixes} if suffixes else {name}
        assert names == set(declared.declared) - own, path
