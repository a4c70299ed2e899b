"""A seed document is taken whole, or refused with the place, the value and what would be valid."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from seed_documents import documents, json_values, small

from fake_backend.seeding import SeedInvalid, validate
from fake_backend.seeding.forms import ABSENT
from fake_backend.seeding.rows import SeedDocument
from fake_backend.seeding.schema import FILE, json_schema

JUDGE = Draft202012Validator(json.loads(FILE.read_text(encoding="utf-8")))


@given(documents())
def test_what_a_document_says_is_what_the_rows_say(document: dict[str, Any]) -> None:
    """Every given value comes back as it was given, row by row and in order; an instant as the same moment."""
    rows = validate(document)

    assert {name: len(told) for name, told in document.items()} == rows.counts()
    for resource, told in document.items():
        for expected, row in zip(told, getattr(rows, resource), strict=True):
            for key, value in expected.items():
                if key == "files":
                    assert [*value] == [*row.files]
                    for name, file in value.items():
                        assert file == {key: getattr(row.files[name], key) for key in file}
                elif isinstance(getattr(row, key), datetime):
                    assert datetime.fromisoformat(value) == getattr(row, key)
                else:
                    found = getattr(row, key)
                    assert value == ([*found] if isinstance(found, tuple) else found)


@given(documents())
def test_the_schema_takes_what_the_validator_takes(document: dict[str, Any]) -> None:
    """The shipped schema, judged by jsonschema, describes no narrower a format than the validator's."""
    assert [] == [error.message for error in JUDGE.iter_errors(document)]


