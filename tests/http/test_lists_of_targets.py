"""Lists and bulk calls of the three targets, where they are alike and where each has traps of its own."""

from __future__ import annotations

import hashlib

import pytest

from fake_backend import FakeBackend, Refusal, Settings
from tests.http.small_backend import Caller
from tests.http.three_targets import CREATED, DOCUMENT, LARGE, OURS, PATHS, THEIRS, VERSIONS, three_targets

TARGETS = list(PATHS)


@pytest.fixture
def backend():
    """Yield the open backend of three targets."""
    with FakeBackend(seed=three_targets()) as running:
        yield running


def walk(caller, path, target):
    """Return the keys of all pages in their order."""
    keys = []
    while path:
        body = caller.get(path).json()
        keys += [row[PATHS[target].key] for row in body.get("results", body.get("data"))]
        path = body["next"] if "next" in body else body["meta"]["pagination"]["next_cursor"]
    return keys


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("size", [2, 5, 100])
def test_every_way_of_paging_meets_every_row_of_the_tenant_once(acme, target, size) -> None:
    """By number, by cursor and in v2, by the key and by instants that repeat; another tenant's rows do not exist."""
    paths, expected = PATHS[target], sorted(OURS[target])
    for order in (f"-{paths.key}", paths.key, "-created", "created"):
        found = [
            walk(acme, f"{paths.v1}?page_size={size}&ordering={order}", target),
            walk(acme, f"{paths.v1}?page_size={size}&ordering={order}&pagination=cursor", target),
            walk(acme, f"{paths.v2}?per_page={size}&sort={order}", target),
        ]
        assert [expected] * 3 == [sorted(keys) for keys in found]
        assert found[0] == found[1] == found[2]
        if "created" not in order:
            assert sorted(expected, reverse=order.startswith("-")) == found[0]


@pytest.mark.parametrize(
    ("versions", "size"), [("11", 2), ("12", 2), ("11,12", 3), ("12, 11", 1), ("13", 2), ("19", 2)]
)
def test_events_of_several_versions_come_once_and_by_key(acme, versions, size) -> None:
    """An event in two of the versions is one row; an empty version and another tenant's have none."""
    wanted = {pgh for version in versions.split(",") for pgh in VERSIONS[int(version)]} - {THEIRS["ground_truth"]}
    expected = sorted(wanted, reverse=True)
    path = f"/sdk/ground_truth_events/?ground_truth_dataset_versions={versions}&page_size={size}"

    assert expected == walk(acme, path, "ground_truth")
    assert expected == walk(acme, f"{path}&pagination=cursor", "ground_truth")
    assert expected[::-1] == walk(acme, f"{path}&pagination=cursor&ordering=pgh_id", "ground_truth")
    assert len(expected) == acme.get(path).json()["count"]
    assert set(expected) == set(walk(acme, f"{path}&pagination=cursor&ordering=created", "ground_truth"))


V1_ASSIGNMENTS = ("/sdk/assignments/", "ids=101-105")
V1_EVENTS = ("/sdk/ground_truth_events/", "ids=980,990")
V2_ASSIGNMENTS = ("/v2/assignments/", "project=3")
V2_EVENTS = ("/v2/ground-truth-events/", "pgh_obj_id__in=1")


@pytest.mark.parametrize(
    ("listed", "key"),
    [
        (V1_ASSIGNMENTS, "task"),  # the plural is the key: SYN-7574
        (V1_ASSIGNMENTS, "workshops"),  # the singular is the key: SYN-7574
        (V1_ASSIGNMENTS, "has_data"),  # SYN-7545
        (V1_ASSIGNMENTS, "created_after"),  # SYN-7398
        (V1_EVENTS, "ground_truth_dataset_version"),  # the plural is the key: SYN-7385
        (V1_EVENTS, "pgh_id__lt"),  # SYN-7544
        (V1_EVENTS, "id__in"),
        (V1_EVENTS, "id"),
        (V1_EVENTS, "project"),
        (V2_ASSIGNMENTS, "ids"),
        (V2_ASSIGNMENTS, "search"),
        (V2_EVENTS, "ground_truth_dataset_versions"),
        (V2_EVENTS, "category"),
        (("/v2/tasks/", "project=3"), "status_label"),
        (("/v2/ground-truth-datasets/", "project=1"), "name"),
    ],
)
def test_a_key_that_a_list_does_not_declare_is_ignored_and_noted(acme, backend, listed, key) -> None:
    """The same rows as without it, and nobody but the journal says so; a declared key beside it still counts."""
    path, declared = listed

    def ids(query):
        body = acme.get(f"{path}?{query}").json()
        return [row["id"] for row in (body["results"] if "results" in body else body["data"])]

    assert ids("") == ids(f"{key}=1")
    assert (key,) == list(backend.journal)[-1].ignored
    assert ids(declared) == ids(f"{key}=1&{declared}")
    assert 0 < len(ids(declared)) < len(ids(""))


