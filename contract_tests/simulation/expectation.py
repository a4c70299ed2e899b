"""What the oracle tells of a recipe: the tree or the rows, and what they are before."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contract_tests.oracle import (
    Prediction,
    expected_annotating,
    expected_artefacts,
    expected_items,
    expected_rows,
    fate_of_file,
    fate_of_prediction,
    saves_nothing,
    selected_tasks,
)
from contract_tests.simulation.pictures import MAX_BYTES
from contract_tests.simulation.surroundings import OTHER_TENANT, PROJECT, SPECIFICATION, TENANT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from contract_tests.simulation.recipe import Recipe
    from contract_tests.simulation.stage import Rows
    from contract_tests.verify.outcome import ExporterKind


@dataclass(frozen=True)
class Expectation:
    """What a run comes to when nothing goes wrong.

    Args:
        rows: Rows that the command is about.
        fails: Whether even then it ends in an error: no row of it can be saved, or no task matches.
        tree: Files of the export.
        counts: What to_task hands back.
        before: All tasks before to_task; ``after``: after it.
        after: See ``before``.
        least: Requests that no way of doing it can do without.
    """

    rows: int
    fails: bool
    tree: Mapping[str, bytes] = field(default_factory=dict)
    counts: Mapping[str, Any] = field(default_factory=dict)
    before: Rows = field(default_factory=dict)
    after: Rows = field(default_factory=dict)
    least: int = 1


def expectation(recipe: Recipe) -> Expectation:
    """Return what the oracle tells of a recipe."""
    return _annotating(recipe) if recipe.command.kind == "to_task" else _exporting(recipe)


def _exporting(recipe: Recipe) -> Expectation:
    command, document = recipe.command, recipe.document
    scope = command.params["filter"]
    exporter: ExporterKind = "row" if command.exporter == "row" else "sheet"
    what: dict[str, Any] = {"target": command.target, "tenant": TENANT}
    rows = len(expected_rows(document, scope, **what))
    fails = saves_nothing(document, scope, exporter=exporter, **what)
    tree = {}
    if not fails:
        originals = command.params["save_original_file"]
        tree = expected_artefacts(document, scope, exporter=exporter, originals=originals, **what)
    page, bulk = command.params["export_page_size"], command.params["export_v2_page_size"]
    if command.is_delegated:
        least = 5 + rows // page
    else:
        least = (
            2
            + rows // max(page, bulk)
            + rows // bulk
            + _downloads(recipe, tree, expected_items(document, scope, **what))
        )
    return Expectation(rows, fails, tree, least=least)


def _downloads(recipe: Recipe, tree: Mapping[str, bytes], items: Sequence[Mapping[str, Any]]) -> int:
    """Return how many objects an export in process fetches at the least: originals, and payloads over the limit."""
    originals = sum(path.startswith("origin_files/") for path in tree)
    if recipe.command.params.get("export_force_v1"):
        return originals
    payloads = [item["data"] for item in items if item["data"] is not None]
    limit = 3 * int(recipe.settings["externalise_over"])  # JSON is at most as much longer when it is spelt in ASCII
    return originals + sum(len(json.dumps(data)) > limit for data in payloads)


def _annotating(recipe: Recipe) -> Expectation:
    command, document = recipe.command, recipe.document
    fates = {}
    for row in document["tasks"]:
        number = row["id"]
        if row["project"] != PROJECT:
            continue
        if command.params["method"] == "file":
            fates[number] = fate_of_file(document, number, SPECIFICATION, max_bytes=MAX_BYTES)
        else:
            said = command.predictions.get(str(number), {"value": None, "fails": False})
            fates[number] = fate_of_prediction(document, number, Prediction(said["value"], fails=said["fails"]))
    filters = command.params["task_filters"]
    schema = command.params.get("schema", "dm_schema_v1")
    told = expected_annotating(document, fates, project=PROJECT, task_filters=filters, schema=schema)
    rows = len(selected_tasks(document, PROJECT, filters))
    before = {
        (OTHER_TENANT if row["id"] > 900 else TENANT, row["id"]): (row.get("status_label", "stand_by"), row["data"])
        for row in document["tasks"]
    }
    if told is None:
        return Expectation(rows, True, before=before, after=before)
    after = before | {(TENANT, number): ("completed", data) for number, data in told.rows.items()}
    return Expectation(rows, False, counts=told.counts, before=before, after=after, least=4 + rows + 2 * len(told.rows))
