"""What is asked: for each key of each list, values in every spelling that a client or a person comes up with."""

from __future__ import annotations

import os
from urllib.parse import quote, quote_plus

from hypothesis import strategies as st

from fake_backend.core import filter_sets as declared

DEEP = os.environ.get("HYPOTHESIS_PROFILE") == "deep"

LISTS = {
    "/sdk/tasks/": declared.TASKS_V1,
    "/sdk/assignments/": declared.ASSIGNMENTS_V1,
    "/sdk/ground_truth_events/": declared.GROUND_TRUTH_V1,
    "/v2/tasks/": declared.TASKS_V2,
    "/v2/assignments/": declared.ASSIGNMENTS_V2,
    "/v2/ground-truth-events/": declared.GROUND_TRUTH_V2,
    "/v2/ground-truth-datasets/": declared.GROUND_TRUTH_DATASETS_V2,
}

UNKNOWN = ("zzz", "task", "workshops", "created_after", "has_data", "pgh_id__lt", "ground_truth_dataset_version", "ID")

_small = st.integers(-1, 45).map(str) | st.sampled_from(["101", "107", "51", "52", "61", "5", "6", "9", "99"])
_odd_numbers = st.sampled_from(
    ["1.0", "1.9", "-1.5", "1e2", "1E+1", "+5", "007", " 5", "5\t", "٣", "1_0", "1,5", "NaN", "Infinity", "-0", "0x1"]
    + ["9223372036854775807", "9223372036854775808", "-9223372036854775809", "1" * 40, "1e51", "-1e60", "1e-400"]
    + ["", " ", "abc", "1 2", "null", "½", "\x00", "5\x00", ".", "5.", ".5"]
)
numbers = _small | _odd_numbers
_blank = st.sampled_from(["", " ", "\t", " \t"])
_item = st.builds(lambda left, one, right: left + one + right, _blank, _small | _odd_numbers, _blank)
number_lists = st.builds(",".join, st.lists(_small | _item, max_size=5))
ranges = st.builds(
    ",".join,
    st.lists(_small | st.builds("{}-{}".format, st.integers(0, 45), st.integers(0, 45)) | st.just("3 - 9"), max_size=4),
)
truths = st.sampled_from(
    ["true", "false", "True", "FALSE", "tRuE", "1", "0", "yes", "no", "on", "t", "2", "3", "", " ", "true ", "null"]
    + ["None", "unknown", "maybe", "\x00"]
)
_statuses = ["stand_by", "in_progress", "completed", "skipped", "rejected"]
statuses = st.builds(
    ",".join, st.lists(st.sampled_from([*_statuses, "Completed", " completed", "done", "", "null"]), max_size=3)
)
schemas = st.sampled_from(["any", "dm_schema_v1", "ANY", "any,dm_schema_v1", "", " ", "null", " any", "other"])
discards = st.sampled_from(["all", "discarded", "not_discarded", "active", "ALL", "", " ", "none"])
categories = st.sampled_from(["train", "validation", "test", "", "Train", "car", " train", "train,test", "null"])
classes = st.builds(
    ",".join, st.lists(st.sampled_from(["cat", "dog", " dog", "red", "고양이", "", " ", "\x00"]), max_size=3)
)
_WORDS = ["cat", "CAT", "jpg", "1", "2", "a", "b", "_", "%", "\\", "고양", ".", "nothing", '"', "'", '"cat 1"', "\\'"]
searches = st.builds("".join, st.lists(st.sampled_from([*_WORDS, " ", ",", "\t", "\x00"]), max_size=6))
moments = st.sampled_from(
    ["2026-01-15T09:00:00Z", "2026-01-15T09:00:00.000001Z", "2026-01-15T18:00:00+09:00", "2026-01-15", "2026-1-5 9:00"]
    + ["2026-01-15T09:00:00", "2026-01-15 09:00:00", "2026-01-15T09:00", "2026-01-15T09", "20260115", "2026-W03-4"]
    + [
        "2026-01-15T09:00:00,000001Z",
        "2026-01-15T09:00:00.0000019Z",
        "2026-01-15T09:00:01 +00:00",
        "2026-01-16T23:59:60Z",
    ]
    + [
        "2026-01-15T09:00:00 09:00",
        "2026-01-15T09:00:00-0530",
        "2026-01-15T09:00:00+09",
        "2026-02-30",
        "2026-13-01T00:00",
    ]
    + ["2026-03-29T02:30:00", "2026-01-15T24:00:00Z", "0001-01-01T00:00:00+09:00", "9999-12-31T23:59:59-09:00", "12:00"]
    + ["", " ", " 2026-01-15T09:00:00Z ", "yesterday", "1768467600", "٢٠٢٦-٠١-١٥ ٠٩:٠٠", "2026-01-15T09:00:00z", "\x00"]
    + ["2026-01-15T09:00:00+24:00", "2026-1-5 9:00 +99:99", "2026-01-15T09:00:00+00:00:30"]
)

