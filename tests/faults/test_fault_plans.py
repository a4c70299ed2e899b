"""Fault plans as documents: what they say, what is refused, and that the schema which ships says the same."""

from __future__ import annotations

import json
import re
from dataclasses import fields

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend.core.errors import BadRequest
from fake_backend.faults import rules, schema
from fake_backend.faults.arrival import Arrival
from fake_backend.faults.counts import Count
from fake_backend.faults.in_force import InForce
from fake_backend.faults.reading import PlanInvalid, read, shaped
from fake_backend.faults.words import asked

SCHEMA = json.loads(schema.text())
RULE = {"id": "one", "match": {"target": "api", "route": "/sdk/**"}, "effect": {"status": 503}}


def plan(**changes):
    """Return the document of a plan with one rule, changed."""
    return {"rules": [{**RULE, **changes}]}


def test_the_schema_that_ships_is_the_readers() -> None:
    """Whoever checks a plan by the schema is told what the reader would tell."""
    assert schema.FILE.read_text(encoding="utf-8") == schema.text()


@pytest.mark.parametrize(
    ("document", "place", "words"),
    [
        ([], "plan", "object"),
        ({"rule": []}, "rule", "Unexpected"),
        (plan(effects={}), "rules[0].effects", "Unexpected"),
        (plan(effect={"statu": 503}), "rules[0].effect.statu", "Unexpected"),
        *((plan(effect={"status": status}), "rules[0].effect.status", "greater") for status in (99, 100, 199)),
        (plan(effect={"drop": "middle"}), "rules[0].effect.drop", "'before' or 'after'"),
        (plan(effect={"reset": -1}), "rules[0].effect.reset", "greater"),
        (plan(effect={"status": "503"}), "rules[0].effect.status", "integer"),
        (plan(effect={}), "rules[0].effect", "nothing happens"),
        (plan(effect={"delay": -1}), "rules[0].effect.delay", "greater"),
        (plan(effect={"no_answer": True, "status": 503}), "rules[0].effect", "status would do nothing"),
        (plan(effect={"refuse": True, "twice": True}), "rules[0].effect", "twice would do nothing beside refuse"),
        (plan(effect={"status": 503, "expire_urls": True}), "rules[0].effect", "expire_urls would do nothing"),
        (
            plan(match={"target": "sse"}, effect={"status": 503, "event": {"name": "error"}}),
            "rules[0].effect",
            "event would do nothing beside status",
        ),
        (
            plan(match={"target": "sse"}, effect={"truncate": 9, "event": {"name": "error"}}),
            "rules[0].effect",
            "truncate would do nothing beside event",
        ),
        (plan(effect={"drop": "before", "status": 503}), "rules[0].effect", "nothing beside drop before"),
        (plan(effect={"drop": 3, "reset": 3}), "rules[0].effect", "either dropped or reset"),
        (plan(effect={"event": {"name": "error"}}), "rules[0].effect", "target to be sse"),
        (plan(effect={"delay": 1, "body": "x"}), "rules[0].effect", "want a status"),
        (plan(effect={"worker": {"kill": True}}), "rules[0].effect", "match.target worker"),
        (plan(match={"target": "worker"}), "rules[0].effect", "match.target worker"),
        (
            plan(match={"target": "worker", "route": "/a"}, effect={"worker": {"kill": True}}),
            "rules[0].effect",
            "route",
        ),
        (plan(match={"target": "worker"}, effect={"worker": {}}), "rules[0].effect", "nothing happens to the worker"),
        (
            plan(match={"target": "worker"}, effect={"worker": {"resume_after": 9, "stall": 1}}),
            "rules[0].effect",
            "killed",
        ),
        *(
            (plan(match={"target": "worker"}, effect={"worker": worker}), "rules[0].effect", "resume_from is for")
            for worker in ({"resume_from": "start"}, {"resume_from": "start", "stall": 1})
        ),
        *(
            (
                plan(match={"target": "worker"}, effect={"worker": {"kill": True, **worker}}),
                "rules[0].effect",
                "beside kill",
            )
            for worker in ({"stall": 5}, {"pace": 2, "resume_after": 9}, {"fail_row": 1})
        ),
        (
            plan(match={"target": "worker"}, effect={"worker": {"pace": 0.5}}),
            "rules[0].effect.worker.pace",
            "greater",
        ),
        (plan(match={"call": "5-2"}), "rules[0].match.call", "ends before it begins"),
        (plan(match={"call": 0}), "rules[0].match.call", "greater"),
        (plan(match={"since": 5, "until": 1}), "rules[0].match.until", "before since"),
        (plan(match={"probability": 1.5}), "rules[0].match.probability", "less"),
        (plan(times=0), "rules[0].times", "greater"),
        (plan(id="has blanks"), "rules[0].id", "pattern"),
        ({"rules": [RULE, RULE]}, "rules", "used 2 times"),
        ({"seed": float("nan")}, None, "JSON"),
    ],
)
def test_what_is_no_plan_is_refused_by_its_place(document, place, words) -> None:
    """A typing error must not make a fault disappear."""
    with pytest.raises(PlanInvalid, match=words) as refusal:
        shaped(document)

    assert (400, place) == (refusal.value.status, refusal.value.field)


