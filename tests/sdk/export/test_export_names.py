"""Names of files are a function of the set of rows, whatever the order in which rows come."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations, product
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.clock import SystemClock
from sdk.loggers import NoOpLogger
from sdk.plugins.actions.export import BaseExporter
from sdk.plugins.actions.export.errors import NameCollisionError
from sdk.plugins.actions.export.names import NameBook, comparison_of, folded, generated_name, label_name, leaf

# Few names, most of them such as clashes of others generate, so that chains of clashes are the rule.
file_names = st.sampled_from(
    [
        "a.jpg",
        "a__1.jpg",
        "a__2.jpg",
        "a__1__3.jpg",
        "a__2__1.jpg",
        "a",
        "a__1",
        ".a",
        "고양이.tar.gz",
        "고양이.tar__2.gz",
    ]
)
rows = st.dictionaries(st.integers(1, 5), file_names, max_size=5)


def expected_names(claims: dict[int, str], key=str) -> dict[int, str]:
    """Return the names by the rule's own words, over the whole set at once; ``key`` says which names are one."""

    def generated(row: int) -> str:
        path = PurePosixPath(claims[row])
        return f"{path.stem}__{row}{path.suffix}"

    displaced: set[int] = set()
    while True:
        taken = {key(generated(row)) for row in displaced}
        shared = {name for name, times in Counter(map(key, claims.values())).items() if times > 1}
        again = {row for row, name in claims.items() if key(name) in shared or key(name) in taken}
        if again == displaced:
            return {row: generated(row) if row in displaced else name for row, name in claims.items()}
        displaced = again


def exporter_in(path: Path) -> BaseExporter:
    """Return an exporter that has no export around it."""
    context = SimpleNamespace(logger=NoOpLogger(), clock=SystemClock(), client=None)
    return BaseExporter(context, iter(()), path, count=0)


@given(rows, st.randoms(use_true_random=False))
def test_files_are_named_by_the_set_of_rows_in_every_order(claims: dict[int, str], random) -> None:
    """Shards, pages and threads may bring the rows in any order; each row's content ends under the rule's name."""
    order = list(claims)
    random.shuffle(order)
    with TemporaryDirectory() as directory:
        exporter = exporter_in(Path(directory))
        for row in order:
            exporter.claim_path(Path(directory), claims[row], row).write_text(str(row), "utf-8")
        written = {int(file.read_text("utf-8")): file.name for file in Path(directory).iterdir()}

    assert expected_names(claims) == written


def test_four_rows_and_four_names_in_every_order() -> None:
    """Exhaustive where chains are short: all 256 claims in all 24 orders, files played by a dict."""
    for names in product(["a.jpg", "a__1.jpg", "a__2.jpg", "a__1__3.jpg"], repeat=4):
        claims = dict(enumerate(names, 1))
        expected = {name: row for row, name in expected_names(claims).items()}
        for order in permutations(claims):
            files: dict[str, int] = {}
            with NameBook() as book:
                for row in order:
                    placement = book.place("", claims[row], row)
                    for move in placement.moves:
                        assert move.new not in files
                        files[move.new] = files.pop(move.old)
                    assert placement.name not in files
                    files[placement.name] = row

            assert expected == files


spellings = st.sampled_from(
    ["a.jpg", "A.jpg", "A.JPG", "a__1.jpg", "A__1.jpg", "A__2.jpg", "a__1__3.jpg", "é.png", "e\u0301.png", "É.png"]
)


@given(st.dictionaries(st.integers(1, 5), spellings, max_size=5), st.randoms(use_true_random=False))
def test_names_that_the_file_system_holds_for_one_are_told_apart(claims: dict[int, str], random) -> None:
    """Where ``A.jpg`` and ``a.jpg`` are one file, neither overwrites the other; the directory is played by a dict."""
    order = list(claims)
    random.shuffle(order)
    files: dict[str, tuple[str, int]] = {}
    with NameBook(comparison=folded) as book:
        for row in order:
            placement = book.place("", claims[row], row)
            for move in placement.moves:
                assert folded(move.new) not in files
                files[folded(move.new)] = (move.new, files.pop(folded(move.old))[1])
            assert folded(placement.name) not in files
            files[folded(placement.name)] = (placement.name, row)

    assert expected_names(claims, folded) == {row: name for name, row in files.values()}


