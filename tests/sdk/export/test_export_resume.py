"""Nothing is lost: an export that was interrupted, however, goes on after its last completed row."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import pytest
from export_rig import BUCKET, DELEGATED, DESTINATION, FILE_SYSTEM, HEADS, IN_PROCESS, rigged, tree
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from interruptions import KINDS, Interruption, Killed
from target_rig import KEYS, SCOPES, TARGETS, wide_document

from sdk.errors import SdkError
from sdk.plugins.actions.export import BaseExporter, ExportAction

if TYPE_CHECKING:
    from pathlib import Path

SEED = wide_document()
PLACE = f"{DESTINATION}/exp"


class Witness(BaseExporter):
    """Saves as usual, and keeps a sheet of all items; says which rows it has seen and saved."""

    seen: list[int]
    saved: list[int]

    def __init__(self, *args, **params):
        super().__init__(*args, **params)
        self.items = []

    def convert_data(self, data):
        """Note the row."""
        self.seen.append(data["id"])
        self.items.append({key: value for key, value in data.items() if key != "files"})
        return data

    def save_original_file(self, result, base_path, error_file_list):
        """Note that the original is there."""
        status = super().save_original_file(result, base_path, error_file_list)
        self.saved.append(result["id"])
        return status

    def additional_file_saving(self, unique_export_path):
        """Write the sheet."""
        (unique_export_path / "sheet.json").write_text(json.dumps(self.items))


def witnessing():
    """Return an action whose exporter says what it has seen, and that exporter."""
    exporter = type("Seen", (Witness,), {"seen": [], "saved": []})
    return type("Action", (ExportAction,), {"entrypoint": exporter}), exporter


@cache
def undisturbed(target: str) -> dict[str, bytes]:
    """Return the tree of an export that nobody interrupts."""
    with rigged(SEED) as rig:
        return tree(rig.export(DELEGATED, witnessing()[0], **of(target))["output_path"])


def of(target: str) -> dict[str, object]:
    """Return what asks for all seven rows of a target, a few at a time."""
    return {"target": target, "filter": SCOPES[target], "export_v2_page_size": 3, "export_page_size": 4}


class Watch:
    """What an export has asked the backend for.

    Args:
        rig: The backend.
    """

    def __init__(self, rig):
        self._journal = rig.backend.journal
        self._bulk: list[int] = []
        for rows in (rig.v2.tasks, rig.v2.assignments, rig.v2.ground_truth_events):
            rows.bulk = self._recording(rows.bulk)

    def _recording(self, bulk):
        def recording(keys, **options):
            self._bulk += keys
            return bulk(keys, **options)

        return recording

    def begin(self):
        """Forget what was before."""
        self._journal.clear()
        self._bulk.clear()

    @property
    def payloads(self) -> set[int]:
        """Rows whose payload was asked for: in bulk, in a list, or by its link."""
        listed = [entry.query for entry in self._journal if entry.path.startswith("/sdk/") and "data," in entry.query]
        asked = [part for query in listed for part in query.split("&") if part.startswith(("id__in=", "ids="))]
        found = {int(key) for part in asked for key in re.findall(r"\d+", part)}
        return found | set(self._bulk) | set(self._of_objects(r"payloads/[^/]+/(\d+)/"))

    @property
    def originals(self) -> list[int]:
        """Data units whose file was asked for, each as often as it was."""
        return self._of_objects(r"data-units/(\d+)/") + self._of_objects(r"exports/[^/]+/files/(\d+)-")

    @property
    def jobs(self) -> int:
        """Jobs that were created."""
        return len(self._journal.matching(path="/v2/plugin_exports/", status=202))

    def _of_objects(self, pattern: str) -> list[int]:
        paths = [entry.path for entry in self._journal if entry.party == "storage" and entry.method == "GET"]
        return [int(found[1]) for path in paths if (found := re.search(pattern, path))]


def unit_of(target: str, key: int) -> int:
    """Return the data unit of a row of the seed; two events share each."""
    number = KEYS[target].index(key) + 1
    return (9 - number) // 2 if target == "ground_truth" else number


def storage_of(rig, storage) -> dict[str, bytes]:
    """Return all files of a storage."""
    if storage == FILE_SYSTEM:
        return tree(rig.root)
    root = rig.v1.open_storage(BUCKET, "read")
    try:
        return {name: root.open_binary(name).read() for name in root.list("")}
    finally:
        root.close()


def ensure_nothing_half_stands(rig, storage, target) -> bool:
    """Assert that a reader finds the whole export or none, and return which; in a bucket the manifest says so."""
    found = storage_of(rig, storage)
    stands = {name.removeprefix(f"{PLACE}/"): body for name, body in found.items() if name.startswith(f"{PLACE}/")}
    if storage == BUCKET and f"{PLACE}.manifest.json" not in found:
        return False
    assert stands in ({}, undisturbed(target))
    return bool(stands)


def checkpoints(rig) -> list[Path]:
    """Return the checkpoints that there are."""
    return [*rig.root.rglob("checkpoint.json"), *rig.home.rglob("checkpoint.json")]


def noted_job(rig) -> str | None:
    """Return the job that the staging knows, if it knows one."""
    found = checkpoints(rig)
    job = json.loads(found[0].read_text())["job"] if found else None
    return job and job["id"]


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_asked_for_is_seen(target) -> None:
    """The watch of the test below: nothing is kept yet, so all of it is asked for."""
    with rigged(SEED) as rig:
        watch = Watch(rig)
        watch.begin()
        rig.export(IN_PROCESS, **of(target))
        in_bulk = watch.payloads
        watch.begin()
        rig.export(IN_PROCESS, v2=False, **of(target))
        in_lists = watch.payloads
        watch.begin()
        rig.export(DELEGATED, storage=BUCKET, **of(target))

        assert set(KEYS[target]) == in_bulk == in_lists
        assert sorted(unit_of(target, key) for key in KEYS[target]) == sorted(watch.originals)
        assert 1 == watch.jobs


interruptions = st.lists(st.tuples(st.integers(1, 170), st.sampled_from(KINDS)), min_size=1, max_size=3)


@settings(
    max_examples=settings.default.max_examples // 4,  # several exports each
    suppress_health_check=[HealthCheck.too_slow],
)
@given(st.sampled_from(HEADS), st.sampled_from(TARGETS), st.sampled_from([FILE_SYSTEM, BUCKET]), interruptions)
def test_an_interrupted_export_ends_as_if_nobody_had_interrupted_it(head, target, storage, ends) -> None:
    """The same command, again and again: the same artefacts, and no completed row is asked for twice."""
    action, exporter = witnessing()
    complete, saved, jobs, orphans = set(), set(), 0, 0
    with rigged(SEED) as rig:
        watch = Watch(rig)
        for point, kind in [*ends, (0, "none")]:
            exporter.seen.clear()
            exporter.saved.clear()
            watch.begin()
            interruption = Interruption(point, kind)
            try:
                with interruption.watching():
                    result = rig.export(head, action, storage=storage, **of(target))
                break
            except (SdkError, OSError, KeyboardInterrupt, Killed):
                if not interruption.is_over:
                    raise
            finally:
                assert set() == watch.payloads & complete, interruption.where
                left = Counter(unit_of(target, key) for key in set(KEYS[target]) - saved)
                assert Counter() == Counter(watch.originals) - left, interruption.where
                complete |= set(exporter.seen)
                saved |= set(exporter.saved)
                jobs += watch.jobs
                orphans += bool(watch.jobs) and noted_job(rig) is None
                stands = ensure_nothing_half_stands(rig, storage, target)
            if stands and not checkpoints(rig):  # interrupted after the last thing that it had to do
                return

        place = str(rig.root / PLACE) if storage == FILE_SYSTEM else PLACE
        assert place == result["output_path"]
        if not orphans and not result["warnings"]:  # else a bundle is left, and told
            found = storage_of(rig, storage)
            found.pop(f"{PLACE}.manifest.json", None)
            assert {f"{PLACE}/{name}": body for name, body in undisturbed(target).items()} == found
            assert jobs <= 1
        assert [] == list(rig.home.rglob("*"))
