"""What must hold of every trial, law by law; ``docs/simulation.md`` says why."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.simulation.kinds import ENQUEUE, INACTIVITY
from contract_tests.simulation.trial import is_as_told, published

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from contract_tests.simulation.stage import Attempt
    from contract_tests.simulation.trial import Trial

MULTIPLE = 4  # of the undisturbed run's requests: the transport sends one request four times at most
LONGEST_WAIT = 60.0  # seconds: contract.md 1.2, Retry-After is honoured up to that
PER_STRIKE = 90.0  # seconds that one fault may cost: a read time-out of 30 s and a wait of 60 s
FOR_ITSELF = 300.0  # seconds that a run may take by itself: throttles, polls, a job's chunks
FOREIGN = b"another tenant"


@dataclass(frozen=True)
class Broken:
    """A law that does not hold.

    Args:
        law: Its name.
        sentence: What was seen.
    """

    law: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.law}: {self.sentence}"


def broken_laws(trial: Trial) -> list[Broken]:
    """Return the laws that a trial breaks, in the order of ``LAWS``."""
    return [Broken(law, sentence) for law, check in LAWS.items() for sentence in check(trial)]


def _clear_error(trial: Trial) -> Iterator[str]:
    """An error is one of the SDK's own tree, and says something."""
    for attempt in _attempts(trial):
        if not attempt.is_clear:
            yield f"it ended in {attempt.error_kind}, which is none of the SDK's: {attempt.error[:300]}"


def _survives(trial: Trial) -> Iterator[str]:
    """Without faults, and with faults within the retry budgets, the command succeeds."""
    first = trial.first
    if trial.recipe.promise == "beyond" or trial.is_success:
        return
    if bool(first.error) != trial.expected.fails:
        yield f"it should have {'failed' if trial.expected.fails else 'succeeded'}: {first.error[:500] or 'no error'}"
    elif trial.expected.counts and first.result != {**first.result, **trial.expected.counts}:
        yield f"it came to {dict(first.result)}, and to {dict(trial.expected.counts)} by the oracle"


def _nothing_foreign(trial: Trial) -> Iterator[str]:
    """Nothing of another tenant comes out, and nothing of theirs changes."""
    for attempt in _attempts(trial):
        found = [path for path, content in attempt.tree.items() if FOREIGN in content]
        if found:
            yield f"{found[0]} holds data of another tenant"
        theirs = {
            key: row for key, row in attempt.rows.items() if trial.expected.before.get(key) != row and key[1] > 900
        }
        if theirs:
            yield f"tasks of another tenant were changed: {sorted(theirs)}"


def _equals_oracle(trial: Trial) -> Iterator[str]:
    """What succeeds is equal to the byte to what the oracle tells: nothing lost, repeated or changed."""
    if not trial.first.error and not trial.expected.fails:
        yield from _difference(trial, trial.first)


def _nothing_left(trial: Trial) -> Iterator[str]:
    """What fails leaves nothing at the destination; of to_task, each task as it was or as it is to be."""
    for attempt in _attempts(trial):
        if attempt.error and attempt.tree:
            yield f"it failed and left {sorted(attempt.tree)[:3]} ({attempt.error[:200]})"
        for key, row in attempt.rows.items():
            if row not in (trial.expected.before.get(key), trial.expected.after.get(key)):
                yield f"task {key[1]} is neither as it was nor as it is to be: {str(row)[:200]}"


def _bounded_wait(trial: Trial) -> Iterator[str]:
    """Every wait has an end, and all of them together have one that follows from the faults."""
    patience = float(trial.recipe.command.params.get(INACTIVITY, 0.0)) if trial.recipe.command.is_delegated else 0.0
    for attempt in _attempts(trial):
        if attempt.longest_wait > LONGEST_WAIT:
            yield f"it waited {attempt.longest_wait:g} s at once; {LONGEST_WAIT:g} s are the most"
        limit = FOR_ITSELF + PER_STRIKE * attempt.strikes + 2 * patience + attempt.jumped
        limit += sum(_told_to_wait(rule) * attempt.fired.get(rule["id"], 0) for rule in trial.recipe.rules)
        if attempt.seconds > limit:
            yield f"it took {attempt.seconds:g} s with {attempt.strikes} faults; {limit:g} s are the most"