def test_an_assignment_shows_the_one_file_that_is_chosen(acme) -> None:
    """The first primary file, whatever stands before it, with the columns of contract.md 3.2; no unit, no file."""
    row = acme.get("/sdk/assignments/?id=104").json()["results"][0]
    lone = acme.get("/sdk/assignments/?id=111").json()["results"][0]  # of the task without a data unit

    assert (1, 1, 1, 50) == (row["project"], row["task"], row["user"], row["workshop"])
    assert ("사진 1.jpg", True) == (row["file"]["file_name_original"], row["file"]["is_primary"])
    assert b"image" == acme.get(row["file"]["url"], headers={"Authorization": None}).content
    assert (1, None) == (row["data_unit"], row["label_submitted"])
    assert (3, 8, None, None) == (lone["project"], lone["task"], lone["file"], lone["data_unit"])


@pytest.mark.parametrize("target", ["assignment", "ground_truth"])
def test_expand_shows_the_data_unit_in_full(acme, target) -> None:
    """Repeated or as a comma list; names that nothing stands behind mean nothing."""
    path = PATHS[target].v1
    for expand in ("expand=data_unit&expand=data", "expand=data,data_unit"):
        unit = acme.get(f"{path}?page_size=1&ordering={PATHS[target].key}&{expand}").json()["results"][0]["data_unit"]
        assert ["id", "name", "width", "height", "files"] == list(unit)
        assert ["sidecar", "image_1"] == list(unit["files"])


def test_an_event_is_not_its_ground_truth(acme) -> None:
    """``id`` is that of the ground truth and repeats; ``pgh_id`` is the row's own; files go by specification."""
    rows = acme.get("/sdk/ground_truth_events/?ground_truth=2&ordering=pgh_id").json()["results"]

    assert [(2, 2, 980, "insert"), (2, 2, 981, "update")] == [
        (row["id"], row["pgh_obj_id"], row["pgh_id"], row["pgh_label"]) for row in rows
    ]
    assert [CREATED[2], CREATED[0]] == [row["created"] for row in rows] == [row["pgh_created_at"] for row in rows]
    assert (1, None, "train", ["car", "bus"]) == (
        rows[1]["ground_truth_dataset"],
        rows[1]["task"],
        rows[1]["category"],
        rows[1]["classes"],
    )
    assert ["sidecar", "image_1"] == list(rows[0]["files"])
    assert "사진 2.jpg" == rows[0]["files"]["image_1"]["file_name_original"]


def test_fields_choose_what_is_shown(acme) -> None:
    """``id`` of an event is its ground truth's; the key can be had beside it."""
    asked = "/sdk/ground_truth_events/?ids=960-961&fields="

    assert [{"id": 4}, {"id": 4}] == acme.get(f"{asked}id").json()["results"]
    assert [961, 960] == [row["pgh_id"] for row in acme.get(f"{asked}pgh_id,created").json()["results"]]
    assert {"pgh_id", "created"} == set(acme.get(f"{asked}pgh_id,created").json()["results"][0])
    assert [{"id": 103}] == acme.get("/sdk/assignments/?ids=103&fields=id").json()["results"]