@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=5), name=st.text("aZ9-_ :\r\n\x00é☃", max_size=3)
)
def test_headers_that_cannot_be_sent_are_refused_by_their_place(text, name) -> None:
    """A token for a name, a line of Latin-1 for a value: what HTTP cannot carry is no effect."""
    bad_text = any(sign != "\t" and (sign < " " or sign == "\x7f" or sign > "\xff") for sign in text)
    bad_name = not re.fullmatch(r"[aZ9_-]+", name)
    documents = [
        ({"status": 503, "headers": {"X-A": text}}, bad_text, 'effect.headers["X-A"]'),
        ({"status": 503, "headers": {name: "x"}}, bad_name, "effect.headers"),
        ({"status": 503, "retry_after": text}, bad_text, "effect.retry_after"),
    ]
    for effect, bad, place in documents:
        if not bad:
            shaped(plan(effect=effect))
            continue
        with pytest.raises(PlanInvalid) as refusal:
            shaped(plan(effect=effect))
        assert str(refusal.value.field).startswith(f"rules[0].{place}")
        assert "match pattern" in refusal.value.message


SCALARS = (None, True, False, -1, 0, 1, 1.0, 0.5, 200, 599, 600, 1e9, 10**9, 10**9 + 1, 2**40, 10**30)
TEXTS = ("", "x", "before", "2-5", "every 3", "[1]", "worker", "sse", "client", "reset", "start")
NESTED = ([], {}, ["GET"], {"a": "b"}, {"a": None}, {"kill": True}, {"name": "n", "data": {"a": 1}}, {"number": 1})
VALUES = st.sampled_from([*SCALARS, *TEXTS, *NESTED])
MATCHES = st.dictionaries(st.sampled_from([one.name for one in fields(rules.Match)]), VALUES, max_size=2)
EFFECTS = st.dictionaries(st.sampled_from([one.name for one in fields(rules.Effect)]), VALUES, min_size=1, max_size=2)
RULES = st.fixed_dictionaries({"id": st.just("one"), "effect": EFFECTS}, optional={"match": MATCHES, "times": VALUES})


@settings(max_examples=300)
@given(RULES)
def test_what_is_refused_is_refused_by_a_field_and_what_is_taken_is_valid_and_works(rule) -> None:
    """Any value of any field: the place is one that a plan has, and the schema takes what the reader takes."""
    document = {"rules": [rule]}
    try:
        taken = shaped(document)
    except PlanInvalid as refusal:
        place = str(refusal.field)
    else:
        place = "rules[0]"
        jsonschema.validate(document, SCHEMA)
        InForce(taken, 0.0, kept=False).struck(Arrival("api", "GET", "/sdk/tasks/"), 0.0)

    assert re.fullmatch(r"rules\[0\](\.[a-z_]+)*(\[0\])?", place)


