"""What each export must come to: the oracle's rows, with the habits of the version on the surface that it uses."""

from __future__ import annotations

import json
from itertools import product

import pytest

from contract_tests.conformance.cases import SMALL, TRAP, TWO, Backend, Case
from contract_tests.conformance.documents import REPEATED, ROWS, small, with_own_sidecars
from contract_tests.conformance.expectations import (
    applied_scope,
    expected,
    fetched_beside,
    ignored_keys,
    marks,
    surface,
)
from contract_tests.conformance.rows import client_rows
from contract_tests.conformance.targets import TARGETS, VERSION, VERSIONS
from contract_tests.conformance.versions import CLIENTS

OLD, NEW = CLIENTS["2026.1.128"], CLIENTS["2026.2.17"]
SMALL_DOCUMENT = small()
WAYS = [("delegated", OLD), ("in-process", OLD), ("in-process", NEW)]


def case(target, head, scope, **more) -> Case:
    """Return an export of the small document."""
    return Case("any", head, scope=scope, target=target, **{"originals": False, "backend": SMALL, **more})


def labels(asked, client) -> list[str]:
    """Return the names of the labels that an export of the small document must leave."""
    paths = expected(asked, client, SMALL_DOCUMENT).tree
    return sorted(path.removeprefix("labels/") for path in paths if path.startswith("labels/"))


def test_each_way_gives_the_filter_to_another_surface() -> None:
    """Jobs, the v2 list and the v1 list; the environment can send 1.128 from the second to the third."""
    whole = {"project": 1}
    assert ["job", "v2", "v1"] == [surface(case("task", head, whole), client) for head, client in WAYS]
    assert surface(case("task", "in-process", whole, forced_v1=True), OLD) == "v1"


@pytest.mark.parametrize(
    ("target", "scope", "lost"),
    [
        ("task", {"project": 1, "created__gte": "2026-01-15", "is_discarded": False}, {"created__gte"}),
        ("assignment", {"project": 1, "ids_ex": "1", "last_labeled__gte": "2026-01-15"}, {"ids_ex"}),
        ("ground_truth", {VERSION: 31, "category": "train"}, {"category"}),
        ("ground_truth", {VERSIONS: "31,32"}, {VERSIONS}),
    ],
)
def test_the_v2_list_loses_what_it_does_not_declare(target, scope, lost) -> None:
    """In process, 1.128 exports more than it is asked for, and the backend says which keys meant nothing."""
    in_process = case(target, "in-process", scope)
    assert {key: value for key, value in scope.items() if key not in lost} == applied_scope(in_process, OLD)
    assert lost == ignored_keys(in_process, OLD)
    for head, client in (WAYS[0], WAYS[2]):
        assert set() == ignored_keys(case(target, head, scope), client)
        assert len(scope) == len(applied_scope(case(target, head, scope), client))


def test_keys_of_the_wrong_number_widen_an_export_of_assignments() -> None:
    """``task`` and ``workshops`` are no keys of assignments anywhere: the whole project is exported (SYN-7574)."""
    for head in OLD.heads:
        asked = case("assignment", head, TRAP)
        assert {"project": 1} == applied_scope(asked, OLD)
        assert ROWS == len(labels(asked, OLD))
    assert {"task", "workshops"} == ignored_keys(case("assignment", "in-process", TRAP), OLD)
    noted = ignored_keys(case("assignment", "delegated", TRAP), OLD)
    assert {"task", "workshops", "filter.task", "filter.workshops"} == noted


def test_of_two_versions_the_v2_list_takes_the_last() -> None:
    """A list under the singular key goes as a repeated key: jobs and v1 add up, the v2 list takes one integer."""
    counts = [expected(case("ground_truth", head, TWO), client, SMALL_DOCUMENT).exported for head, client in WAYS]
    assert [ROWS + REPEATED, ROWS, ROWS + REPEATED] == counts


def test_events_of_one_ground_truth_write_over_each_other() -> None:
    """Both versions call an event by its ground truth: thirty rows leave twenty labels, the oldest event's."""
    for head, client in (WAYS[0], WAYS[2]):
        found = expected(case("ground_truth", head, TWO), client, SMALL_DOCUMENT)
        left = {path: row for path, row in found.owners.items() if path.startswith("labels/")}
        assert (ROWS + REPEATED, ROWS) == (found.exported, len(left))
        assert set(range(1_001, 1_001 + ROWS)) == set(left.values())
        assert "filename_collisions.json" not in found.tree


def test_a_label_without_a_file_is_named_by_ground_truth() -> None:
    """Events whose data units have no files, and all events where bulk answers name none."""
    for head, client in WAYS:
        assert [f"{number}.json" for number in range(401, 406)] == labels(
            case("ground_truth", head, {VERSION: 33}), client
        )
    assert "301.json" in labels(case("ground_truth", "in-process", {VERSION: 31}), OLD)
    assert "shot-001.json" in labels(case("ground_truth", "delegated", {VERSION: 31}), OLD)