@pytest.mark.parametrize("path", ["/sdk/assignments/?fields=id,created", "/sdk/ground_truth_events/?fields=pgh_id"])
def test_a_page_without_payloads_reads_none(acme, backend, path) -> None:
    """What is not asked for is not read, in page mode and in cursor mode: payloads are most of a row."""
    read = []
    from sqlalchemy import event

    event.listen(
        backend._world.database._engine, "before_cursor_execute", lambda *said: read.append(said[2]), named=False
    )
    acme.get(path)
    acme.get(f"{path}&pagination=cursor")
    acme.get(path.partition("?")[0])

    with_payload = [sql for sql in read if "payload" in sql]
    assert 1 == len(with_payload)


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_that_is_left_out_sends_its_payloads_inline(target) -> None:
    """``response_mode=presigned`` has no effect in its v1 list, and keeps its effect elsewhere (SYN-7535)."""
    paths = PATHS[target]
    key = next(key for key in OURS[target] if key % 2)  # a large one
    for left_out in (False, True):
        others = frozenset(TARGETS) - ({target} if left_out else set())
        with FakeBackend(seed=three_targets(), settings=Settings(presigned_targets=others)) as backend:
            acme = Caller(backend, backend.tokens["acme"].headers)
            listed = acme.get(f"{paths.v1}?ids={key}&response_mode=presigned").json()["results"][0]["data"]
            bulk = acme.post(f"{paths.bulk}?response_mode=presigned", json={paths.keys: [key]}).json()["data"][0]
            acme.session.close()
        assert left_out == ("presigned_url" not in listed)
        assert left_out == (listed.get("pad") == LARGE)
        assert "presigned" == bulk["data"]["mode"]


@pytest.mark.parametrize("target", TARGETS)
def test_bulk_keeps_the_order_drops_strangers_and_stops_at_200(acme, globex, target) -> None:
    """As for tasks (SYN-7418): also a row of another tenant is dropped without a word."""
    paths, ours = PATHS[target], OURS[target]
    asked = [ours[3], THEIRS[target], ours[0], 123_456, ours[5], ours[3]]
    expected = [ours[3], ours[0], ours[5], ours[3]]
    for mode in ("", "?response_mode=presigned"):
        rows = acme.post(f"{paths.bulk}{mode}", json={paths.keys: asked}).json()["data"]
        assert expected == [row[paths.key] for row in rows]
        assert {None} == {row["files_manifest"] for row in rows}
    assert [] == globex.post(paths.bulk, json={paths.keys: ours}).json()["data"]

    assert 200 == acme.post(paths.bulk, json={paths.keys: [ours[0]] * 200}).status_code
    refused = acme.post(paths.bulk, json={paths.keys: list(range(201))})
    assert (400, "ids_limit_exceeded") == (refused.status_code, refused.json()["error"]["code"])
    assert paths.keys == refused.json()["error"]["details"][0]["field"]
    assert 400 == acme.post(paths.bulk, json={"keys": [1]}).status_code


def test_bulk_data_is_the_slim_row_with_payload_and_files(acme) -> None:
    """Size and digest are those of the payload's bytes; files tell neither name nor flag (contract.md 6)."""
    slim = next(row for row in acme.get("/v2/ground-truth-events/").json()["data"] if row["pgh_id"] == 981)
    row = acme.post("/v2/ground-truth-events/bulk-data/?response_mode=presigned", json={"pgh_ids": [981]}).json()
    row = row["data"][0]
    body = acme.get(row["data"]["presigned_url"], headers={"Authorization": None}).content

    assert slim == {name: row[name] for name in slim}
    assert (len(body), hashlib.sha256(body).hexdigest()) == (slim["data_size"], slim["data_digest"])
    assert ("application/json", 1, 2) == (slim["data_content_type"], slim["ground_truth_dataset_id"], slim["id"])
    assert {"url", "meta"} == set(row["files"]["image_1"])


def test_slim_rows_have_the_fields_that_clients_require(acme) -> None:
    """OpenAPI: all of them required; the payload is in none."""
    assignment = next(row for row in acme.get("/v2/assignments/").json()["data"] if row["id"] == 102)

    assert {
        "id": 102,
        "user_id": 1,
        "task_id": 7,
        "project_id": 1,
        "status_label": "stand_by",
        "status_review": "stand_by",
        "is_confirmed": False,
        "is_discarded": False,
        "created": CREATED[0],
    } == assignment
    assert not any("data" in row for row in acme.get("/v2/ground-truth-events/").json()["data"])


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("ground_truth_dataset=1", {pgh for pgh in OURS["ground_truth"] if pgh < 2000}),
        ("ground_truth_dataset=2", {2000}),
        ("ground_truth_dataset=9", set()),
        ("ground_truth_dataset_version=12", set(VERSIONS[12])),
        ("ground_truth_dataset_version=19", set()),
        ("project=1", {pgh for pgh in OURS["ground_truth"] if pgh < 2000}),
        ("project=2", set()),
        ("pgh_obj_id__in=1,8", {990, 991, 2000}),
        ("pgh_obj_id__in=1&ground_truth_dataset_version=11", {990}),
    ],
)
def test_the_second_list_of_events_has_four_filters(acme, query, expected) -> None:
    """By dataset, by one version, by the dataset's project, by ground truths (OpenAPI)."""
    assert expected == set(walk(acme, f"/v2/ground-truth-events/?per_page=3&{query}", "ground_truth"))


