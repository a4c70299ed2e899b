"""The ways in which a recipe can be smaller: each returns a list of parts, and the recipe without some of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from contract_tests.simulation.recipe import Recipe

type Row = tuple[str, int]
"""Resource and id of a row."""

KEYS: Mapping[str, str] = {
    "tasks": "id",
    "assignments": "id",
    "ground_truth_events": "pgh_id",
    "ground_truths": "id",
    "data_units": "id",
}


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


def plainer(recipe: Recipe) -> Sequence[Recipe]:
    """Return recipes that are plainer in one thing each: a jump, a setting, a key of the filter, a repetition."""
    found = [recipe.with_(jumps={})] if recipe.jumps else []
    found += [
        recipe.with_(settings={name: value for name, value in recipe.settings.items() if name != setting})
        for setting in recipe.settings
        if setting != "externalise_over"
    ]
    for place, rule in enumerate(recipe.rules):
        if rule.get("times", 1) > 1:
            once = [*recipe.rules[:place], {**rule, "times": 1}, *recipe.rules[place + 1 :]]
            found.append(recipe.with_(faults={**recipe.faults, "rules": once}))
    return found
