"""Rules of the guide about bundles: what lies where, what a line says, and which paths are believed."""

from __future__ import annotations

import json

import pytest
from guide_world import HEADS, TARGETS, VERSION, compact, opened

from fake_backend import Settings
from sdk.plugins.actions.export.errors import BundleLineError, IntegrityError
from sdk.plugins.errors import StepFailed
from tests.sdk.export.export_rig import DELEGATED, before, tree

FILES = {"task": "tasks.jsonl", "assignment": "assignments.jsonl", "ground_truth": "ground_truths.jsonl"}


def lines_of(context) -> tuple[list[str], list[dict]]:
    """Return the names of the bundle's row files below its prefix, and their rows."""
    prefix = str(context.job["data"]["manifest"]["prefix"])
    names = sorted(name for name in context.root.list(prefix) if name.endswith(".jsonl"))
    rows = []
    for name in names:
        with context.root.open_binary(name) as source:
            rows += [json.loads(line) for line in source.read().splitlines()]
    return [name.removeprefix(f"{prefix}/") for name in names], rows


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("layout", ["single", "parts"])
def test_both_layouts_are_read(target, layout) -> None:
    """Export guide, bundle-read contract: one file named after the target, or parts in its folder; equal artefacts."""
    found = []
    with opened(settings=Settings(bundle_layout=layout, chunk_rows=1)) as world:
        action = before("bundle_read", lambda context: found.append(lines_of(context)[0]))
        result = world.export(DELEGATED, target, action)

        assert world.artefacts(target) == tree(result["output_path"])
        parts = [f"{target}/part-{number:05}.jsonl" for number in range(1, len(world.truth(target)) + 1)]
    assert ([FILES[target]] if layout == "single" else parts) == found[0]


@pytest.mark.parametrize("target", TARGETS)
def test_a_line_says_what_the_guide_says(world, target) -> None:
    """Export guide, bundle-read contract: id, payload, and for each file its original name, URL and place."""
    found = []
    world.export(DELEGATED, target, before("bundle_read", lambda context: found.extend(lines_of(context)[1])))

    truth = world.truth(target)
    key = "pgh_id" if target == "ground_truth" else "id"
    assert [number for number, _, _ in truth] == [row[key] for row in found]
    for row, (_, picture, _) in zip(found, truth, strict=True):
        assert {"id", "data", "files_manifest"} <= set(row)
        (entry,) = row["files_manifest"].values()
        assert {"file_name_original", "url", "bundle_path"} <= set(entry)
        assert f"그림 {picture}.png" == entry["file_name_original"]


@pytest.mark.parametrize("target", TARGETS)
def test_urls_lead_into_the_bundle_and_names_stay(world, runs, target) -> None:
    """Export guide, bundle-read contract: ``url`` becomes ``<prefix>/<bundle_path>``; the rest is as in process."""
    delegated, own = ([{**item, "files": dict(item["files"])} for item in runs(head, target).items] for head in HEADS)
    prefix = runs(DELEGATED, target).contexts[0].manifest.prefix
    places = [item["files"].pop("url") for item in delegated]
    links = [item["files"].pop("url") for item in own]

    assert prefix.startswith("out/.async_jobs/exports/")
    assert all(place.startswith(f"{prefix}/") for place in places)
    assert all(link.startswith("http") for link in links)
    assert delegated == own
    names = [f"그림 {picture}.png" for _, picture, _ in world.truth(target)]
    assert names == [item["files"]["file_name_original"] for item in delegated]


@pytest.mark.parametrize("head", HEADS)
@pytest.mark.parametrize("target", TARGETS)
def test_outputs_are_called_after_the_originals(world, runs, head, target) -> None:
    """Export guide, bundle-read contract: output names come from ``file_name_original`` alone."""
    names = {name.rpartition("/")[2] for name in runs(head, target).tree}

    assert {f"그림 {p}.{end}" for _, p, _ in world.truth(target) for end in ("json", "png")} == names


@pytest.mark.parametrize("place", ["../../../../secret", "files/../../../../secret", "..\\..\\secret", "/etc/passwd"])
def test_a_file_outside_of_the_bundle_is_not_read(own_world, place) -> None:
    """Export guide, bundle-read contract: the traversal guard ends the export; nothing stands at the destination."""

    def bend(context):
        prefix = str(context.job["data"]["manifest"]["prefix"])
        for name in context.root.list(prefix):
            path = own_world.root / name
            if name.endswith(".jsonl"):
                rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
                for entry in rows[-1]["files_manifest"].values():
                    entry["bundle_path"] = place
                path.write_bytes(b"".join(compact(row) + b"\n" for row in rows))  # payloads keep their text

    with pytest.raises(StepFailed) as failure:
        own_world.export(DELEGATED, action=before("bundle_read", bend))

    assert isinstance(failure.value.__cause__, BundleLineError)
    assert place.replace("\\", "\\\\") in str(failure.value)
    assert [] == own_world.standing


@pytest.mark.parametrize("place", ["../outside", "task/../../outside.jsonl"])
def test_a_part_outside_of_the_bundle_is_not_read(own_world, place) -> None:
    """Export guide, bundle-read contract: prefix and parts of a manifest are guarded like files."""
    for bend in (
        lambda manifest: manifest.update(prefix=place),
        lambda manifest: manifest["targets"]["task"]["parts"][0].update(path=place),
    ):
        action = before("bundle_read", lambda context, bend=bend: bend(context.job["data"]["manifest"]))
        with pytest.raises(StepFailed) as failure:
            own_world.export(DELEGATED, action=action)
        assert isinstance(failure.value.__cause__, IntegrityError)
    assert [] == own_world.standing


def test_the_bundle_of_ground_truth_is_confined_by_versions(own_world) -> None:
    """Export guide, server-side delegation (SYN-7214): the job is asked for versions and for no project."""
    asked = []
    create = own_world.v2_client.plugin_exports.create
    own_world.v2_client.plugin_exports.create = lambda **body: asked.append(body) or create(**body)
    own_world.export(DELEGATED, "ground_truth")

    assert [(None, {"ground_truth_dataset_versions": [VERSION]}, ("ground_truth",))] == [
        (body.get("project_id"), body["filter"], body["targets"]) for body in asked
    ]