def test_the_second_list_of_assignments_takes_ranges_of_instants_with_both_ends(acme) -> None:
    """``_after`` and ``_before`` are declared there and include their instant; null is in no range."""
    query = f"label_submitted_after={CREATED[1]}&label_submitted_before={CREATED[1]}"
    expected = {row["id"] for row in DOCUMENT["assignments"] if row.get("label_submitted") == CREATED[1]}

    assert expected
    assert expected == set(walk(acme, f"/v2/assignments/?{query}", "assignment"))


def test_a_version_leads_to_its_dataset_and_the_dataset_to_its_project(acme, globex) -> None:
    """The two calls of contract.md 2.2, row 7; a dataset without a project says null (SYN-7303)."""
    version = acme.get("/ground_truth_dataset_versions/12/").json()
    dataset = acme.get(f"/v2/ground-truth-datasets/{version['ground_truth_dataset']}/").json()["data"]

    assert {"id": 12, "ground_truth_dataset": 1, "name": "v2", "is_released": True} == version
    assert (1, "golden", 1) == (dataset["id"], dataset["name"], dataset["project_id"])
    assert isinstance(dataset["tenant_id"], int)  # a code would not pass the client's model
    assert acme.get("/v2/ground-truth-datasets/2/").json()["data"]["project_id"] is None
    assert [2, 1] == [row["id"] for row in acme.get("/v2/ground-truth-datasets/").json()["data"]]
    assert [1] == [row["id"] for row in acme.get("/v2/ground-truth-datasets/?project=1").json()["data"]]
    for path in ("/ground_truth_dataset_versions/12/", "/v2/ground-truth-datasets/1/"):
        assert 404 == globex.get(path).status_code


@pytest.mark.parametrize("target", TARGETS)
def test_the_bugs_of_bulk_calls_are_every_targets(acme, backend, target) -> None:
    """One row is gone; two rows carry each other's payload, and size and digest where the row has them."""
    paths, keys = PATHS[target], OURS[target][:4]

    def rows():
        return {row[paths.key]: row for row in acme.post(paths.bulk, json={paths.keys: keys}).json()["data"]}

    whole = rows()
    backend.bugs.on("bulk-drops-rows")
    assert 3 == len(rows())
    backend.bugs.off()
    backend.bugs.on("bulk-swaps-payloads")
    swapped = rows()
    exchanged = [key for key in keys if swapped[key]["data"] != whole[key]["data"]]
    assert 2 == len(exchanged)
    for key, other in (exchanged, exchanged[::-1]):
        names = [name for name in ("data", "data_size", "data_digest") if name in whole[key]]
        assert [whole[other][name] for name in names] == [swapped[key][name] for name in names]


@pytest.mark.parametrize("target", TARGETS)
def test_a_row_that_is_removed_is_gone_from_every_way_to_it(acme, backend, target) -> None:
    """Lists and bulk calls no longer have it, and the rest is as it was; an event leaves its versions."""
    paths, keys = PATHS[target], OURS[target]
    gone = keys[2]

    assert 1 == backend.remove(target, [gone, 123_456])
    expected = sorted(set(keys) - {gone})
    assert expected == sorted(walk(acme, f"{paths.v1}?pagination=cursor", target))
    assert expected == sorted(walk(acme, paths.v2, target))
    assert [] == acme.post(paths.bulk, json={paths.keys: [gone]}).json()["data"]
    if target == "ground_truth":
        found = walk(acme, "/sdk/ground_truth_events/?ground_truth_dataset_versions=11,12", target)
        assert sorted({*VERSIONS[11], *VERSIONS[12]} - {gone}) == sorted(found)


def test_a_target_that_there_is_not_is_refused_with_those_that_there_are(backend) -> None:
    """Where rows are removed, and where the settings leave a target out."""
    with pytest.raises(Refusal, match=r"'event'.*task, assignment, ground_truth"):
        backend.remove("event", [1])
    with pytest.raises(Refusal, match=r"'tasks'.*assignment, ground_truth, task"):
        Settings(presigned_targets=frozenset({"tasks"}))
