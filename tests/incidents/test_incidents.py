"""Incidents as data: what the reader refuses, what the commands tell, and some of them end to end."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from contract_tests.incidents.thin import run
from contract_tests.incidents.verdict import of_thin
from fake_backend.cli import app
from fake_backend.incidents import (
    IncidentInvalid,
    UnknownIncident,
    catalogue,
    holds,
    incident,
    out_of_scope,
    raw,
    read,
    staged,
)

NAIVE = Path(__file__).resolve().parents[2] / "contract_tests" / "naive"


def test_there_are_forty_and_the_thin_sdk_cures_thirty():
    """The catalogue holds 40 incidents or more, and 30 of them or more are said to be cured."""
    assert len(catalogue()) >= 40
    assert sum(one.thin.state == "cured" for one in catalogue().values()) >= 30


def test_every_incident_bites_somebody_and_speaks_of_every_version():
    """Each file claims every sampled version once; at most eight lean on a naive client, of at most forty lines."""
    for one in catalogue().values():
        assert len(one.claims()) == 12
        assert any(claim.state == "bites" for claim in one.versions) or one.naive
    leaning = [one.naive for one in catalogue().values() if one.naive]
    assert len(leaning) <= 8
    assert all(len((NAIVE / f"{name}.py").read_text(encoding="utf-8").splitlines()) <= 40 for name in leaning)


@pytest.mark.parametrize(
    ("was", "becomes", "place"),
    [
        ("[call]", "[call]\nhaed = 1", "call.haed"),
        ('measure = "rows"', 'measure = "raws"', "symptom[0].measure"),
        ("rows = 20", "rows = 20\ncolour = 1", "world.colour"),
        ("2700", '"long"', "resume_after"),
        ('target = "worker"', 'target = "wroker"', "match.target"),
        ('until = "2026.1.100"', 'until = "2026.1.101"', "2026.1.101"),
        ('since = "2026.1.182"', 'since = "2026.2.0"', "2026.1.182"),
        ("[call]", '[trouble]\nbugs = ["bulk-eats-rows"]\n[call]', "bulk-eats-rows"),
        ("[call]", "[trouble.settings]\nchunk_colour = 1\n[call]", "chunk_colour"),
    ],
)
def test_what_a_file_may_not_say_is_refused_by_its_place(was, becomes, place):
    """An unknown field, value, version, bug, setting or fault is refused, and the sentence says where."""
    text = raw("SYN-7166")
    assert was in text
    with pytest.raises(IncidentInvalid, match=re.escape(place)):
        read(text.replace(was, becomes, 1), "a.toml")


def test_an_unknown_incident_names_the_nearest():
    """A name that is none is refused with those that are like it."""
    with pytest.raises(UnknownIncident, match="SYN-7542"):
        incident("7542")


def test_the_same_world_without_its_trouble_is_calm():
    """Bugs and faults belong to the trouble: without them the filter of SYN-7438 holds."""
    with staged("SYN-7438", troubled=False) as staging:
        seen = staging.seen(run(staging))
    assert (seen.ended.error, len(seen.rows())) == ("", 5)
    assert not holds(staging.incident.symptom, seen)


@pytest.mark.parametrize("name", ["SYN-7166", "SYN-7539", "SYN-7398"])
def test_the_thin_sdk_ends_as_the_file_says(name):
    """Silence of 45 minutes and names that are not unique are cured, an unknown key is refused."""
    assert of_thin(incident(name)).complaint == ""


def test_the_list_tells_each_in_a_sentence_and_by_version():
    """``incidents --json`` has id, symptom, tickets and versions of every incident."""
    told = json.loads(CliRunner().invoke(app, ["incidents", "--json"]).stdout)
    assert [one["id"] for one in told] == list(catalogue())
    assert all(one["symptom"].endswith(".") and len(one["versions"]) == 12 for one in told)


def test_one_incident_is_told_as_it_happens():
    """``incident ID`` prints requests, waits, faults and the outcome, and 0 means that the symptom does not show."""
    done = CliRunner().invoke(app, ["incident", "SYN-7480"])
    assert done.exit_code == 0, done.output
    assert "<< origin-down" in done.stdout
    assert "Cured." in done.stdout


def test_an_incident_that_is_not_there_is_refused():
    """``incident`` and ``serve --incident`` end with 2 and a sentence."""
    for command in (["incident", "SYN-1"], ["serve", "--incident", "SYN-1"]):
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 2
        assert "There is no incident 'SYN-1'" in done.stderr


def test_an_incident_that_is_not_staged_says_why():
    """The list names it, so that it is not unknown."""
    for name, reason in out_of_scope().items():
        with pytest.raises(UnknownIncident, match=re.escape(f"{name} is known and not staged: {reason}")):
            incident(name)


def test_a_calm_world_cures_nothing():
    """The last line says that nothing is wrong, and not what the SDK does about it."""
    done = CliRunner().invoke(app, ["incident", "SYN-7480", "--calm"])
    assert done.exit_code == 0, done.output
    assert "Calm: nothing is wrong" in done.stdout
    assert "Cured" not in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [(["--seed", "empty"], "--seed empty"), (["--strict", "--streams", "3"], "sets streams, strict")],
)
def test_an_incident_served_takes_no_other_world_or_settings(options, words):
    """They would be lost: it brings its own. A bug that there is not keeps it from being served anyway."""
    done = CliRunner().invoke(app, ["serve", "--incident", "SYN-7542", "--bug", "nope", *options])
    assert done.exit_code == 2
    assert words in done.stderr


def test_no_file_is_forgotten():
    """Every file of the folder but the list of what is not staged is an incident of the catalogue."""
    folder = files("fake_backend.incidents") / "catalogue"
    names = {file.name.removesuffix(".toml") for file in folder.iterdir() if file.name.endswith(".toml")}
    assert names - {"out-of-scope"} == set(catalogue())
