"""States that a search has to reach to be worth its time: what must have happened in some run of a campaign."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from contract_tests.simulation.kinds import CANCEL, JOB

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from contract_tests.simulation.stage import Attempt
    from contract_tests.simulation.trial import Trial

type Entry = Mapping[str, Any]
type Seen = Callable[[Trial], bool]


def _reconnects(trial: Trial) -> bool:
    """Return whether a stream was opened again after its job had gone on without it."""
    for attempt in _attempts(trial):
        streams = [entry for entry in attempt.entries if entry["path"].endswith("/progress/")]
        pace = float(trial.recipe.settings["chunk_seconds"])
        if any(_apart(one, other) > pace for one, other in pairwise(streams)):
            return True
    return False


def _expires(trial: Trial) -> bool:
    """Return whether a link had expired when it was used, and its object was had by another one."""
    refused = {entry["path"] for entry in trial.entries if entry["party"] == "storage" and entry["status"] == 403}
    had = {entry["path"] for entry in trial.entries if entry["party"] == "storage" and entry["status"] == 200}
    return bool(refused & had)


def _worker_dies(trial: Trial) -> bool:
    return _fired(trial, lambda effect: bool(effect.get("worker", {}).get("kill")))


def _worker_starts_over(trial: Trial) -> bool:
    return _fired(trial, lambda effect: effect.get("worker", {}).get("resume_from") == "start")


def _worker_is_silent(trial: Trial) -> bool:
    return _fired(trial, lambda effect: float(effect.get("worker", {}).get("stall", 0)) > 30)


def _resumes(trial: Trial) -> bool:
    """Return whether a run that failed went on from what it had kept: it asked for less than one that begins."""
    if trial.recipe.command.kind != "export" or trial.again is None or not trial.first.error:
        return False
    kept = {entry["path"] for entry in trial.first.entries if entry["party"] == "storage" and entry["status"] == 200}
    new = {entry["path"] for entry in trial.again.entries}
    return not trial.again.error and bool(kept - new)


def _follows_a_job_again(trial: Trial) -> bool:
    """Return whether the job that an interrupted run had made served the next one."""
    if trial.again is None or not trial.recipe.command.is_delegated or trial.again.error:
        return False
    return (trial.first.jobs, trial.again.jobs) == (1, 1)


def _cancel_race(trial: Trial) -> bool:
    return any(entry["status"] == 409 for entry in _cancels(trial))


def _cancels_a_job(trial: Trial) -> bool:
    return any(entry["status"] == 200 for entry in _cancels(trial))


def _last_page(trial: Trial) -> str:
    """Return how the list of rows ended: ``full``, ``short``, or with an ``empty`` page after a full one."""
    command = trial.recipe.command
    if command.kind != "export" or not trial.expected.rows:
        return ""
    if trial.expected.rows % command.params["export_page_size"]:
        return "short"
    return "empty" if trial.recipe.settings.get("empty_last_page") else "full"


def _loses_the_answer_to_a_write(trial: Trial) -> bool:
    return any(
        entry["method"] == "PUT" and "lost-answer" in name for entry in trial.entries for name in entry["faults"]
    )


def _spoils_a_connection(trial: Trial) -> bool:
    return _fired(trial, lambda effect: "spoil" in effect)


def _gives_up_the_stream(trial: Trial) -> bool:
    """Return whether the stream was given up and the job's document asked again and again."""
    looks = [entry for entry in trial.first.entries if _is_job(entry) and entry["path"].count("/") == JOB.count("/")]
    return len(looks) > 3


SOMETIMES: Mapping[str, Seen] = {
    "reconnect with a gap": _reconnects,
    "polling after a lost stream": _gives_up_the_stream,
    "expiry between page and download": _expires,
    "worker death": _worker_dies,
    "worker that starts over, with a lower count": _worker_starts_over,
    "worker that is silent for long": _worker_is_silent,
    "resume from what was kept": _resumes,
    "resume of a job": _follows_a_job_again,
    "cancel race": _cancel_race,
    "job cancelled": _cancels_a_job,
    "last page full": lambda trial: _last_page(trial) == "full",
    "last page empty": lambda trial: _last_page(trial) == "empty",
    "last page short": lambda trial: _last_page(trial) == "short",
    "429": lambda trial: any(entry["status"] == 429 for entry in trial.entries),
    "cut body": lambda trial: any(_is_cut(entry) for entry in trial.entries),
    "spoiled connection": _spoils_a_connection,
    "answer to a write lost": _loses_the_answer_to_a_write,
    "jump of the clock": lambda trial: trial.first.jumped > 0,
    "nothing to export": lambda trial: trial.recipe.command.kind == "export" and trial.expected.rows == 0,
    "task written, others failed": lambda trial: bool(
        trial.first.result.get("failed") and trial.first.result["success"]
    ),
    "clear error": lambda trial: bool(trial.first.error) and trial.first.is_clear and not trial.expected.fails,
    "write refused": lambda trial: any(e["method"] == "PUT" and 400 <= e["status"] < 500 for e in trial.entries),
}
"""Name to whether a trial was there."""


def states(trial: Trial) -> list[str]:
    """Return where a trial has been: names of ``SOMETIMES``, and which way it went."""
    return [trial.recipe.command.way, *(name for name, seen in SOMETIMES.items() if seen(trial))]


WAYS = (
    *(f"{target} {head}" for target in ("task", "assignment", "ground_truth") for head in ("in-process", "delegated")),
    "to_task file",
    "to_task inference",
)


def _attempts(trial: Trial) -> list[Attempt]:
    return [trial.first] if trial.again is None else [trial.first, trial.again]


def _fired(trial: Trial, wanted: Callable[[Mapping[str, Any]], bool]) -> bool:
    return any(trial.first.fired.get(rule["id"]) and wanted(rule["effect"]) for rule in trial.recipe.rules)


def _cancels(trial: Trial) -> Iterator[Entry]:
    suffix = CANCEL.rpartition("*")[2]
    return (entry for entry in trial.entries if _is_job(entry) and entry["path"].endswith(suffix))


def _is_job(entry: Entry) -> bool:
    return bool(entry["path"].startswith(JOB.partition("*")[0]))


def _is_cut(entry: Entry) -> bool:
    return bool(entry["outcome"] == "cut" and entry["sent"] and entry["faults"])


def _apart(one: Entry, other: Entry) -> float:
    return (datetime.fromisoformat(other["at"]) - datetime.fromisoformat(one["at"])).total_seconds()