def _bounded_requests(trial: Trial) -> Iterator[str]:
    """Requests are at most four times those of the undisturbed run; looks at a job go by time instead."""
    first = trial.first
    looks = sum(entry["path"].startswith("/v2/async_jobs/") for entry in first.entries)
    if looks > (limit := 20 + 2 * first.strikes + math.ceil(first.seconds / 5)):
        yield f"it looked at its job {looks} times in {first.seconds:g} s; {limit} are the most"
    asked = len(first.entries) - looks
    if asked > MULTIPLE * trial.expected.least and asked > MULTIPLE * trial.undisturbed:
        yield f"it sent {asked} requests, and {trial.undisturbed} without faults; {MULTIPLE} times that are the most"


def _write_once(trial: Trial) -> Iterator[str]:
    """A write is applied once: one job for an attempt, one PUT that is carried out for a task."""
    made = 0
    for attempt in _attempts(trial):
        wanted = sum(entry["path"] == ENQUEUE for entry in attempt.entries)
        if attempt.jobs - made > 1:
            yield f"{attempt.jobs - made} jobs were made in one attempt, by {wanted} requests"
        made = attempt.jobs
        done = Counter(
            entry["path"] for entry in attempt.entries if entry["method"] == "PUT" and _is_done(trial, entry)
        )
        repeated = [path for path, times in done.items() if times > 1]
        if repeated:
            yield f"{repeated[0]} was carried out {done[repeated[0]]} times in one attempt"


def _resumes(trial: Trial) -> Iterator[str]:
    """When the faults have stopped, the same command succeeds and equals the oracle."""
    again, expected = trial.again, trial.expected
    if again is None or is_as_told(expected, again):
        return
    if trial.recipe.command.kind == "to_task":
        if again.rows != expected.after:
            yield f"the tasks are not as the oracle tells after the second run: {again.error or dict(again.result)}"
    elif bool(again.error) != expected.fails:
        yield f"the second run {'failed' if again.error else 'succeeded'}: {again.error[:500]}"
    else:
        yield from _difference(trial, again)


type Law = Callable[[Trial], Iterator[str]]

LAWS: Mapping[str, Law] = {
    "clear-error": _clear_error,
    "nothing-foreign": _nothing_foreign,
    "equals-oracle": _equals_oracle,
    "survives": _survives,
    "nothing-left": _nothing_left,
    "write-once": _write_once,
    "bounded-wait": _bounded_wait,
    "bounded-requests": _bounded_requests,
    "resumes": _resumes,
}
"""Name to law; the first that is broken gives a failure its name."""


def _attempts(trial: Trial) -> list[Attempt]:
    return [trial.first] if trial.again is None else [trial.first, trial.again]


def _difference(trial: Trial, attempt: Attempt) -> Iterator[str]:
    if trial.recipe.command.kind == "to_task":
        wrong = [key for key, row in trial.expected.after.items() if attempt.rows.get(key) != row]
        if wrong and trial.recipe.promise != "beyond":
            yield f"task {wrong[0][1]} is {str(attempt.rows.get(wrong[0]))[:200]}; {len(wrong)} such tasks"
        return
    got, told = published(attempt), trial.expected.tree
    lost, more = sorted(set(told) - set(got)), sorted(set(got) - set(told))
    changed = sorted(path for path in set(got) & set(told) if got[path] != told[path])
    if lost or more or changed:
        yield f"lost {len(lost)} {lost[:2]}, too many {len(more)} {more[:2]}, changed {len(changed)} {changed[:2]}"


def _told_to_wait(rule: Mapping[str, Any]) -> float:
    """Return the seconds by which a rule holds things up each time."""
    effect = rule["effect"]
    worker = effect.get("worker", {})
    held = float(effect.get("delay", 0.0)) + float(worker.get("stall", 0.0)) + float(worker.get("resume_after", 0.0))
    return held + 4.0 * float(worker.get("pace", 0.0))


def _is_done(trial: Trial, entry: Mapping[str, Any]) -> bool:
    """Return whether a request was carried out, whatever became of its answer."""
    effects = [rule["effect"] for rule in trial.recipe.rules if rule["id"] in entry["faults"]]
    if not effects:
        return bool(200 <= entry["status"] < 300)
    return all(_carries_out(effect) for effect in effects)


def _carries_out(effect: Mapping[str, Any]) -> bool:
    if effect.get("refuse"):
        return False
    if "status" in effect or "before" in {effect.get("drop"), effect.get("reset")}:
        return bool(effect.get("processed", False))
    return bool(effect.get("processed", True))
