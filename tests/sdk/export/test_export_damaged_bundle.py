"""A damaged bundle is refused by its parts, its lines or their digests, in words that name the row or the part."""

from __future__ import annotations

import hashlib
import json

import pytest
from export_rig import DELEGATED, DESTINATION, HEADS, before, fails, tree

from sdk.clients.errors import PayloadMismatchError
from sdk.plugins.actions.export import BaseExporter
from sdk.plugins.actions.export.errors import BundleLineError, BundlePartError, RepeatedRowError


def in_parts(act):
    """Return what changes the parts of the bundle, as lists of lines, before they are read."""

    def change(context):
        parts = sorted(context.client.open_storage(3, "read").local_path(DESTINATION).rglob("*.jsonl"))
        lines = [part.read_bytes().splitlines(keepends=True) for part in parts]
        act(lines)
        for part, content in zip(parts, lines, strict=True):
            part.write_bytes(b"".join(content))

    return before("bundle_read", change)


@pytest.mark.parametrize("head", HEADS)
def test_a_flipped_byte_in_a_payload_is_noticed_by_its_digest(rig, head) -> None:
    """contract.md 3.3: the reference client never looks at ``size`` and ``data_digest``; this one does."""

    def flip(_):
        objects = rig.backend._world.objects
        key = next(key for key in objects.keys("synapse-media", "payloads/tasks/5/"))
        body = bytearray(objects.get("synapse-media", key))
        body[-5] ^= 1
        objects.put("synapse-media", key, bytes(body))

    def wrap(lines):
        flip(None)
        for number, line in enumerate(lines[0]):
            row = json.loads(line)
            if row["id"] == 5:
                shown = rig.v2.tasks.bulk_fetch([5])[0]["data"]
                lines[0][number] = json.dumps(row | {"data": shown}).encode() + b"\n"

    action = in_parts(wrap) if head == DELEGATED else before("prepare_export", flip)
    fails(rig, PayloadMismatchError, "Row 5: the SHA-256 of its payload is", head, action=action)


def declared_lines(change):
    """Return an action before whose reading each line declares size and digest, and the payload of row 4 is changed."""

    def rewrite(lines):
        for number, line in enumerate(lines[0]):
            row = json.loads(line)
            payload = json.dumps(row["data"], ensure_ascii=False)
            check = {"size": len(payload.encode()), "data_digest": hashlib.sha256(payload.encode()).hexdigest()}
            if row["id"] == 4:
                payload, check = change(payload, check)
            files = json.dumps(row["files_manifest"])
            told = "".join(f', "{key}": {json.dumps(value)}' for key, value in check.items())
            lines[0][number] = f'{{"id": {row["id"]}, "data": {payload}{told}, "files_manifest": {files}}}\n'.encode()

    return in_parts(rewrite)


@pytest.mark.parametrize(
    ("sentence", "change"),
    [
        ("Row 4: the SHA-256 of its payload is", lambda text, check: (text.replace("4", "5"), check)),
        ("Row 4: the SHA-256 of its payload is", lambda text, check: (text.replace(' "', '\t"'), check)),
        ("Row 4: its payload is .* bytes long", lambda text, check: (text.replace("4", "44"), check)),
        ("Row 4: its payload is .* bytes long", lambda text, check: (text.replace("4", "44"), {"size": check["size"]})),
    ],
)
def test_a_line_that_was_damaged_in_the_storage_is_noticed_by_what_stands_beside_its_payload(
    rig, sentence, change
) -> None:
    """What is declared beside an inline payload is of its text, byte for byte."""
    fails(rig, PayloadMismatchError, sentence, action=declared_lines(change))