@given(st.dictionaries(st.integers(1, 5), spellings, max_size=5))
def test_where_case_tells_names_apart_so_do_we(claims: dict[int, str]) -> None:
    """The backend and buckets do; the law of names is the same whatever is spelt how."""
    with NameBook() as book:
        for row, name in claims.items():
            book.place("", name, row)
        found = {row: book.place("", name, row).name for row, name in claims.items()}

    assert expected_names(claims) == found


def test_a_file_system_is_asked_how_it_compares(tmp_path, monkeypatch) -> None:
    """By a file that is there for a moment; one that tells no case apart finds it under another spelling."""
    plain = comparison_of(tmp_path)
    exists = Path.exists
    monkeypatch.setattr(Path, "exists", lambda path: exists(path) or path.name == "pROBE-é")
    telling = comparison_of(tmp_path)

    assert ([], str, folded) == (list(tmp_path.iterdir()), plain, telling)


@given(rows)
def test_directories_do_not_know_each_other(claims: dict[int, str]) -> None:
    """A label and an original may have the same name; each directory has its own."""
    with NameBook() as book:
        for row, name in claims.items():
            book.place("elsewhere", name, row)
        last = {row: book.place("here", f"{row}.only", row).name for row in claims}

    assert {row: f"{row}.only" for row in claims} == last


@given(rows)
def test_asking_twice_changes_nothing(claims: dict[int, str]) -> None:
    """A hook that asks again for the same file is told the same path, and nobody moves."""
    with NameBook() as book:
        for row, name in claims.items():
            book.place("", name, row)
        again = {row: book.place("", name, row) for row, name in claims.items()}

    assert expected_names(claims) == {row: placement.name for row, placement in again.items()}
    assert all(not placement.moves for placement in again.values())


def test_a_row_whose_file_was_never_written_gives_way_all_the_same() -> None:
    """A failed download still has its name: names depend on rows, not on luck."""
    with TemporaryDirectory() as directory:
        exporter = exporter_in(Path(directory))
        exporter.claim_path(Path(directory), "a.jpg", 2)

        assert "a__1.jpg" == exporter.claim_path(Path(directory), "a.jpg", 1).name
        assert [] == list(Path(directory).iterdir())


def test_names_that_cannot_be_told_apart_are_refused() -> None:
    """Two generated names can be equal only where a name ends in a dot; better no file than one over the other."""
    with NameBook() as book:
        for row, name in ((5, "x__3."), (6, "x__3."), (3, "x.__5")):
            book.place("", name, row)
        with pytest.raises(NameCollisionError, match=r"Rows 5 and 3 would both write 'x__3\.__5'"):
            book.place("", "x.__5", 4)


@pytest.mark.parametrize(
    ("expected", "file_name"),
    [
        ("a.jpg", "a.jpg"),
        ("a.jpg", "folder/a.jpg"),
        ("a.jpg", "..\\..\\a.jpg"),
        (None, ""),
        (None, None),
        (None, 7),
        (None, "folder/.."),
        (None, "folder/"),
    ],
)
def test_a_file_name_is_its_last_segment(expected: str | None, file_name: object) -> None:
    """Names come from outside: no segment of theirs ever leads anywhere."""
    assert expected == leaf(file_name)


def test_a_label_is_named_after_its_original_or_its_row() -> None:
    """``a.tar.gz`` gives ``a.tar.json``; a row without a file goes by its id."""
    assert ["a.tar.json", "7.json"] == [label_name("a.tar.gz", 7), label_name(None, 7)]


@given(st.text(st.sampled_from("ab.é /"), max_size=6))
def test_the_stem_of_a_name_is_what_pathlib_calls_it(name) -> None:
    """Leading, trailing and repeated dots included; an exporter of a plugin's own may hand over a path."""
    assert f"{PurePosixPath(name).stem}.json" == label_name(name, 7)


def test_a_book_that_nobody_closed_may_be_collected_in_any_thread() -> None:
    """An exporter that is tried out by itself has a book in memory, and garbage is collected anywhere."""
    books = [NameBook()]
    with ThreadPoolExecutor(1) as pool:
        pool.submit(books.clear).result()


@pytest.mark.parametrize("row", ["../../x", "a/b", "a\\b", "/x", "x\0y"])
def test_an_id_of_a_plugins_own_never_leaves_its_folder(row) -> None:
    """Ids of the backend are numbers; those of a custom handler may be anything."""
    for name in (label_name(None, row), generated_name("a.json", row)):
        assert not set("/\\\0") & set(name)
