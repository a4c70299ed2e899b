"""Nothing incomplete passes as complete: each loss ends in an error that names the row, and nothing stands."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from export_rig import (
    DELEGATED,
    HEADS,
    IN_PROCESS,
    before,
    document,
    fails,
    failure,
    rigged,
    standing,
    task,
    tree,
)

from fake_backend import Settings
from sdk.plugins.actions.export import BaseExporter, ExportAction
from sdk.plugins.actions.export.errors import (
    DestinationError,
    IntegrityError,
    MissingRowsError,
    ScopeDifferenceError,
)
from sdk.plugins.actions.export.handlers import TaskExportTargetHandler
from sdk.plugins.errors import StepFailed


def test_a_job_that_loses_the_filter_is_caught_with_up_to_twenty_rows() -> None:
    """incidents.md 1, SYN-7438: 200 rows asked, 99,792 delivered, success."""
    with rigged(document(40)) as rig:
        rig.backend.bugs.on("delegated-filter-loss")
        surplus = ", ".join(map(str, range(40, 20, -1)))
        fails(
            rig,
            ScopeDifferenceError,
            rf"holds 40 row\(s\) and the probe counted 9; 31 surplus row\(s\) .*: {surplus} and 11 more\.",
            filter={"project": 1, "id__lte": 9},
        )


@pytest.mark.parametrize("dropped", [[4], [7, 1]])
def test_a_job_that_drops_rows_is_caught(rig, monkeypatch, dropped) -> None:
    """The manifest agrees with the lines, and both are wrong; only the scope knows."""
    lines = rig.backend._world.exports._lines
    honest = lines.of
    monkeypatch.setattr(
        lines, "of", lambda rows, *more: honest([row for row in rows if row["id"] not in dropped], *more)
    )

    names = ", ".join(map(str, dropped))
    fails(rig, ScopeDifferenceError, rf"{len(dropped)} missing row\(s\): {names}\. Nothing was exported")


def test_a_bulk_answer_that_leaves_a_row_out_is_caught(rig) -> None:
    """incidents.md 6.4: fewer files than rows, and success."""
    rig.backend.bugs.on("bulk-drops-rows")

    fails(
        rig,
        MissingRowsError,
        r"Row\(s\) \d are missing from the bulk answer, although the list still holds",
        IN_PROCESS,
    )


@pytest.mark.parametrize("v2", [True, False])
def test_rows_deleted_after_they_were_listed_are_reported(rig, v2) -> None:
    """In process they are gone before they can be read: not exported, not an error, and not silent."""
    action = before("prepare_export", lambda context: rig.backend.remove_tasks([6, 2]))
    result = rig.export(IN_PROCESS, action, v2=v2)

    assert ([6, 2], 5, 7) == (result["removed"], result["exported_count"], result["total_count"])
    assert 5 == len([name for name in tree(result["output_path"]) if name.startswith("labels/")])


def test_a_row_deleted_while_its_payload_is_fetched_is_reported() -> None:
    """Its URL has run out, and a new one cannot be had: the row is gone, the export is not."""
    options = Settings(presign_seconds=60)

    class Slow(BaseExporter):
        def convert_data(self, data):
            if data["id"] == 40:
                self.ctx.clock.sleep(120)
                rig.backend.remove_tasks([1])
            return data

    with rigged(document(40), settings=options) as rig:
        result = rig.export(IN_PROCESS, type("Action", (ExportAction,), {"entrypoint": Slow}))

        assert ([1], 39) == (result["removed"], result["exported_count"])


@pytest.mark.parametrize("head", HEADS)
def test_urls_that_run_out_while_rows_wait_are_asked_for_again(head) -> None:
    """incidents.md 3: issued with the page, used minutes later; payloads and originals alike."""

    class Slow(BaseExporter):
        def convert_data(self, data):
            self.ctx.clock.sleep(30)
            return data

    seed = document(12)
    with rigged(seed) as rig:
        expected = tree(rig.export(head)["output_path"])
    with rigged(seed, settings=Settings(presign_seconds=60)) as rig:
        result = rig.export(head, type("Action", (ExportAction,), {"entrypoint": Slow}))

        assert expected == tree(result["output_path"])


def test_a_young_row_and_a_deleted_one_are_told_apart_from_losses(rig) -> None:
    """Created since: only in the scope. Deleted since: only in the bundle, and exported with it."""

    def early(context):  # the job has not begun to scan: this row makes the probe's count differ
        rig.add(task(20, data_unit=1, created=later(rig, 1)))

    def late(context):
        rig.add(task(30, data_unit=2, created=later(rig, 2)))
        rig.backend.remove_tasks([4, 3])

    class Meanwhile(before("delegate_stream_progress", early)):
        def setup_steps(self, registry):
            super().setup_steps(registry)
            step = next(step for step in registry if step.name == "bundle_read")
            execute = step.execute
            step.execute = lambda context: (late(context), execute(context))[1]

    result = rig.export(DELEGATED, Meanwhile)

    assert ([30], [4, 3], 8) == (result["created_since"], result["removed"], result["exported_count"])


def later(rig, seconds):
    """Return an instant after now, as the API spells it."""
    return (rig.backend.clock.now() + timedelta(seconds=seconds)).isoformat()


@pytest.mark.parametrize("kept", [True, False])
def test_a_bundle_goes_after_success_and_stays_after_failure(rig, kept) -> None:
    """A failed run's bundle is worth keeping: the next try need not wait for the job."""

    class Broken(BaseExporter):
        def convert_data(self, data):
            if kept:
                raise ValueError("broken")
            return data

    action = type("Action", (ExportAction,), {"entrypoint": Broken})
    if kept:
        fails(rig, ValueError, "broken", action=action)
    else:
        rig.export(DELEGATED, action)

    assert kept == any(".async_jobs" in name for name in tree(rig.root))


