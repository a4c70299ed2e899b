"""Draws a whole run from its seed and its number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from contract_tests.simulation.kinds import INACTIVITY
from contract_tests.simulation.lot import Lot
from contract_tests.simulation.pictures import annotating
from contract_tests.simulation.recipe import Command, Recipe
from contract_tests.simulation.schedule import schedule
from contract_tests.simulation.scopes import scope
from contract_tests.simulation.worlds import world

if TYPE_CHECKING:
    from collections.abc import Mapping

TARGETS = ("task", "assignment", "ground_truth")
WAYS = (  # what is told to the SDK, and how often of a hundred times
    ("in-process", 61),
    ("delegated", 21),
    ("file", 13),
    ("inference", 5),
)


def recipe(seed: int, run: int) -> Recipe:
    """Return the run of this seed and number; the same one each time, anywhere.

    Args:
        seed: Of the campaign.
        run: Number of the run, from 0.
    """
    lot = Lot(f"{seed}/{run}")
    way = lot.choices([name for name, _ in WAYS], [share for _, share in WAYS])[0]
    if way in {"in-process", "delegated"}:
        document, command = _export(lot.other("world"), way)
    else:
        document, params, predictions = annotating(lot.other("world"), way)
        command = Command("to_task", params, predictions=predictions)
    promise, faults = schedule(lot.other("faults"), command)
    clock = lot.other("clock")
    # an original has 60 s for all its attempts and an annotation file 300 s: a longer sleep in between is beyond that
    is_timed = command.kind == "to_task" or any("-original" in rule["id"] for rule in faults["rules"])
    lengths = [30.0] if is_timed else [100.0, 1_000.0]
    jumps = {str(clock.randint(1, 8)): clock.choice(lengths)} if clock.happens(0.1) else {}
    settings = _settings(lot.other("settings"))
    return Recipe(seed, run, document, settings, command, faults, promise, jumps)


def _export(lot: Lot, way: str) -> tuple[dict[str, Any], Command]:
    target = lot.choices(TARGETS, (45, 30, 25))[0]
    document = world(lot, target)
    params: dict[str, Any] = {
        "target": target,
        "filter": scope(lot, target, document),
        "save_original_file": lot.happens(0.7),
        "disable_async_delegate": way == "in-process",
        "export_page_size": lot.choice([4, 5] if way == "in-process" else [1, 1, 2]),
        "export_v2_page_size": lot.choice([3, 4, 5]),
        "export_chunk_size": lot.choice([4, 6, 8]),
        "export_payload_workers": lot.randint(1, 4),
        INACTIVITY: lot.choice([120, 300, 600]),
    }
    if way == "in-process" and lot.happens(0.15):
        params["export_force_v1"] = True
    return document, Command("export", params, exporter=lot.choice(["row", "sheet", "sheet"]))


def _settings(lot: Lot) -> Mapping[str, Any]:
    found: dict[str, Any] = {
        "externalise_over": lot.choice([0, 40, 40, 40, 2_000]),
        "bundle_layout": lot.choice(["parts", "parts", "single"]),
        "presign_seconds": lot.choice([60, 900, 3_600]),
        "chunk_seconds": lot.choice([0.1, 1.0, 4.0]),
        "heartbeat_seconds": lot.choice([15.0, 30.0]),
    }
    if lot.happens(0.1):
        found["bulk_files_manifest"] = True
    if lot.happens(0.1):
        found["presigned_targets"] = []
    if lot.happens(0.15):
        found["stream_seconds"] = 20.0
    if lot.happens(0.3):
        found["empty_last_page"] = True
    if lot.happens(0.1):
        found["empty_every"] = lot.choice([2, 3])
    if lot.happens(0.15):
        found["cursor"] = "sealed"
    return found
