"""Bundles: read in any order, line by line, and never believed."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.plugins.actions.export.bundle import Bundle, PartFile
from sdk.plugins.actions.export.errors import BundleLineError, BundlePartError, RepeatedRowError
from sdk.plugins.actions.export.items import bundle_item, chosen_file
from sdk.plugins.actions.export.lines import leading_key, payload_text
from sdk.plugins.actions.export.manifest import Manifest, Part
from sdk.storage.file_system import FileSystemStorage


def line(number: int, style: int = 0, key: str = "id") -> bytes:
    """Return a row's line in one of the ways in which JSON may be written; events of two rows share an ``id``."""
    who = {"id": number} if key == "id" else {"id": number // 2, key: number}
    row = who | {"data": {"값": f"{number}\n"}, "files_manifest": {}}
    if style == 1:
        row = dict(reversed(row.items()))  # the id comes last
    text = json.dumps(row, ensure_ascii=style == 2, separators=(",", ":") if style == 3 else None)
    return text.encode() + (b"\r\n\n" if style == 4 else b"\n")


@contextmanager
def bundle(*parts: bytes, declared=None, key="id"):
    """Write parts and open them as a bundle."""
    with TemporaryDirectory() as directory:
        files = []
        for number, body in enumerate(parts):
            file = Path(directory) / f"{number}.jsonl"
            file.write_bytes(body)
            files.append(PartFile(f"task/{number}.jsonl", declared, file))
        opened = Bundle(tuple(files), Path(directory), key)
        try:
            yield opened
        finally:
            opened.close()


ids_of_parts = st.lists(st.integers(-5, 60), unique=True, max_size=15).flatmap(
    lambda ids: st.lists(st.integers(0, len(ids)), max_size=3).map(
        lambda cuts: [ids[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), len(ids)], strict=True)]
    )
)


@given(ids_of_parts, st.integers(0, 4), st.sampled_from(["id", "pgh_id"]))
def test_rows_come_in_descending_order_whatever_the_order_of_lines(parts, style, key) -> None:
    """Shards finish when they finish; ``convert_data`` must not notice (the item parity of both heads)."""
    expected = sorted((number for part in parts for number in part), reverse=True)
    with bundle(*(b"".join(line(number, style, key) for number in part) for part in parts), key=key) as opened:
        scan = opened.scan()
        if not scan.is_descending:
            opened.index()

        assert [len(part) for part in parts] == list(scan.counts)
        assert (expected == [number for part in parts for number in part]) == scan.is_descending
        assert expected == list(opened.ids())
        assert [(number, {"값": f"{number}\n"}) for number in expected] == [
            (row["id"], row["data"]) for row in opened.rows()
        ]


@given(st.lists(st.integers(1, 6), min_size=2, max_size=9).filter(lambda ids: len(set(ids)) < len(ids)))
def test_a_row_that_comes_twice_is_named_with_both_places(ids) -> None:
    """No id may repeat, neither in one part nor across parts."""
    first, second = next((ids.index(n), at) for at, n in enumerate(ids) if n in ids[:at])
    half = len(ids) // 2
    parts = [ids[:half], ids[half:]]
    place = [
        f"line {at + 1 - (half if at >= half else 0)} of part 'task/{int(at >= half)}.jsonl'" for at in (first, second)
    ]
    with bundle(*(b"".join(map(line, part)) for part in parts)) as opened:
        assert not opened.scan().is_descending
        with pytest.raises(RepeatedRowError) as refusal:
            opened.index()

    assert f"The bundle holds row {ids[second]} twice: in {place[0]} and in {place[1]}." == str(refusal.value)


@pytest.mark.parametrize(
    ("sentence", "broken"),
    [
        ("is no JSON", b'{"id": 3, "data": {"a": 1}'),
        ("begins as row 3", b'{"id": 3, "data": {"a\xff": 1}, "files_manifest": {}}'),
        ("is a JSON list", b"[1]"),
        ("has the id None", b'{"data": 1}'),
        ("has the id True", b'{"id": true, "data": 1}'),
        ("row 3, has no data", b'{"id": 3}'),
        ("is row 4 where row 3 was seen before", b'{"id": 3, "data": 1, "id": 4}'),
    ],
)
def test_a_line_that_cannot_be_read_is_named_by_part_and_number(sentence: str, broken: bytes) -> None:
    """A corrupt line is an error, wherever it stands; the line's number makes it findable."""
    with bundle(line(9), line(5) + broken + b"\n" + line(1)) as opened, pytest.raises(BundleLineError) as refusal:
        list(opened.scan() and opened.rows())

    assert "ine 2 of the bundle's part 'task/1.jsonl'" in str(refusal.value)
    assert sentence in str(refusal.value)


