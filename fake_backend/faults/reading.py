"""From a JSON or TOML document to a plan, and what is refused on the way."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from fake_backend.core.errors import BadRequest
from fake_backend.core.places import written
from fake_backend.faults.counts import Count
from fake_backend.faults.rules import Effect, Plan, Rule, WorkerEffect

if TYPE_CHECKING:
    from collections.abc import Iterator
    from os import PathLike

    from pydantic_core import ErrorDetails

PLAN: Final = TypeAdapter(Plan)
_OF_THE_BODY: Final = {"truncate", "slow", "corrupt", "event", "expire_urls"}
_OF_AN_ANSWER: Final = {"status", "headers", "delay", "drop", "reset", *_OF_THE_BODY}
LEAVES_NOTHING: Final = (  # what an effect takes away, so that what is named beside it would say nothing
    ("refuse", "there is nobody", {*_OF_AN_ANSWER, "no_answer", "twice", "skew", "spoil", "processed"}),
    ("no_answer", "there is no answer", {*_OF_AN_ANSWER, "spoil"}),
    ("drop", "the connection is closed", {"spoil"}),
    ("reset", "the connection is closed", {"spoil"}),
    ("drop before", "there is no answer", {"status", "headers", *_OF_THE_BODY}),
    ("reset before", "there is no answer", {"status", "headers", *_OF_THE_BODY}),
    ("status", "the answer is the fault's own", {"event", "expire_urls"}),
    ("event", "the stream goes on until then", {"truncate", "corrupt"}),
    ("expire_urls", "they have expired by any clock", {"skew"}),
)


class PlanInvalid(BadRequest):
    """A fault plan that is none; ``field`` is the place in it."""

    code = "fault_plan_invalid"


def shaped(document: object) -> Plan:
    """Return the plan that a document tells.

    Args:
        document: ``{"seed": ..., "rules": [...]}`` as Python values (``docs/faults.md``).

    Raises:
        PlanInvalid: The first thing that is wrong with it, with its place.
    """
    try:
        text = json.dumps(document, ensure_ascii=False, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        raise PlanInvalid(f"A fault plan is JSON: {error}.", expected="an object with rules") from None
    try:
        plan = PLAN.validate_json(text)
    except ValidationError as error:
        found = error.errors(include_url=False)
        place = _place(found[0])
        alike = [one for one in found if _place(one) == place and not one["type"].endswith("_type")]
        # where several types would do, the one that it is of says what is wrong; a word is of no such type
        first = min(alike, key=lambda one: one["type"] == "literal_error", default=found[0])
        raise PlanInvalid(f"{place}: {first['msg']}.", received=first["input"], field=place) from None
    return checked(plan)


def _place(error: ErrorDetails) -> str:
    kinds = {"constrained-int", "constrained-float", "constrained-str", "[key]"}  # pydantic's own words
    return (
        written(step for step in error["loc"] if step not in kinds and not str(step).startswith("literal[")) or "plan"
    )


def checked(plan: Plan) -> Plan:
    """Return a plan whose rules make sense together.

    Raises:
        PlanInvalid: They do not.
    """
    for place, complaint in _complaints(plan):
        raise PlanInvalid(f"{place}: {complaint}.", field=place)
    return plan


def effect_of(document: object) -> Effect:
    """Return the one effect that a document tells.

    Raises:
        PlanInvalid: It is none; the place is within it.
    """
    try:
        return shaped({"rules": [{"id": "one-off", "effect": document}]}).rules[0].effect
    except PlanInvalid as refusal:
        told = refusal.message.removeprefix("rules[0].")
        place = None if refusal.field is None else refusal.field.removeprefix("rules[0].")
        raise PlanInvalid(told, received=refusal.received, field=place) from None


def parsed(text: str) -> Any:
    """Return what JSON says, in which each name of an object stands once, as in TOML: the last would hide the others.

    Raises:
        ValueError: It is no JSON, or says something twice.
    """
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    for name, number in Counter(name for name, _ in pairs).items():
        if number > 1:
            raise ValueError(f"{name!r} stands {number} times in one object")
    return dict(pairs)


def read(path: str | PathLike[str]) -> Plan:
    """Return the plan in a file of JSON, or of TOML where its name ends in ``.toml``.

    Raises:
        PlanInvalid: The file cannot be read, or is no plan; the sentence begins with its name.
    """
    file = Path(path)
    try:
        text = file.read_text(encoding="utf-8-sig")
        document: Any = tomllib.loads(text) if file.suffix == ".toml" else parsed(text)
    except OSError as error:
        raise PlanInvalid(f"{file}: {error.strerror or type(error).__name__}.", expected="a readable file") from None
    except (ValueError, RecursionError) as error:
        raise PlanInvalid(f"{file}: {error}.", expected="JSON, or TOML where the name ends in .toml") from None
    try:
        return shaped(document)
    except PlanInvalid as refusal:
        raise PlanInvalid(f"{file}: {refusal.message}", received=refusal.received, field=refusal.field) from None


def _complaints(plan: Plan) -> Iterator[tuple[str, str]]:
    for name, number in Counter(rule.id for rule in plan.rules).items():
        if number > 1:
            yield "rules", f"the id {name!r} is used {number} times, and each rule needs its own"
    for index, rule in enumerate(plan.rules):
        place = f"rules[{index}]"
        yield from ((f"{place}.match.{name}", complaint) for name, complaint in _counts(rule))
        yield from ((f"{place}.effect", complaint) for complaint in _conflicts(rule))
        if rule.match.until is not None and rule.match.until < rule.match.since:
            yield f"{place}.match.until", f"{rule.match.until:g} is before since, {rule.match.since:g}"


def _counts(rule: Rule) -> Iterator[tuple[str, str]]:
    match = rule.match
    counts = {"attempt": match.attempt, "page": match.page, "call": match.call}
    if match.job is not None:
        counts["job.number"] = match.job.number
    for name, told in counts.items():
        if told is not None:
            try:
                Count.of(told)
            except ValueError as error:
                yield name, str(error)


def named(effect: Effect) -> tuple[str, ...]:
    """Return the fields of an effect that say something."""
    blank = Effect()
    return tuple(one.name for one in fields(Effect) if getattr(effect, one.name) != getattr(blank, one.name))


def _conflicts(rule: Rule) -> Iterator[str]:
    names = set(named(rule.effect))
    if not names - {"body", "headers", "processed"} and "headers" not in names:
        yield "nothing happens; name an effect, such as status or delay"
    if (rule.match.target == "worker") != ("worker" in names) or ("worker" in names and len(names) > 1):
        yield "worker stands alone, and goes with match.target worker"
    yield from _worker_conflicts(rule) if rule.effect.worker is not None else _answer_conflicts(rule, names)


def _worker_conflicts(rule: Rule) -> Iterator[str]:
    match, effect = rule.match, rule.effect.worker
    if match.method or match.route or match.query or match.header or match.page:
        yield "a worker's step has no method, route, query, header or page"
    if effect == WorkerEffect():
        yield "nothing happens to the worker; name kill, stall, pace or fail_row"
    if effect is not None and effect.kill:
        said = {"stall": effect.stall, "pace": effect.pace}
        if effect.resume_after is None:
            said["fail_row"] = effect.fail_row
        if idle := [name for name, told in said.items() if told is not None]:
            yield f"{', '.join(idle)} would do nothing beside kill: the worker is dead"
    if effect is not None and effect.resume_after is not None and not effect.kill:
        yield "resume_after is for a worker that was killed"
    if effect is not None and effect.resume_from == "start" and effect.resume_after is None:
        yield "resume_from is for a worker that was killed and is taken up again; name kill and resume_after"


def _answer_conflicts(rule: Rule, names: set[str]) -> Iterator[str]:
    said = {*names, *(f"{one} before" for one in ("drop", "reset") if getattr(rule.effect, one) == "before")}
    for one, why, without in LEAVES_NOTHING:
        if one in said and (idle := names & without):
            yield f"{', '.join(sorted(idle))} would do nothing beside {one}: {why}"
    is_taken_away = bool(said & {"status", "no_answer", "drop before", "reset before"})
    if rule.effect.processed is False and not is_taken_away:
        yield "the request is carried out all the same; processed goes with status, no_answer, drop or reset before"
    if "skew" in names and "no_answer" not in names and is_taken_away and not rule.effect.processed:
        yield "skew would do nothing: the request is not carried out; name processed"
    if {"drop", "reset"} <= names:
        yield "a connection is either dropped or reset"
    if "event" in names and rule.match.target != "sse":
        yield "event wants match.target to be sse"
    if {"body", "retry_after"} & names and "status" not in names:
        yield "body and retry_after want a status"