_TRUTHS = {"has_assignment", "has_reached_max_assignments", "assignments__is_discarded", "has_data"}
_NAMED = {
    "status_label": statuses,
    "status_review": statuses,
    "schema": schemas,
    "discarded_filter": discards,
    "category": categories,
    "categories": st.builds(",".join, st.lists(categories, max_size=3)),
    "classes": classes,
    "search": searches,
    "ids": ranges,
    "ids_ex": ranges,
}
_NUMBERS = {"project", "workshop", "data_collection", "ground_truth_dataset", "id"}


def values(key):
    """Return what a key is asked for."""
    if key in _NAMED:
        return _NAMED[key]
    if key in _TRUTHS or key.startswith("is_"):
        return truths
    if key in _NUMBERS or (key.startswith("id__") and key != "id__in") or key == "ground_truth_dataset_version":
        return numbers
    if key.endswith(("__gt", "__gte", "__lt", "__lte", "_after", "_before")):
        return moments
    return number_lists


def pair(path):
    """Return a key that a list declares, and a value."""
    return st.sampled_from(sorted(LISTS[path].declared)).flatmap(lambda key: st.tuples(st.just(key), values(key)))


def filters(path):
    """Return some pairs: several keys, the same key again, keys that the list does not have."""
    one = pair(path)
    again = one.flatmap(lambda first: st.tuples(st.just(first), values(first[0]).map(lambda value: (first[0], value))))
    unknown = st.tuples(
        st.sampled_from([key for key in UNKNOWN if key not in LISTS[path].declared]), st.sampled_from(["1", "", "x"])
    )
    return st.one_of(
        st.lists(one, min_size=1, max_size=1),
        st.lists(one, min_size=2, max_size=3),
        again.map(list),
        st.tuples(one, unknown).map(list),
    )


sizes = st.integers(1, 9).map(str) | st.sampled_from(
    ["0", "-1", "abc", "1e3", " 5", "+5", "٣", "", "5.0", "1_0", "1000", "1001", "200", "201", "9" * 30, "1" * 4400]
)
pages = st.integers(0, 9).map(str) | st.sampled_from(
    ["last", "LAST", "", "-1", "abc", "1.0", " 2", "+2", "٢", "99", "1" * 4400, "last "]
)
_garbage = [
    "",
    "%",
    "AAA",
    "bz0tMQ==",
    "bz1h",
    "cj14",
    "고양이",
    "cD0=",
    "cD1hYmM=",
    "bz01",
    "bz05OTk5OQ==",
    "cj0xJm89Mw==",
]
_garbage += [
    "cD01JnA9Ng==",
    "cj0yJnA9OQ==",
    "cD0lRkY=",
    "cD0gNQ==",
    "cD05OTk5OTk5OTk5OTk5OTk5OTk5OQ==",
    "cD0tMw==",
    "bz0%2BMg==",
]
cursors = st.sampled_from(_garbage) | st.binary(max_size=12).map(lambda raw: raw.decode("latin-1"))
orders = st.sampled_from(
    [
        "id",
        "-id",
        "created",
        "-created",
        "created,-id",
        "-created,id",
        "pgh_id",
        "-pgh_id",
        "",
        "zzz",
        "zzz,-id",
        "--id",
    ]
    + [" -id", "- id", "-created,created", "ID", "-created,pgh_id", "id,created", "-zzz"]
)


def encoded(pairs, *, plus=True):
    """Return a query string."""
    code = quote_plus if plus else quote
    return "&".join(f"{code(key)}={code(value)}" for key, value in pairs)


def places(path):
    """Return pairs that say which page."""
    first = path.startswith("/sdk/")
    size, order = ("page_size", "ordering") if first else ("per_page", "sort")
    keys = {size: sizes, order: orders, "cursor": cursors}
    if first:
        keys |= {"page": pages, "pagination": st.sampled_from(["cursor", "cursor", "page", "", "CURSOR"])}
    one = st.sampled_from(sorted(keys)).flatmap(lambda key: st.tuples(st.just(key), keys[key]))
    return st.lists(one, min_size=1, max_size=6)
