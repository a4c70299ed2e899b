"""The ways in which a recipe can be smaller: without some of its parts, or plainer in one thing."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from contract_tests.simulation.recipe import Recipe

type Row = tuple[str, int]
"""Resource and id of a row."""
type Change = Callable[[Recipe], Recipe]
"""What makes a recipe plainer; one that changes nothing is allowed."""

KEYS: Mapping[str, str] = {
    "tasks": "id",
    "assignments": "id",
    "ground_truth_events": "pgh_id",
    "ground_truths": "id",
    "data_units": "id",
}
SIZES = (
    "export_page_size",
    "export_v2_page_size",
    "export_chunk_size",
    "export_payload_workers",
    "batch_size",
)
SCOPES = ("project", "ground_truth_dataset_versions")  # without one of these there is no export


def rows(recipe: Recipe) -> list[Row]:
    """Return the rows of a world that it may be without, those that a client is about first."""
    return [(name, row[key]) for name, key in KEYS.items() for row in recipe.document.get(name, ())]


def without_rows(recipe: Recipe, gone: Collection[Row]) -> Recipe:
    """Return a recipe without some rows, and without what cannot be without them."""
    left = set(gone)
    document: dict[str, Any] = dict(recipe.document)
    left |= _following(document, left, "ground_truths", "data_unit", "data_units")
    left |= _following(document, left, "ground_truth_events", "ground_truth", "ground_truths")
    left |= _following(document, left, "assignments", "task", "tasks")
    for name, key in KEYS.items():
        if name in document:
            document[name] = [row for row in document[name] if (name, row[key]) not in left]
    document["tasks"] = [_unit_or_none(row, left) for row in document["tasks"]]
    if "ground_truth_dataset_versions" in document:
        document["ground_truth_dataset_versions"] = [
            {**row, "events": [event for event in row["events"] if ("ground_truth_events", event) not in left]}
            for row in document["ground_truth_dataset_versions"]
        ]
    return recipe.with_(document=document)


def _following(document: Mapping[str, Any], gone: set[Row], name: str, field: str, of: str) -> set[Row]:
    return {(name, row[KEYS[name]]) for row in document.get(name, ()) if (of, row.get(field)) in gone}


def _unit_or_none(row: Mapping[str, Any], gone: set[Row]) -> Mapping[str, Any]:
    return {**row, "data_unit": None} if ("data_units", row.get("data_unit")) in gone else row


def rules(recipe: Recipe) -> list[str]:
    """Return the names of the faults."""
    return [rule["id"] for rule in recipe.rules]


def without_rules(recipe: Recipe, gone: Collection[str]) -> Recipe:
    """Return a recipe without some faults; one without any promises what a run without faults promises."""
    kept = [rule for rule in recipe.rules if rule["id"] not in gone]
    return recipe.with_(faults={**recipe.faults, "rules": kept}, promise=recipe.promise if kept else "none")


def changes(recipe: Recipe) -> list[Change]:
    """Return what may make a recipe plainer, each in one thing alone; sizes first, as they decide how few rows do."""
    params, settings = recipe.command.params, recipe.settings
    found: list[Change] = [partial(_with_param, name=name, value=1) for name in SIZES if params.get(name, 1) != 1]
    found += [partial(_with_param, name=name, value=False) for name in ("save_original_file",) if params.get(name)]
    found += [partial(_without_key, key=key) for key in params.get("filter", {}) if key not in SCOPES]
    found += [partial(_without_setting, name=name) for name in settings if name != "externalise_over"]
    found += [partial(_once, name=rule["id"]) for rule in recipe.rules if rule.get("times", 1) > 1]
    found += [_without_jumps, _on_fewer_tasks]
    return found


def _with_param(recipe: Recipe, *, name: str, value: object) -> Recipe:
    return recipe.with_(command=replace(recipe.command, params={**recipe.command.params, name: value}))


def _without_key(recipe: Recipe, *, key: str) -> Recipe:
    kept = {name: value for name, value in recipe.command.params["filter"].items() if name != key}
    return _with_param(recipe, name="filter", value=kept)


def _without_setting(recipe: Recipe, *, name: str) -> Recipe:
    return recipe.with_(settings={key: value for key, value in recipe.settings.items() if key != name})


def _once(recipe: Recipe, *, name: str) -> Recipe:
    kept = [{**rule, "times": 1} if rule["id"] == name else rule for rule in recipe.rules]
    return recipe.with_(faults={**recipe.faults, "rules": kept})


def _without_jumps(recipe: Recipe) -> Recipe:
    return recipe.with_(jumps={})


def _on_fewer_tasks(recipe: Recipe) -> Recipe:
    """Let all assignments of a project be of its first task, so that the other tasks may go."""
    of_project: dict[int, int] = {}
    for task in recipe.document["tasks"]:
        of_project.setdefault(task["project"], task["id"])
    project = {task["id"]: task["project"] for task in recipe.document["tasks"]}
    rows = [{**row, "task": of_project[project[row["task"]]]} for row in recipe.document.get("assignments", ())]
    return recipe.with_(document={**recipe.document, "assignments": rows}) if rows else recipe
