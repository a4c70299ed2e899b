"""No path leaves a storage (contract.md 2.5, traversal guard)."""

from __future__ import annotations

import ntpath
import posixpath
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.storage import UnsafePathError, checked_path
from sdk.storage.file_system import FileSystemStorage
from sdk.storage.paths import file_path

segments = st.sampled_from(["..", ".", "", "a", "b c", "한글", "...", "..a", "a..", "C:", "c"])
separators = st.sampled_from(["/", "\\"])


@given(st.lists(st.tuples(segments, separators), max_size=6), segments)
def test_a_path_that_passes_stays_below_its_root(pairs, last) -> None:
    """With either separator read as one, the way never goes up, and never begins at the top."""
    path = "".join(f"{segment}{separator}" for segment, separator in pairs) + last
    try:
        passed = checked_path(path)
    except UnsafePathError:
        assert ".." in re.split(r"[/\\]", path) or re.match(r"(\./+)*([/\\]|[A-Za-z]:)", path)
        return

    assert passed == checked_path(passed)
    assert posixpath.commonpath(["/root", posixpath.normpath(f"/root/{passed}")]) == "/root"
    assert ntpath.commonpath(["R:\\root", ntpath.normpath(ntpath.join("R:\\root", passed))]) == "R:\\root"


@pytest.mark.parametrize(
    "path",
    [
        "..",
        "a/..",
        "../a",
        "a/../../b",
        "a\\..\\b",
        "..\\a",
        "a/..\\b",
        "/a",
        "\\a",
        "//a",
        "C:\\a",
        "c:a",
        "a\0b",
        "\0",
    ],
)
def test_each_way_out_is_refused_with_the_path_that_was_given(path) -> None:
    """``..`` between separators of either kind, absolute paths of either system, NUL."""
    with pytest.raises(UnsafePathError) as refusal:
        checked_path(path)

    assert repr(path) in str(refusal.value)
    assert path == refusal.value.path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        ("a/./b//c/", "a/b/c"),
        ("a..b/...", "a..b/..."),
        ("a\\b", "a\\b"),
        ("한글/파일 1.json", "한글/파일 1.json"),
    ],
)
def test_what_only_looks_odd_passes(path, expected) -> None:
    """Dots in names, a backslash in a name, Hangul."""
    assert expected == checked_path(path)


@pytest.mark.parametrize("path", ["", ".", "./", "//"[1:] + "."])
def test_the_root_itself_is_no_file_and_no_tree_to_remove(path) -> None:
    """``delete_tree("")`` would be the storage."""
    with pytest.raises(UnsafePathError):
        file_path(path)


@pytest.fixture
def escape(tmp_path):
    """A storage with links that lead out of it, in it, and in circles."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.txt").write_text("secret")
    root = tmp_path / "root"
    (root / "inside").mkdir(parents=True)
    (root / "inside" / "file.txt").write_text("fine")
    (root / "out").symlink_to(outside)
    (root / "out-file").symlink_to(outside / "secret.txt")
    (root / "alias").symlink_to(root / "inside")
    (root / "circle").symlink_to(root / "circle")
    return FileSystemStorage(root), outside


ACTS = [
    pytest.param(lambda storage, path: storage.open_binary(path), id="open_binary"),
    pytest.param(lambda storage, path: storage.read_range(path, 0, 1), id="read_range"),
    pytest.param(lambda storage, path: storage.size(path), id="size"),
    pytest.param(lambda storage, path: storage.exists(path), id="exists"),
    pytest.param(lambda storage, path: storage.write_bytes(path, b"x"), id="write_bytes"),
    pytest.param(lambda storage, path: storage.delete_tree(path), id="delete_tree"),
    pytest.param(lambda storage, path: storage.local_path(path), id="local_path"),
    pytest.param(lambda storage, path: list(storage.list(path)), id="list"),
]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(
    "path", ["out/secret.txt", "out/new.txt", "out", "out-file", "circle", "circle/x", "../outside"]
)
def test_a_link_that_leads_out_is_refused_by_every_method(escape, act, path) -> None:
    """Nothing outside is read, written, listed or removed."""
    storage, outside = escape

    with pytest.raises(UnsafePathError):
        act(storage, path)
    assert ["secret.txt"] == [entry.name for entry in outside.iterdir()]
    assert "secret" == (outside / "secret.txt").read_text()


def test_a_link_that_stays_inside_is_a_name_like_another(escape) -> None:
    """Storages have links of their own."""
    storage, _ = escape

    assert b"fine" == storage.read_range("alias/file.txt", 0, 9)
    assert 1 == storage.delete_tree("alias")
    assert storage.exists("inside/file.txt")


def test_removing_a_tree_removes_its_links_and_not_what_they_lead_to(tmp_path) -> None:
    """A link inside of what is removed may lead anywhere; it goes, its target stays."""
    root, outside = tmp_path / "root", tmp_path / "outside"
    (root / "tree").mkdir(parents=True)
    outside.mkdir()
    (outside / "kept").write_text("x")
    (root / "tree" / "link").symlink_to(outside)

    FileSystemStorage(root).delete_tree("tree")
    assert [] == list(root.iterdir())
    assert (outside / "kept").exists()
