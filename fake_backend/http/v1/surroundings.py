"""Lists of what exports and annotating stand on, by page (contract.md 1.3; the published client's own calls).

A row is what the call for a single one shows, but for what only a single one is asked for: a data collection's file
specifications, and the files of a data unit, which are there when expanded.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Blueprint

from fake_backend.core.filter_sets import (
    DATA_UNITS_V1,
    DATASET_VERSIONS_V1,
    JOBS_V1,
    PLUGIN_RELEASES_V1,
    STORAGES_V1,
)
from fake_backend.core.filters import FilterSet
from fake_backend.http.v1.files import in_form
from fake_backend.http.v1.lists import list_rows
from fake_backend.http.wire import Field, List, Shape, column, columns, instant
from fake_backend.serving.release import Release
from fake_backend.store.kinds import DATA_COLLECTIONS, DATA_UNITS, DATASET_VERSIONS, JOBS, PLUGIN_RELEASES, STORAGES
from fake_backend.store.reports import JSON_FIELDS

if TYPE_CHECKING:
    from fake_backend.http.wire import Around, Row

surroundings = Blueprint("v1-surroundings", __name__)


def _parsed(name: str) -> Field:
    return Field((name,), lambda row, _: json.loads(row[name]))


def _files(row: Row, around: Around) -> Any:
    return in_form(around.files.get(row["key"], {}), around.world.settings.unit_files)


DATA_UNIT = Shape(
    {
        "id": column("id"),
        "data_collection": column("data_collection_id"),
        **columns("name", "width", "height"),
        "meta": _parsed("meta"),
    },
    expandable={"files": Field((), _files)},
)

JOB = Shape(
    {
        **columns("id", "status"),
        **{name: _parsed(name) for name in JSON_FIELDS},
        "updated": instant("updated"),
        "meta": Field(("id", "tenant"), lambda row, around: {"queue": _queue(row, around)}),
    }
)


def _queue(row: Row, around: Around) -> dict[str, Any] | None:
    return around.world.serving.queue_of(row["tenant"], row["id"])


OF_A_RELEASE = ("id", "tenant", "code", "version", "spec")

RELEASE = Shape(
    {
        "id": column("id"),
        "plugin": column("code"),
        "name": Field(OF_A_RELEASE, lambda row, _: Release.read(row).name),
        "version": column("version"),
        "config": Field(OF_A_RELEASE, lambda row, _: Release.read(row).shown_config()),
    }
)

DATASET_VERSION = Shape(
    {"id": column("id"), "ground_truth_dataset": column("ground_truth_dataset_id"), **columns("name", "is_released")}
)

LISTS = (
    List("data_collections", DATA_COLLECTIONS, FilterSet({}), Shape(columns("id", "name"))),
    List("data_units", DATA_UNITS, DATA_UNITS_V1, DATA_UNIT),
    List("ground_truth_dataset_versions", DATASET_VERSIONS, DATASET_VERSIONS_V1, DATASET_VERSION),
    List("jobs", JOBS, JOBS_V1, JOB),
    List("storages", STORAGES, STORAGES_V1, Shape(columns("id", "name", "category", "provider", "is_default"))),
    List("plugin_releases", PLUGIN_RELEASES, PLUGIN_RELEASES_V1, RELEASE),
)

for _listed in LISTS:
    surroundings.add_url_rule(f"/{_listed.path}/", _listed.path, partial(list_rows, _listed))
