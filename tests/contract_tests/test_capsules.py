"""Capsules: what is in one, that it runs as it ran, that it shrinks, and that its test is red and green."""

from __future__ import annotations

import gc
import logging
import os
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract_tests.capsules import Capsule, CapsuleInvalid, held_to_the_laws, replay
from contract_tests.capsules.capsule import counted, requests_of, rows_in, unsigned
from contract_tests.capsules.command import app
from contract_tests.capsules.replaying import performed
from contract_tests.capsules.shrinking import shrink
from contract_tests.capsules.smaller import rows, without_rows
from contract_tests.capsules.testing import test_of as generated
from contract_tests.simulation.draw import recipe
from contract_tests.simulation.keeping import SecretKeptError, keep
from contract_tests.simulation.laws import broken_laws
from contract_tests.simulation.trial import perform

FIXTURES = Path(__file__).parents[2] / "fixtures" / "capsules"
FILES = sorted(FIXTURES.glob("*.json"))
SMALL = FIXTURES / "bulk-drops-rows.json"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_broken_once_holds_and_its_bug_is_still_seen(path) -> None:
    """Every kept capsule: no law breaks without its bugs, and with them the law does that it says."""
    capsule = Capsule.read(path)

    assert [] == held_to_the_laws(capsule, bugs=[])
    if capsule.recipe.bugs:
        assert capsule.law is not None
        assert capsule.law.law == replay(capsule).broken[0].law
        assert rows_in(capsule.recipe.document) <= 5
        assert len(capsule.recipe.rules) <= 2


def test_a_capsule_repeats_its_journal_and_holds_no_secret(tmp_path) -> None:
    """Written, read and run again: the same to the byte; tokens and signatures are in none of it."""
    trial = perform(recipe(5, 9))
    path = keep(trial, tmp_path)
    capsule = Capsule.read(path)

    assert trial.secrets
    assert not [secret for secret in trial.secrets if secret in path.read_text()]
    assert "X-Amz-Signature" not in path.read_text()
    assert capsule.text() == path.read_text()
    assert replay(capsule).is_same
    assert not replay(replace(capsule, journal="0" * 64, requests=capsule.requests[1:])).is_same


def test_a_capsule_with_a_secret_is_not_written(tmp_path) -> None:
    """Better none than one that may not be handed on."""
    trial = perform(recipe(5, 9))
    with pytest.raises(SecretKeptError):
        keep(replace(trial, secrets=("acme",)), tmp_path)

    assert [] == list(tmp_path.iterdir())


def test_a_replay_of_requests_counts_them_whatever_their_order_and_signature() -> None:
    """The weaker promise, for clients with threads: the same multiset in each step."""
    capsule = replace(Capsule.read(SMALL), replay="requests")
    shuffled = replace(capsule, requests=list(reversed(capsule.requests)))
    less = replace(capsule, requests=list(capsule.requests)[1:])

    assert replay(shuffled).is_same
    assert "1 requests more, 0 less" in replay(less).difference
    assert counted(capsule.requests) == counted(shuffled.requests)
    assert "page=1&x=2" == unsigned("page=1&X-Amz-Date=20260101&x=2&X-Amz-Signature=***")


@pytest.mark.parametrize("name", ["query", "digest", "step"])
def test_a_difference_that_no_method_path_or_status_shows_is_named(name) -> None:
    """Else it reads as if a request differed from itself; where all are alike, it is the journal's other lines."""
    capsule = replace(Capsule.read(SMALL), journal="0" * 64)
    now = requests_of(performed(capsule.recipe))
    other = [replace(now[0], **{name: "other"}), *now[1:]]

    assert replay(replace(capsule, requests=other)).difference.endswith(f"200, is another in its {name}")
    assert "the requests are the same" in replay(replace(capsule, requests=now)).difference


@pytest.mark.parametrize("command", ["shrink", "to-test"])
def test_a_file_that_cannot_be_written_is_refused_before_the_work(tmp_path, monkeypatch, command) -> None:
    """With the place; and one that could be is not there when nothing was written."""
    monkeypatch.setattr("contract_tests.capsules.command.shrink", lambda *_: 1 / 0)
    for place in (tmp_path / "nowhere" / "x", tmp_path):
        done = CliRunner().invoke(app, [command, str(SMALL), "--out", str(place)])
        assert 2 == done.exit_code
        assert done.stderr.startswith(f"fake-backend capsule: {place} cannot be written: ")
    if command == "shrink":
        assert CliRunner().invoke(app, [command, str(SMALL), "--out", str(tmp_path / "x")]).exception
        assert [] == list(tmp_path.iterdir())


@pytest.mark.parametrize("status", [0, 2])
def test_a_command_leaves_its_process_as_it_was(tmp_path, monkeypatch, status) -> None:
    """Whoever calls it in a process of theirs keeps their log, their collector and their proxies."""

    def now():
        return logging.getLogger("fake_backend").level, gc.get_threshold(), dict(os.environ)

    if status:
        monkeypatch.setattr("contract_tests.capsules.command.replay", refusing)
    before = now()

    file = keep(performed(Capsule.read(SMALL).recipe), tmp_path)  # as this version performs it

    assert status == CliRunner().invoke(app, ["run", str(file)]).exit_code
    assert now() == before