@pytest.mark.parametrize(
    "document",
    [
        plan(),
        plan(match={"query": {"page": "3", "cursor": None}}),
        plan(effect={"status": 503, "headers": {"X-A": "\t\xe9"}, "retry_after": "soon"}),
        {"rules": []},
    ],
)
def test_what_the_reader_takes_the_schema_takes(document) -> None:
    """The two are one description."""
    shaped(document)

    jsonschema.validate(document, json.loads(schema.text()))


def test_a_file_is_json_or_toml(tmp_path) -> None:
    """By its name; both tell the same plan."""
    (tmp_path / "a.json").write_text(json.dumps(plan()))
    (tmp_path / "a.toml").write_text(
        '[[rules]]\nid = "one"\nmatch.target = "api"\nmatch.route = "/sdk/**"\neffect.status = 503\n'
    )

    assert read(tmp_path / "a.json") == read(tmp_path / "a.toml") == shaped(plan())


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", "{"),
        ("a.toml", "x"),
        ("b.json", None),
        ("a.json", '{"a": 1}'),
        ("a.json", '{"rules": [], "rules": []}'),
        ("a.json", '{"rules": [{"id": "a", "effect": {"status": 503, "delay": 1, "status": 504}}]}'),
    ],
)
def test_a_file_that_is_none_is_named(tmp_path, name, text) -> None:
    """The sentence begins with the file."""
    if text is not None:
        (tmp_path / name).write_text(text)

    with pytest.raises(PlanInvalid, match=name):
        read(tmp_path / name)


@given(first=st.integers(1, 50), length=st.integers(0, 50), number=st.integers(1, 200))
def test_counts_are_what_they_read_as(first: int, length: int, number: int) -> None:
    """A number, a span, a span without end, and every nth."""
    last = first + length

    assert (number == first) == (number in Count.of(first))
    assert (first <= number <= last) == (number in Count.of(f"{first}-{last}"))
    assert (first <= number) == (number in Count.of(f"{first}-"))
    assert (number % first == 0) == (number in Count.of(f"every {first}"))


@pytest.mark.parametrize(
    ("value", "effect"),
    [
        ("status/503, retry-after/3", {"status": 503, "retry_after": 3}),
        ("delay/2.5", {"delay": 2.5}),
        ("drip/1000", {"slow": 1000}),
        ("drop/before", {"drop": "before"}),
        ("reset/100", {"reset": 100}),
        ("truncate/5,corrupt", {"truncate": 5, "corrupt": True}),
        ("no-answer", {"no_answer": True}),
        ("refuse", {"refuse": True}),
        ('{"status": 418, "body": {"tea": true}}', {"status": 418, "body": {"tea": True}}),
    ],
)
def test_a_request_asks_in_httpbins_words_or_in_json(value, effect) -> None:
    """The header says what an effect in a plan says."""
    assert shaped(plan(effect=effect)).rules[0].effect == asked(value)


@pytest.mark.parametrize("value", ["statu/503", "status", "status/x", "no-answer/3", "{", '{"statu": 1}', "status/9"])
def test_a_word_that_is_none_is_refused(value) -> None:
    """With the words that there are, or the place in the JSON."""
    with pytest.raises(BadRequest):
        asked(value)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("status/503, status/504", "status is there twice"),
        ("no-answer,no-answer", "no-answer is there twice"),
        ('{"status": 503, "status": 504}', "'status' stands 2 times"),
        ("status/503, retry-after/3.5", "retry-after wants a whole number"),
        ("drop/x", "drop wants before, after or a whole number"),
        ("delay/nan", "delay wants a number of seconds"),
        ("delay/-1", r"^effect\.delay: "),
        ("retry-after/3", r"^effect: body and retry_after want a status"),
    ],
)
def test_what_a_request_cannot_ask_for_is_told_in_its_own_words(value, words) -> None:
    """It names no rule, of which there is none, and drops nothing that was said before."""
    with pytest.raises(BadRequest, match=words):
        asked(value)