def test_a_bundle_in_a_strange_place_is_left_there(rig) -> None:
    """Prefix guard: what does not look like a bundle is never removed."""

    def move(context):
        (rig.root / "precious").mkdir()
        for part in rig.root.rglob("*.jsonl"):
            (rig.root / "precious" / "tasks.jsonl").write_bytes(part.read_bytes())
        context.job["data"]["manifest"] = {"prefix": "precious", "targets": {"task": {"records": 7}}}

    result = rig.export(DELEGATED, before("bundle_read", move), save_original_file=False)

    assert 7 == result["exported_count"]
    assert (rig.root / "precious" / "tasks.jsonl").exists()
    assert ["The bundle 'precious' was left in the storage: its place does not look like a bundle's"] == result[
        "warnings"
    ]


@pytest.mark.parametrize("head", HEADS)
def test_an_original_that_cannot_be_had_costs_itself_alone(rig, head) -> None:
    """Per item: the label is saved, the original is listed as failed (contract.md 3.5)."""

    def lose(context):
        for file in rig.root.rglob("files/3-*"):
            file.unlink()
        objects = rig.backend._world.objects
        for key in [key for key in objects.keys("synapse-media", "") if "data_units/3" in key or "/3/" in key]:
            if "payloads" not in key:
                objects.delete("synapse-media", key)

    result = rig.export(head, before("convert_data", lose))
    found = tree(result["output_path"])

    assert ({"json_file_name": 0, "original_file_name": 1}, 7) == (result["errors"], result["exported_count"])
    assert "labels/사진 3.json" in found
    assert ["사진 3.jpg"] == [name for name, _ in json.loads(found["error_file_list.json"])["original_file_name"]]


@pytest.mark.parametrize("head", HEADS)
def test_a_name_that_no_file_system_takes_costs_its_row_alone(head) -> None:
    """Both files of such a row fail; the others are saved."""
    seed = document(2)
    seed["data_units"][0]["files"]["image_1"]["file_name_original"] = "고" * 100 + ".jpg"
    with rigged(seed) as rig:
        result = rig.export(head)

        assert (1, 1) == (result["exported_count"], result["failed_count"])
        assert {"json_file_name": 1, "original_file_name": 1} == result["errors"]


@pytest.mark.parametrize("head", HEADS)
def test_a_full_disk_ends_the_export(rig, head, monkeypatch) -> None:
    """It concerns every row: a thousand failed rows would look like an export."""

    def full(path, body):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("sdk.plugins.actions.export.exporter.write_new", full)
    fails(rig, DestinationError, "The files of row 7 cannot be written: No space left on device", head)


@pytest.mark.parametrize("head", HEADS)
def test_an_interrupted_export_leaves_nothing_that_stands(rig, head) -> None:
    """Ctrl-C is no exception of ours, and what is kept is told all the same."""

    class Interrupted(BaseExporter):
        def convert_data(self, data):
            if data["id"] == 4:
                raise KeyboardInterrupt
            return data

    with pytest.raises(KeyboardInterrupt) as interruption:
        rig.export(head, type("Action", (ExportAction,), {"entrypoint": Interrupted}))

    assert "What was gathered is kept" in interruption.value.__notes__[0]
    assert {} == standing(rig.root)


class Own(ExportAction):
    """Exports a source of its own, of which it says a wrong number."""

    def get_handler(self):
        """Return the source."""

        class Handler(TaskExportTargetHandler):
            def get_results(self, client, filters):
                return iter(client.get_tasks(filters)[0]), 99

        return Handler()


def reading(hook: str):
    """Return an exporter that reads the items itself in one of its hooks."""

    def act(self, *args, **params):
        list(self.items)
        return getattr(super(Reading, self), hook)(*args, **params)

    class Reading(BaseExporter):
        def __init__(self, ctx, export_items, *args, **params):
            super().__init__(ctx, export_items, *args, **params)
            self.items = export_items
            if hook == "__init__":
                list(self.items)

    if hook != "__init__":
        setattr(Reading, hook, act)
    return Reading


@pytest.mark.parametrize("hook", ["__init__", "setup_output_directories"])
@pytest.mark.parametrize(("head", "base"), [(DELEGATED, ExportAction), (IN_PROCESS, ExportAction), (IN_PROCESS, Own)])
def test_items_that_an_exporter_reads_itself_are_not_lost_in_silence(rig, head, base, hook) -> None:
    """They pass through its hooks; whoever takes them away leaves an empty tree."""
    action = type("Action", (base,), {"entrypoint": reading(hook)})
    with pytest.raises(StepFailed, match=r"7 item\(s\) were read and only 0 came to be saved") as error:
        rig.export(head, action)

    assert isinstance(failure(error.value), IntegrityError)
    assert {} == standing(rig.root)


@pytest.mark.parametrize("head", HEADS)
def test_rows_that_a_step_loses_are_counted(rig, head) -> None:
    """Before anything is published; what was gathered is kept."""

    def lose(context):
        context.total_count += 1

    sentence = r"8 row\(s\) were gathered, but 7 are accounted for \(7 exported, 0 failed, 0 removed meanwhile\)"
    fails(rig, IntegrityError, sentence, head, action=before("save_files", lose))


def test_the_number_of_a_source_of_ones_own_is_its_own_affair(rig) -> None:
    """It may not know it before it has read everything."""
    result = rig.export(IN_PROCESS, Own)

    assert (99, 7) == (result["total_count"], result["exported_count"])