def refusing(*_, **__):
    """Refuse every capsule."""
    raise CapsuleInvalid("no capsule")


def test_a_capsule_shrinks_to_what_its_law_needs_and_the_same_each_time() -> None:
    """Rows, faults and settings that do not matter go; what is left breaks the same law."""
    capsule = Capsule.read(SMALL)
    document = capsule.recipe.document
    more = [{**document["tasks"][0], "id": number} for number in (801, 802, 803)]
    rule = {"id": "of-no-use", "match": {"route": "/projects/*/"}, "effect": {"delay": 0.5}, "times": 3}
    padded = capsule.recipe.with_(
        document={**document, "tasks": [*document["tasks"], *more]},
        faults={"seed": 1, "rules": [rule]},
        jumps={"1": 100.0},
    )
    small = shrink(replace(capsule, recipe=padded))

    assert small.law is not None
    assert capsule.law is not None
    assert capsule.law.law == small.law.law
    assert rows_in(document) == rows_in(small.recipe.document)
    assert [] == small.recipe.rules
    assert {} == small.recipe.jumps
    assert small.text() == shrink(replace(capsule, recipe=padded)).text()


def test_a_capsule_that_breaks_nothing_is_not_shrunk() -> None:
    """Without a law there is nothing to keep."""
    with pytest.raises(ValueError, match="does not break"):
        shrink(replace(capsule := Capsule.read(SMALL), recipe=capsule.recipe.with_(bugs=())))


def test_its_test_is_red_with_the_bug_and_green_without(monkeypatch) -> None:
    """The generated text runs as it stands."""
    names: dict = {}
    exec(compile(generated(Capsule.read(SMALL)), "generated", "exec"), names)  # noqa: S102 (that is what is tested)
    test = next(value for name, value in names.items() if name.startswith("test_"))
    with pytest.raises(AssertionError):
        test()
    monkeypatch.setenv("CAPSULE_BUGS", "")
    test()


@pytest.mark.parametrize("text", ["", "{", "[]", "3", "{}", '{"format": 2}', '{"format": 1, "replay": "some"}'])
def test_what_is_no_capsule_is_refused(text) -> None:
    """In one sentence, whatever it is."""
    with pytest.raises(CapsuleInvalid, match=r"is no capsule|of format 2|would do"):
        Capsule.of_text(text)


def test_a_file_that_is_no_text_is_refused(tmp_path) -> None:
    """It says from which byte on."""
    file = tmp_path / "capsule.json"
    file.write_bytes(b"{\xff")
    with pytest.raises(CapsuleInvalid, match="no text in UTF-8, from byte 1 on"):
        Capsule.read(file)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"bugs": ("nope",)}, "no bug called 'nope'"),
        ({"settings": {}}, "it lacks 'externalise_over'"),
        ({"settings": {"externalise_over": 40, "tasks": 1}}, "tasks"),
        ({"document": {"tasks": [{"id": "x"}]}}, "cannot be staged"),
        ({"faults": {"seed": 1, "rules": [{"id": "a", "match": {}, "effect": {"what": 1}}]}}, "what"),
    ],
)
def test_a_recipe_that_cannot_be_staged_is_refused(change, why) -> None:
    """Somebody may have changed it by hand."""
    capsule = Capsule.read(SMALL)
    with pytest.raises(CapsuleInvalid, match=why):
        replay(replace(capsule, recipe=capsule.recipe.with_(**change)))


def test_a_border_of_pages_needs_no_more_rows_than_pages_of_one_have() -> None:
    """Sizes shrink before rows do, and tasks that only carry assignments are merged: five rows are enough."""
    trial = next(
        found
        for run in range(40)
        if (one := recipe(31, run)).command.way == "assignment in-process"
        and broken_laws(found := perform(one.with_(bugs=("cursor-skips-a-row",))))
    )
    capsule = Capsule.of(trial, broken_laws(trial)[0])
    small = shrink(capsule)

    assert capsule.recipe.command.params["export_page_size"] > 1
    assert rows_in(small.recipe.document) <= 5
    assert small.law is not None


def test_rows_go_with_what_hangs_on_them() -> None:
    """A task takes its assignments along, a ground truth its events, and versions forget them."""
    drawn = next(one for run in range(60) if (one := recipe(1, run)).command.way == "ground_truth delegated")
    gone = [row for row in rows(drawn) if row[0] == "ground_truths"][:3]
    left = without_rows(drawn, gone).document
    truths = {number for _, number in gone}

    assert not [row for row in left["ground_truth_events"] if row["ground_truth"] in truths]
    events = {row["pgh_id"] for row in left["ground_truth_events"]}
    assert all(set(version["events"]) <= events for version in left["ground_truth_dataset_versions"])