@pytest.mark.parametrize(
    ("unverified", "change"),
    [
        (0, lambda text, check: (text, check)),
        (0, lambda text, _: (text, {})),
        (1, lambda text, check: (text, check | {"data_digest": check["data_digest"].upper()})),
        (1, lambda text, check: (text, {"data_digest": "md5:1"})),
    ],
)
def test_a_line_without_a_digest_of_ours_is_taken_as_it_came(rig, caplog, unverified, change) -> None:
    """The real backend declares nothing beside an inline payload; another form of digest is counted and logged."""
    result = rig.export(DELEGATED, declared_lines(change))

    assert (7, unverified) == (result["exported_count"], result["unverified_payloads"])
    assert unverified == len([entry for entry in caplog.records if "declares no SHA-256" in entry.getMessage()])


def test_a_short_part_is_named_with_declared_and_found_and_the_row(rig) -> None:
    """incidents.md 6.5: a part with fewer lines than declared once passed."""
    fails(
        rig,
        BundlePartError,
        r"part 'task/part-00002.jsonl' declares 3 line\(s\) and holds 2; 1 missing row\(s\): 3\.",
        action=in_parts(lambda lines: lines[1].pop(1)),
        export_chunk_size=3,
    )


def test_a_long_part_is_named_with_the_surplus_row(rig) -> None:
    """A line too many is as wrong as one too few; this row exists in another project."""
    rig.add({"id": 50, "project": 2}, projects=[{"id": 2, "tenant": "acme"}], data_units=[])
    line = b'{"id": 50, "data": null, "files_manifest": {}}\n'
    fails(
        rig,
        BundlePartError,
        r"declares 7 line\(s\) and holds 8; 1 surplus row\(s\) that the filter does not select: 50\.",
        action=in_parts(lambda lines: lines[0].insert(0, line)),
    )


@pytest.mark.parametrize("keep_length", [True, False])
def test_a_repeated_row_is_named(rig, keep_length) -> None:
    """Also when another row is gone for it, so that the number of lines is right."""

    def repeat(lines):
        lines[1][0] = lines[0][1]
        if not keep_length:
            lines[1].insert(0, lines[0][1])

    fails(rig, RepeatedRowError, "The bundle holds row 6 twice", action=in_parts(repeat), export_chunk_size=3)


def test_a_corrupt_line_is_named_and_nothing_that_was_saved_before_it_stands(rig) -> None:
    """Rows 7 to 4 are saved by then, into the staging."""

    def corrupt(lines):
        lines[0][4] = lines[0][4].replace(b'"n":3', b'"n":3:', 1).replace(b'"n": 3', b'"n": 3:', 1)

    fails(
        rig, BundleLineError, "Line 5 of the bundle's part 'task/part-00001.jsonl' is no JSON", action=in_parts(corrupt)
    )


def test_a_missing_part_is_named(rig) -> None:
    """Every part has to be there before anything is converted."""

    def lose(context):
        next(iter(rig.root.rglob("part-00002.jsonl"))).unlink()

    action = before("bundle_read", lose)
    fails(
        rig, BundlePartError, "part 'task/part-00002.jsonl' is not in the storage", action=action, export_chunk_size=3
    )


def test_a_bundle_in_another_order_is_exported_all_the_same(rig) -> None:
    """Order is the backend's affair; items come by descending id."""
    seen = []

    class Ordered(BaseExporter):
        def convert_data(self, data):
            seen.append(data["id"])
            return data

    action = in_parts(lambda lines: [part.reverse() for part in lines])
    expected = tree(rig.export(DELEGATED)["output_path"])
    found = rig.export(DELEGATED, type("Action", (action,), {"entrypoint": Ordered}), export_chunk_size=3)

    assert [7, 6, 5, 4, 3, 2, 1] == seen
    assert expected == tree(found["output_path"])


def test_a_file_of_the_bundle_that_lies_elsewhere_ends_the_export(rig) -> None:
    """contract.md 2.5: the reference client dies of it after its output was made; here nothing was."""

    def lead_out(lines):
        lines[0][2] = lines[0][2].replace(b'"files/', b'"../files/')

    fails(rig, BundleLineError, "Row 5: its bundle_path '../files/.* would leave the bundle", action=in_parts(lead_out))