def _places(value: object, place: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the place of each value below ``value``, payloads and other free JSON left out."""
    if place[2:3] in {("data",), ("meta",), ("configuration",)} or "content" in place:
        return [place]
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [place, *(below for key, item in items for below in _places(item, (*place, key)))]


@given(st.data())
def test_what_the_schema_refuses_is_refused(data: st.DataObject) -> None:
    """Whatever stands in any place: a document that the schema refuses never becomes rows."""
    document = small()
    place = data.draw(st.sampled_from(_places(document)[1:]))
    holder: Any = document
    for step in place[:-1]:
        holder = holder[step]
    if isinstance(holder, dict) and data.draw(st.booleans()):
        key = data.draw(st.sampled_from(["extra", "id ", "name"]))
        holder[key] = holder.pop(place[-1])
    else:
        holder[place[-1]] = data.draw(json_values)
    try:
        validate(document)
    except SeedInvalid:
        return
    assert JUDGE.is_valid(document)


def test_the_shipped_schema_is_the_one_that_the_rows_make() -> None:
    """One source of truth: ``python -m fake_backend.seeding.schema`` prints the file, and it is a valid schema."""
    assert json_schema() == json.loads(FILE.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(json_schema())


IMAGE = 'd["data_units"][0]["files"]["image_1"]'
META = 'd["data_units"][0]["files"]["data_meta_1"]'
TASK = 'd["tasks"][0]'
TRUTH = 'd["ground_truths"][0]'
EVENT = 'd["ground_truth_events"][0]'
VERSION = 'd["ground_truth_dataset_versions"][0]'
AGENT = 'd["agents"][0]'
RELEASE = 'd["plugin_releases"][0]'
SERVED = 'd["serve_applications"][0]'

REFUSALS = [
    # shape
    ('d["task"] = []', "task", "task", "tasks"),
    (f'{TASK}["titel"] = "x"', "tasks[0].titel", "titel", "id, project, data_unit"),
    (f'{META}["url"] = "x"', "data_units[0].files.data_meta_1.url", "url", "file_name_original, is_primary"),
    (f'del {TASK}["project"]', "tasks[0].project", None, "given"),
    ('d["tasks"] = {}', "tasks", "an object", "a list"),
    ('d["tasks"][1] = 7', "tasks[1]", 7, "an object"),
    (f'{TASK}["id"] = 0', "tasks[0].id", 0, "at least 1"),
    (f'{TASK}["id"] = 2**63', "tasks[0].id", 2**63, "at most 9223372036854775807"),
    (f'{TASK}["id"] = "1"', "tasks[0].id", "1", "a whole number"),
    (f'{TASK}["id"] = 1.0', "tasks[0].id", 1.0, "a whole number"),
    (f'{TASK}["id"] = True', "tasks[0].id", True, "a whole number"),
    (f'{TASK}["is_discarded"] = 1', "tasks[0].is_discarded", 1, "true or false"),
    (f'{TASK}["is_discarded"] = None', "tasks[0].is_discarded", None, "true or false"),
    (f'{TASK}["status_label"] = "rejected"', "tasks[0].status_label", "rejected", '"stand_by", "in_progress"'),
    (f'{TASK}["created"] = "2026-01-15"', "tasks[0].created", "2026-01-15", "2026-01-15T09:00:00Z"),
    (f'{TASK}["created"] = "2026-01-15T09:00:00"', "tasks[0].created", "2026-01-15T09:00:00", "its zone"),
    (f'{TASK}["created"] = "2026-02-30T09:00:00Z"', "tasks[0].created", "2026-02-30T09:00:00Z", "a date"),
    (f'{TASK}["created"] = "0001-01-01T00:00:00+09:00"', "tasks[0].created", "0001-01-01T00:00:00+09:00", "a date"),
    (f'{TASK}["created"] = 1768467600', "tasks[0].created", 1768467600, "a date"),
    (f'{TASK}["tags"] = [4, 5, 4]', "tasks[0].tags", "a list", "names 4 once"),
    (f'{TASK}["tags"] = [4, 0]', "tasks[0].tags[1]", 0, "at least 1"),
    (f'{VERSION}["events"] = [51, 51]', "ground_truth_dataset_versions[0].events", "a list", "names 51 once"),
    (f'{EVENT}["classes"] = ["car", "car"]', "ground_truth_events[0].classes", "a list", "names car once"),
    (f'{EVENT}["pgh_label"] = "delete"', "ground_truth_events[0].pgh_label", "delete", '"insert" or "update"'),
    (f'{EVENT}["id"] = 41', "ground_truth_events[0].id", "id", "pgh_id, ground_truth"),
    ('d["assignments"][0]["workshop"] = 0', "assignments[0].workshop", 0, "at least 1"),
    ('d["assignments"][0]["last_labeled"] = "2026"', "assignments[0].last_labeled", "2026", "a date and time"),
    ('d["data_units"][0]["width"] = 0', "data_units[0].width", 0, "at least 1"),
    ('d["tenants"][0]["code"] = "a b"', "tenants[0].code", "a b", "letters, digits"),
    ('d["jobs"][0]["id"] = "first"', "jobs[0].id", "first", "a UUID or a whole number"),
    ('d["storages"][1]["provider"] = "gcp"', "storages[1].provider", "gcp", '"amazon_s3"'),
    # files
    (f'{IMAGE}["file_name_original"] = "a\\0b"', "data_units[0].files.image_1.file_name_original", "a\0b", "NUL"),
    (f'{IMAGE}["file_name_original"] = ""', "data_units[0].files.image_1.file_name_original", "", "at least one"),
    (f'{IMAGE}["content_base64"] = "b2s"', "data_units[0].files.image_1.content_base64", "b2s", "base64"),
    (f'{IMAGE}["content_base64"] = "b2 sK"', "data_units[0].files.image_1.content_base64", "b2 sK", "base64"),
    (f'{IMAGE}["content_base64"] = None', "data_units[0].files.image_1.content_base64", None, "base64"),
    (f'{IMAGE}["content"] = None', "data_units[0].files.image_1", "both", "content_base64"),
    (f'del {IMAGE}["content_base64"]', "data_units[0].files.image_1", "neither", "content_base64"),
    (f'{META}["is_primary"] = True', "data_units[0].files.image_1.is_primary", True, "data_meta_1 is the primary"),
    (
        f'd["data_units"][0]["files"]["a b"] = {META}',
        'data_units[0].files["a b"]',
        "a b",
        "data collection 1 (image_1, data_meta_1)",
    ),
    # references
    (f'{TASK}["project"] = 9', "tasks[0].project", 9, "the id of a project (1, 2, 3)"),
    (f'{TASK}["data_unit"] = 99', "tasks[0].data_unit", 99, "data collection 1 (11)"),
    (f'{TASK}["data_unit"] = 12', "tasks[0].data_unit", 12, "data collection 1 (11)"),
    ('d["tasks"][1]["data_unit"] = 11', "tasks[1].data_unit", 11, "project 2 has no data collection"),
    (f'{TASK}["labelers"] = [1, 2]', "tasks[0].labelers[1]", 2, "a user of tenant acme (1)"),
    (f'{TASK}["reviewers"] = [3]', "tasks[0].reviewers[0]", 3, "a user of tenant acme (1)"),
    ('d["assignments"][0]["task"] = 1', "assignments[0].task", 1, "the id of a task (101, 102, 103)"),
    ('d["assignments"][0]["user"] = 2', "assignments[0].user", 2, "a user of tenant acme (1)"),
    ('d["assignments"][0]["reviewers"] = [1, 2]', "assignments[0].reviewers[1]", 2, "a user of tenant acme (1)"),
    ('d["ground_truth_datasets"][0]["tenant"] = "x"', "ground_truth_datasets[0].tenant", "x", "(acme, globex)"),
    ('d["ground_truth_datasets"][0]["project"] = 9', "ground_truth_datasets[0].project", 9, "tenant acme (1, 2)"),
    ('d["ground_truth_datasets"][0]["project"] = 3', "ground_truth_datasets[0].project", 3, "null or the id"),
    (f'{TRUTH}["ground_truth_dataset"] = 9', "ground_truths[0].ground_truth_dataset", 9, "dataset (21, 22)"),
    (f'{TRUTH}["data_unit"] = 9', "ground_truths[0].data_unit", 9, "a data unit of tenant acme (11, 12)"),
    (f'{TRUTH}["data_unit"] = 13', "ground_truths[0].data_unit", 13, "a data unit of tenant acme (11, 12)"),
    (f'{TRUTH}["task"] = 9', "ground_truths[0].task", 9, "null or the id of a task of tenant acme (101, 102)"),
    (f'{TRUTH}["task"] = 103', "ground_truths[0].task", 103, "null or the id of a task of tenant acme (101, 102)"),
    (f'{EVENT}["ground_truth"] = 51', "ground_truth_events[0].ground_truth", 51, "a ground truth (41, 42, 43)"),
    (
        f'{VERSION}["ground_truth_dataset"] = 9',
        "ground_truth_dataset_versions[0].ground_truth_dataset",
        9,
        "the id of a ground truth dataset (21, 22)",
    ),
    *(
        (f'{VERSION}["events"] = {events}', f"ground_truth_dataset_versions[0].events[{place}]", events[place], words)
        for events, place, words in (
            ([53, 9], 1, "an event of ground truth dataset 21 (51, 52, 53)"),  # there is none
            ([53, 41], 1, "an event of ground truth dataset 21 (51, 52, 53)"),  # a ground truth's id
            ([54], 0, "an event of ground truth dataset 21 (51, 52, 53)"),  # another dataset's
            ([53, 51, 52], 2, "a ground truth other than 41, which event 51 stands for"),
        )
    ),
    ('d["users"][1]["tenant"] = "initech"', "users[1].tenant", "initech", "(acme, globex)"),
    ('d["storages"][1]["tenant"] = "x"', "storages[1].tenant", "x", "(acme, globex)"),
    ('d["jobs"][0]["tenant"] = "x"', "jobs[0].tenant", "x", "(acme, globex)"),
    ('d["tokens"][0]["user"] = 5', "tokens[0].user", 5, "the id of a user (1, 2)"),
    ('d["projects"][0]["data_collection"] = 2', "projects[0].data_collection", 2, "of tenant acme (1, 3)"),
    (
        'd["file_specifications"][0]["data_collection"] = 9',
        "file_specifications[0].data_collection",
        9,
        "the id of a data collection (1, 2, 3)",
    ),
    ('d["data_units"][1]["data_collection"] = 9', "data_units[1].data_collection", 9, "(1, 2, 3)"),
    # serving
    (f'{AGENT}["token"] = "a b"', "agents[0].token", "***", "printable ASCII"),
    (f'{AGENT}["num_cpus"] = -1', "agents[0].num_cpus", -1, "a number of at least 0"),
    (f'{AGENT}["num_cpus"] = "1"', "agents[0].num_cpus", "1", "a number"),
    (f'{AGENT}["max_replicas"] = 1.5', "agents[0].max_replicas", 1.5, "a whole number"),
    (f'{AGENT}["failure"] = "slow"', "agents[0].failure", "slow", '"down" or "malformed"'),
    (f'{AGENT}["tenant"] = "x"', "agents[0].tenant", "x", "(acme, globex)"),
    (f'{AGENT}["projects"] = [1, 3]', "agents[0].projects[1]", 3, "a project of tenant acme (1, 2)"),
    (f'{AGENT}.update(token="z" * 40, token_in_script=True)', "agents[0].token", "***", "40 hexadecimal digits"),
    ('d["agents"][1]["id"] = 61', "agents[1].id", 61, "another id"),
    (f'{RELEASE}["code"] = "a/b"', "plugin_releases[0].code", "a/b", "letters, digits"),
    (f'{RELEASE}["late_calls"] = [0]', "plugin_releases[0].late_calls", "a list", '"all" or a list'),
    (f'{RELEASE}["late_calls"] = "some"', "plugin_releases[0].late_calls", "some", '"all" or a list'),
    (f'{RELEASE}["late_calls"] = [2, 2]', "plugin_releases[0].late_calls", "a list", "names 2 once"),
    (f'{RELEASE}["fails_at"] = "boot"', "plugin_releases[0].fails_at", "boot", '"start"'),
    (f'{RELEASE}["drains_after"] = 0', "plugin_releases[0].drains_after", 0, "at least 1"),
    (f'{RELEASE}["num_replicas"] = 0', "plugin_releases[0].num_replicas", 0, "at least 1"),
    (f'{RELEASE}["answer_seconds"] = None', "plugin_releases[0].answer_seconds", None, "a number"),
    (f'{RELEASE}["version"] = "2.0.0"', "plugin_releases[1].version", "2.0.0", "that of release 71 of shapes"),
    (f'{SERVED}["plugin_release"] = 9', "serve_applications[0].plugin_release", 9, "a plugin release (71, 72)"),
    (f'{SERVED}["agent"] = 62', "serve_applications[0].agent", 62, "an agent of tenant acme (61)"),
    (f'{SERVED}["job"] = "12"', "serve_applications[0].job", "12", "a job of tenant acme (11111111"),
    (f'{SERVED}["status"] = "STOPPED"', "serve_applications[0].status", "STOPPED", '"UNHEALTHY"'),
    ('d["serve_applications"][1]["plugin_release"] = 71', "serve_applications[1].agent", 61, "application 81 serves"),
    (f'{AGENT}["num_cpus"] = 3.4', "serve_applications[1].agent", 61, "with room, as num_cpus of agent 61 is 3.4"),
    (f'{AGENT}["max_replicas"] = 1', "serve_applications[1].agent", 61, "with room, as max_replicas"),
    # once only
    ('d["storages"][1]["is_default"] = True', "storages[1].is_default", True, "storage 3 is the default"),
    ('d["storages"][0]["configuration"]={"loc":"/"}', "storages[0].configuration.loc", "loc", "location"),
    ('d["file_specifications"][1]["name"] = "image_1"', "file_specifications[1].name", "image_1", "another name"),
    *(
        (f'd["{resource}"].append(d["{resource}"][0])', f"{resource}[{place}].{key}", value, f"another {key}")
        for resource, place, key, value in (
            ("tenants", 2, "code", "acme"),
            ("users", 2, "id", 1),
            ("storages", 2, "id", 3),
            ("data_collections", 3, "id", 1),
            ("file_specifications", 2, "id", 1),
            ("projects", 3, "id", 1),
            ("data_units", 3, "id", 11),
            ("tasks", 3, "id", 101),
            ("assignments", 1, "id", 501),
            ("ground_truth_datasets", 2, "id", 21),
            ("ground_truth_dataset_versions", 3, "id", 31),
            ("ground_truths", 3, "id", 41),
            ("ground_truth_events", 4, "pgh_id", 51),
            ("jobs", 2, "id", "11111111-1111-1111-1111-111111111111"),
            ("agents", 2, "token", "***"),
            ("plugin_releases", 2, "id", 71),
            ("serve_applications", 2, "id", 81),
            ("tokens", 2, "token", "***"),
        )
    ),
    # beyond JSON
    (f'{TASK}["data"] = [0, float("nan")]', "tasks[0].data[1]", float("nan"), "a finite number"),
    (f'{TASK}["data"] = "\\ud800"', "tasks[0].data", "\ud800", "UTF-8"),
    (f'{TASK}["data"] = {{"\\ud800": 1}}', "tasks[0].data", "\ud800", "UTF-8"),
    (f'{TASK}["data"] = {{(1, 2): 1}}', "tasks[0].data", "a list", "keys are text"),
    (f'{TASK}["data"] = b"x"', "tasks[0].data", "of the Python type bytes", "a JSON value"),
]


@pytest.mark.parametrize(("change", "path", "received", "expected"), REFUSALS, ids=[row[0] for row in REFUSALS])
def test_a_refusal_names_the_place_the_value_and_what_would_do(
    change: str, path: str, received: object, expected: str
) -> None:
    """Each rule of the format, broken once in an otherwise valid document; the answer is one sentence."""
    document = small()
    validate(document)
    exec(change, {"d": document})  # noqa: S102 - the change is a literal of this file

    with pytest.raises(SeedInvalid) as refusal:
        validate(document)

    seen = refusal.value
    assert (path, 400, "seed_invalid") == (seen.path, seen.status, seen.code)
    assert (repr(received), type(received)) == (repr(seen.received), type(seen.received))
    assert expected in seen.expected
    assert (str(seen), True, 1) == (seen.message, seen.message.endswith("."), len(seen.message.splitlines()))
    assert path in seen.message


@pytest.mark.parametrize("document", [None, 7, "acme", [], [{"tenants": []}], {1, 2}])
def test_a_document_is_an_object(document: object) -> None:
    """Nothing else fills a backend."""
    with pytest.raises(SeedInvalid) as refusal:
        validate(document)

    assert "document" == refusal.value.path


def test_a_payload_may_be_as_deep_as_the_reader_goes_and_no_deeper() -> None:
    """Two hundred containers within each other, the document and its rows counted; a cycle is endlessly deep."""
    deepest = small() | {
        "tasks": [{"id": 1, "project": 1, "data": json.loads("[" * 197 + "1" + "]" * 197)}],
        **{resource: [] for resource in ("assignments", "ground_truth_dataset_versions", "ground_truth_events")},
        "ground_truths": [],
    }
    endless = copy.deepcopy(deepest)
    endless["tasks"][0]["data"] = endless

    assert 1 == len(validate(deepest).tasks)
    deepest["tasks"][0]["data"] = [deepest["tasks"][0]["data"]]
    for document in (deepest, endless):
        with pytest.raises(SeedInvalid) as refusal:
            validate(document)
        assert "nested at most 200 levels deep" == refusal.value.expected
        assert len(refusal.value.message) < 400


SECRET = "s3cr3t-do-not-show"


@given(st.data())
def test_no_refusal_shows_a_secret(data: st.DataObject) -> None:
    """A token or a storage's key stays out of the sentence and of every attribute, wherever it was put by mistake."""
    document = small()
    wrong = data.draw(
        st.sampled_from([SECRET, SECRET + "\ud800", [SECRET], {"token": SECRET}, {"secret_key": SECRET, "key": 1}])
    )
    resource = data.draw(st.sampled_from(["tokens", "storages"]))
    key = data.draw(st.sampled_from(["token", "tok", "configuration", "conf", None]))
    if key is None:
        document[resource] = wrong
    elif data.draw(st.booleans()):
        document[resource][0] = wrong
    else:
        document[resource][0][key] = wrong if wrong is not SECRET else f" {SECRET}"
    refusals = []
    try:
        validate(document)
    except SeedInvalid as refusal:
        refusals.append(refusal)
    assert SECRET not in " ".join(f"{refusal} {refusal!r} {vars(refusal)}" for refusal in refusals)


def test_rows_do_not_show_secrets() -> None:
    """``repr`` of a row is fit for a log."""
    document = small()
    document["tokens"][0]["token"] = SECRET
    document["storages"][1]["configuration"] = {"secret_key": SECRET}

    rows = validate(document)

    assert (SECRET, SECRET) == (rows.tokens[0].token, rows.storages[1].configuration["secret_key"])
    assert SECRET not in repr(rows)


def test_rows_share_nothing_with_the_document() -> None:
    """A caller may go on with its own objects: what was validated stays."""
    document = small()
    rows = validate(document)
    document["tasks"][0]["data"]["k"] = 2
    document["data_units"][0]["files"].clear()

    assert {"k": 1} == rows.tasks[0].data
    assert ["data_meta_1", "image_1"] == [*rows.data_units[0].files]


def test_an_empty_document_is_one() -> None:
    """Every key may be absent."""
    assert SeedDocument() == validate({})


def test_a_file_is_bytes_of_a_known_type() -> None:
    """JSON content is written without blanks in UTF-8, base64 decoded; the type is told or follows the name."""
    document = small()
    document["file_specifications"] += [
        {"id": 10 + number, "data_collection": 1, "name": f"f{number}", "file_type": "data"} for number in range(5)
    ]
    document["data_units"][0]["files"] = {
        "f0": {"file_name_original": "가.json", "content": {"메모": [1, 2.5]}},
        "f1": {"file_name_original": "b.JPG", "content_base64": "b2sK"},
        "f2": {"file_name_original": "c", "content": None},
        "f3": {"file_name_original": "d", "content_base64": ""},
        "f4": {"file_name_original": "e.png", "content_base64": "", "content_type": "text/plain"},
    }

    files = validate(document).data_units[0].files.values()

    assert ['{"메모":[1,2.5]}'.encode(), b"ok\n", b"null", b"", b""] == [file.body for file in files]
    assert ["application/json", "image/jpeg", "application/json", "application/octet-stream", "text/plain"] == [
        file.media_type for file in files
    ]
    assert [False, True, False, True, True] == [file.content is ABSENT for file in files]


def test_importing_the_package_loads_no_library() -> None:
    """Only a document pays for its validation: pydantic, jsonschema and Pillow wait until one is there."""
    program = "import sys, fake_backend.seeding, fake_backend.demo; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert not {"pydantic", "jsonschema", "PIL", "numpy"} & {name.split(".")[0] for name in loaded.stdout.split()}