@pytest.mark.parametrize(
    ("sentence", "broken"),
    [
        ("of ground truth 3, has the pgh_id None; a whole number is needed", b'{"id": 3, "data": 1}'),
        ("of ground truth None, has the pgh_id '5'", b'{"pgh_id": "5", "data": 1}'),
        ("is row 4 where row 5 was seen before", b'{"id": 3, "pgh_id": 5, "data": 1, "pgh_id": 4}'),
        ("row 5, has no data", b'{"id": 3, "pgh_id": 5}'),
        ("is no JSON", b'{"id": 3, "pgh_id": 5, "data": }'),
        ("begins as row 5", b'{"id": 3, "pgh_id": 5, "data": }'),
    ],
)
def test_a_line_of_ground_truth_is_identified_by_its_event(sentence: str, broken: bytes) -> None:
    """``id`` is the ground truth's and repeats; a line without ``pgh_id`` could be any of its events."""
    lines = line(9, key="pgh_id"), broken + b"\n" + line(1, key="pgh_id")
    with bundle(*lines, key="pgh_id") as opened, pytest.raises(BundleLineError) as refusal:
        list(opened.scan() and opened.rows())

    assert "ine 1 of the bundle's part 'task/1.jsonl'" in str(refusal.value)
    assert sentence in str(refusal.value)


@given(
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.integers(-(10**18) + 1, 10**18 - 1),
    st.sampled_from(["", " ", "\t"]),
    st.sampled_from([",", "}"]),
)
def test_what_identifies_a_row_is_read_without_parsing_the_line(truth, event, gap, end) -> None:
    """What the backend writes first is enough; anything else is parsed."""
    start = f'{gap}{{{gap}"id"{gap}:{gap}{truth}{gap}'
    both = f'{start},{gap}"pgh_id"{gap}:{gap}{event}{gap}{end}'.encode()

    assert truth == leading_key(f"{start}{end}".encode(), "id")
    assert event == leading_key(both, "pgh_id")
    assert leading_key(f"{start}{end}".encode(), "pgh_id") is None
    assert leading_key(f'{{"pgh_id": {event}, "id": {truth}}}'.encode(), "pgh_id") is None


def test_a_part_that_is_not_there_is_named(tmp_path) -> None:
    """contract.md 2.5: every part must exist before anything is read."""
    manifest = Manifest("p", "", 1, (Part("task/part-00001.jsonl", 1),))

    with pytest.raises(BundlePartError, match=r"'task/part-00001\.jsonl' is not in the storage"):
        Bundle.open(FileSystemStorage(tmp_path), manifest, tmp_path)


def test_a_part_behind_a_link_out_of_the_storage_is_refused(tmp_path) -> None:
    """The guard looks at where a path leads, not only at how it is spelt."""
    (tmp_path / "secret.jsonl").write_bytes(line(1))
    root = tmp_path / "root"
    (root / "p").mkdir(parents=True)
    (root / "p" / "part.jsonl").symlink_to(tmp_path / "secret.jsonl")

    with pytest.raises(Exception, match="leads through a link out of the root"):
        Bundle.open(FileSystemStorage(root), Manifest("p", "", 1, (Part("part.jsonl", 1),)), tmp_path)


entry = st.fixed_dictionaries(
    {"file_name_original": st.sampled_from(["a.json", "b.jpg"])}, optional={"is_primary": st.booleans()}
)


@given(st.dictionaries(st.text(max_size=3), entry, max_size=4), st.booleans())
def test_the_file_of_an_item_is_the_primary_else_the_first(files, as_list) -> None:
    """contract.md 2.5; some surfaces show the files as a list (incidents.md 5, SYN-7255)."""
    entries = list(files.values())
    expected = ([e for e in entries if e.get("is_primary")] + entries + [None])[0]

    assert expected == chosen_file(entries if as_list else files)


def test_a_bundled_file_is_addressed_by_its_place_in_the_storage() -> None:
    """Only the URL differs from what the other head hands over."""
    entries = {"image_1": {"file_name_original": "a.jpg", "is_primary": 1, "url": "http://x", "bundle_path": "files/1"}}
    row = {"id": 1, "data": None, "files_manifest": entries}

    expected = {
        "id": 1,
        "data": None,
        "files": {"file_name_original": "a.jpg", "is_primary": True, "url": "pre/fix/files/1"},
    }

    assert expected == bundle_item(row, "pre/fix")