@pytest.mark.parametrize("target", TARGETS)
def test_a_filled_manifest_gives_the_heads_one_tree(target) -> None:
    """With file names in bulk answers, 1.128 in process and delegated must leave the same bytes."""
    scope = {VERSION: 31} if target == "ground_truth" else {"project": 1}
    trees = [
        expected(case(target, head, scope, originals=True, backend=backend), OLD, SMALL_DOCUMENT).tree
        for head, backend in product(OLD.heads, [Backend("small", bulk_files_manifest=True)])
    ]
    assert trees[0] == trees[1]
    assert ROWS == sum(path.startswith("origin_files/") for path in trees[0])


def test_expired_urls_of_ground_truth_bring_the_newest_payload() -> None:
    """2.17 asks for them by a key that events do not have; of other targets nothing is lost."""
    newest = client_rows(SMALL_DOCUMENT, {}, "ground_truth")[0].data
    for target in TARGETS:
        scope = {VERSION: 31} if target == "ground_truth" else {"project": 1}
        found = expected(case(target, "in-process", scope, expires=True), NEW, SMALL_DOCUMENT)
        foreign = sum(json.loads(content) == newest for content in found.tree.values())
        assert (12 if target == "ground_truth" else 0) == foreign
        assert ({"id"} if target == "ground_truth" else set()) == ignored_keys(
            case(target, "in-process", scope, expires=True), NEW
        )


def test_an_export_that_must_be_refused_leaves_nothing() -> None:
    """Where an error is expected, no file is."""
    asked = case("assignment", "in-process", TRAP, refused="Unsupported", asks_for_rows=False)
    assert {} == expected(asked, NEW, SMALL_DOCUMENT).tree
    assert {"count probe"} == marks(asked, NEW, SMALL_DOCUMENT)


@pytest.mark.parametrize(
    ("head", "client", "more", "due"),
    [
        ("delegated", OLD, {}, {"count probe", "job", "stream", "project"}),
        ("delegated", OLD, {"jobs": 2}, {"count probe", "id scan", "job", "stream", "project"}),
        ("in-process", OLD, {}, {"count probe", "v2 list", "bulk", "payload", "project"}),
        ("in-process", OLD, {"refused": "data_unit_id"}, {"count probe", "v2 list"}),
        ("in-process", OLD, {"forced_v1": True}, {"count probe", "page walk", "project"}),
        ("in-process", NEW, {}, {"count probe", "cursor walk", "payload", "project"}),
        ("in-process", NEW, {"expires": True}, {"count probe", "cursor walk", "payload", "reissue", "project"}),
        ("in-process", NEW, {"backend": Backend("small", inline=("task",))}, {"count probe", "cursor walk", "project"}),
    ],
)
def test_every_way_leaves_its_own_marks(head, client, more, due) -> None:
    """What the journal must show is what contract.md says that this head of this version asks for."""
    assert due == marks(case("task", head, {"project": 1}, **more), client, SMALL_DOCUMENT)


@pytest.mark.parametrize(
    ("scope", "found"), [({VERSION: 31}, True), ({VERSION: 33}, False), (TWO, False), ({VERSIONS: "31"}, False)]
)
def test_the_project_of_ground_truth_is_found_by_one_version(scope, found) -> None:
    """Through the dataset of a version under the singular key, if that dataset has a project (SYN-7303)."""
    for head, client in WAYS:
        assert found is ("project" in marks(case("ground_truth", head, scope), client, SMALL_DOCUMENT))


def test_small_payloads_come_without_a_url() -> None:
    """An export whose payloads all lie in the rows fetches none by URL."""
    scope = {"project": 1, "id__gt": ROWS - 8}
    assert {"count probe", "cursor walk", "project"} == marks(case("task", "in-process", scope), NEW, SMALL_DOCUMENT)


def test_walking_ground_truth_downloads_every_file() -> None:
    """1.128 always, 2.17 when originals are saved; no other target and no other surface does (SYN-7573)."""
    document = with_own_sidecars(SMALL_DOCUMENT, "t0")
    every = {f"meta-t0-{number}-meta.json" for number in range(1, ROWS + 1)}
    events = {"target": "ground_truth", "scope": {VERSION: 31}}
    found = {
        (client.version, head, originals, forced): fetched_beside(
            case(head=head, originals=originals, forced_v1=forced, **events), client, document
        )
        for (head, client), originals, forced in product(WAYS, (True, False), (True, False))
        if not forced or (client is OLD and head == "in-process")
    }
    downloading = {way for way, names in found.items() if names}
    assert {
        (OLD.version, "in-process", True, True),
        (OLD.version, "in-process", False, True),
        (NEW.version, "in-process", True, False),
    } == downloading
    assert all(found[way] == every for way in downloading)
    assert not fetched_beside(case("task", "in-process", {"project": 1}, originals=True), NEW, document)