@pytest.mark.parametrize("path", ["../x", "/etc/passwd", "files/../../x", "a\\..\\..\\x"])
def test_a_bundled_file_that_lies_elsewhere_is_refused_with_its_row(path: str) -> None:
    """contract.md 2.5, traversal guard on ``bundle_path``."""
    row = {"id": 4, "data": None, "files_manifest": {"image_1": {"bundle_path": path}}}

    with pytest.raises(BundleLineError, match=r"Row 4: its bundle_path .* would leave the bundle"):
        bundle_item(row, "prefix")


def test_what_a_line_declares_beside_a_wrapper_is_declared_for_it() -> None:
    """Size and digest are checked wherever the backend puts them; what the wrapper says itself goes first."""
    wrapper = {"mode": "presigned", "presigned_url": "http://x", "size": 3}
    row = {"id": 1, "data": wrapper, "size": 4, "data_digest": "ab"}

    assert {**wrapper, "data_digest": "ab"} == bundle_item(row, "p")["data"]
    assert {"a": 1} == bundle_item({"id": 1, "data": {"a": 1}, "size": 4}, "p")["data"]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3) | st.just("data"), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(json_values, json_values, st.integers(0, 3), st.booleans(), st.sampled_from(["", " ", "\t \r"]))
def test_the_text_of_a_payload_is_found_wherever_it_stands(payload, other, at, escaped, gap) -> None:
    """A digest is of the bytes that stand in the line, not of what they mean."""
    wanted = json.dumps(payload, ensure_ascii=escaped)
    members = [f'"{name}"{gap}:{gap}{json.dumps(other)}{gap}' for name in ("id", "files_manifest", "x")]
    members.insert(at, f'"data"{gap}:{gap}{wanted}{gap}')
    text = f"{gap}{{{gap}{f',{gap}'.join(members)}}}\n"

    assert wanted.encode() == payload_text(text.encode())


@given(json_values, json_values, st.booleans(), st.sampled_from(["", " ", "\t \r"]))
def test_the_text_of_a_payload_is_found_where_the_backend_writes_it(payload, other, event, gap) -> None:
    """Behind the keys; what comes after it may hold its name, as a value or as a part of another."""
    wanted = json.dumps(payload, ensure_ascii=False)
    keys = '"id": 3, "pgh_id": 4' if event else '"id": 3'
    rest = json.dumps({"metadata": other, "x": "data", "y": {"data": other}})[1:-1]
    text = f'{gap}{{{keys}, "data"{gap}:{gap}{wanted}{gap},{gap}{rest}}}\n'

    assert wanted.encode() == payload_text(text.encode())


@pytest.mark.parametrize("name", ["data", "d\\u0061ta", "\\u0064ata"])
@pytest.mark.parametrize(
    "first", ['"data": 1, "id": 3', '"id": 3, "data": 1', '"id": 3, "pgh_id": 4, "data": {"data": 0}']
)
def test_the_last_of_two_payloads_is_the_one_that_counts(first, name) -> None:
    """As in what the line is parsed into, however the name is spelt."""
    text = f'{{{first}, "x": [], "{name}": 2}}'

    assert 2 == json.loads(text)["data"]
    assert b"2" == payload_text(text.encode())


@pytest.mark.parametrize("shuffled", [False, True])
def test_only_payloads_in_lines_that_declare_something_are_checked(shuffled) -> None:
    """A wrapper is checked when its payload has come; the real backend declares nothing beside an inline payload."""
    wrapper = {"mode": "presigned", "presigned_url": "http://x"}
    rows = [
        {"id": 4, "data": {"a": 1}},
        {"id": 3, "data": {"a": 1}, "data_digest": "ab"},
        {"id": 2, "data": wrapper, "data_digest": "ab", "size": 3},
        {"id": 1, "data": None, "size": 3},
    ]
    lines = [json.dumps(row).encode() + b"\n" for row in rows]
    seen = []
    with bundle(b"".join(reversed(lines) if shuffled else lines)) as opened:
        if shuffled:
            opened.index()
        found = list(opened.rows(lambda number, text, row: seen.append((number, text, row))))

    assert rows == found
    assert [(3, b'{"a": 1}', rows[1]), (1, b"null", rows[3])] == seen
