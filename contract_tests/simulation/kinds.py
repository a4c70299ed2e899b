"""Kinds of faults, each a few rules of a plan: those that the SDK has to survive, and those that it need not.

What a kind *within* does is covered by a retry budget of the SDK (``docs/simulation.md`` has the table); two of one
group are never in one plan, since they would share a budget.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from contract_tests.simulation.lot import Lot
    from contract_tests.simulation.recipe import Command

type Rules = list[dict[str, Any]]

LISTS = {
    "task": "/sdk/tasks/",
    "assignment": "/sdk/assignments/",
    "ground_truth": "/sdk/ground_truth_events/",
}
BULK = "/v2/*/bulk-*/"
PAYLOADS, FILES = "/synapse-media/payloads/**", "/synapse-media/data-units/**"
JOB, CANCEL, ENQUEUE = "/v2/async_jobs/*/", "/v2/async_jobs/*/cancel/", "/v2/plugin_exports/"
PUT, RUN, TASK, SERVING = "/tasks/*/annotate_task_data/", "/plugins/*/run/", "/tasks/*/", "/serve_applications/"
GATEWAY = (502, 503, 504)  # what the transport sends again (contract.md 1.2)
READ = (429, 500, *GATEWAY)  # and what a single read is asked for again after
INACTIVITY = "export_delegate_poll_inactivity_deadline_seconds"


@dataclass(frozen=True)
class FaultKind:
    """A kind of fault.

    Args:
        name: Begins the names of its rules.
        group: What it strikes.
        is_within: Whether the SDK has to survive it.
        concerns: Whether a command can meet it.
        rules: Draws it: ``match``, ``effect`` and ``times`` of each rule.
        weight: How often it is drawn, beside the others.
    """

    name: str
    group: str
    is_within: bool
    concerns: Callable[[Command], bool]
    rules: Callable[[Lot, Command], Rules]
    weight: int = 1


def struck(lot: Lot, match: dict[str, Any], effects: list[dict[str, Any]], *, most: int, last: int = 4) -> Rules:
    """Return one rule that strikes up to ``most`` times in a row, from one of the first calls on."""
    return [
        {
            "match": {**match, "call": f"{lot.randint(1, last)}-"},
            "effect": lot.choice(effects),
            "times": lot.randint(1, most),
        }
    ]


def statuses(*numbers: int) -> list[dict[str, Any]]:
    """Return effects that answer with a status, some of them with ``Retry-After``."""
    found: list[dict[str, Any]] = [{"status": number} for number in numbers]
    return found + [{"status": number, "retry_after": 7} for number in numbers if number in {429, 503}]


BROKEN: list[dict[str, Any]] = [{"reset": "before"}, {"drop": "before"}, {"refuse": True}, {"drop": 9}, {"reset": 0}]
"""What becomes of a connection; of a read it costs nothing but another attempt."""
SPOILED: list[dict[str, Any]] = [{"spoil": "reset"}, {"spoil": "drop"}]
"""What becomes of all that comes over it from then on (SYN-7443)."""


def _export(command: Command) -> bool:
    return command.kind == "export"


def _in_process(command: Command) -> bool:
    return command.kind == "export" and not command.is_delegated


def _delegated(command: Command) -> bool:
    return command.is_delegated


def _to_task(command: Command) -> bool:
    return command.kind == "to_task"


def _by_file(command: Command) -> bool:
    return command.kind == "to_task" and command.params["method"] == "file"


def _by_inference(command: Command) -> bool:
    return command.kind == "to_task" and command.params["method"] == "inference"


def _any(command: Command) -> bool:
    del command
    return True


def _pages(lot: Lot, command: Command) -> Rules:
    effects = [*statuses(429, 500, 502, 503, 504, 520), *BROKEN, {"no_answer": True}, *SPOILED]
    return struck(lot, {"method": "GET", "route": _list(lot, command)}, effects, most=3)


def _list(lot: Lot, command: Command) -> str:
    in_process = command.kind == "export" and not command.is_delegated
    return "/v2/tasks/" if in_process and command.target == "task" and lot.happens(0.6) else LISTS[command.target]


def _bulk(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "POST", "route": BULK}, statuses(429, 500, *GATEWAY), most=3)


def _expired(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "POST", "route": BULK}, [{"expire_urls": True}], most=2, last=3)


def _payloads(lot: Lot, command: Command) -> Rules:
    del command
    effects = [*statuses(429, 500, *GATEWAY), *BROKEN, {"truncate": 5}, {"no_answer": True}]
    return struck(lot, {"target": "storage", "route": PAYLOADS}, effects, most=3, last=8)


def _skewed(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"target": "storage", "route": PAYLOADS}, [{"skew": 90_000}], most=2, last=8)


def _originals(lot: Lot, command: Command) -> Rules:
    del command
    effects = [*statuses(429, 500, *GATEWAY), {"reset": "before"}, {"drop": 1}]
    return struck(lot, {"target": "storage", "route": FILES}, effects, most=2, last=8)


def _singles(lot: Lot, command: Command) -> Rules:
    routes = {"to_task": ["/projects/*/", "/data_collections/*/", "/agents/"]}.get(command.kind, ["/projects/*/"])
    if command.kind == "export" and command.target == "ground_truth":
        routes += ["/ground_truth_dataset_versions/*/", "/v2/ground-truth-datasets/*/"]
    return struck(lot, {"method": "GET", "route": lot.choice(routes)}, [*statuses(*READ), *BROKEN], most=2, last=1)


def _session(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "POST", "route": "/storages/*/session/"}, statuses(*READ), most=2, last=1)


def _stream(lot: Lot, command: Command) -> Rules:
    del command
    torn: list[dict[str, Any]] = [
        {"drop": lot.randint(0, 400)},
        {"reset": lot.randint(0, 400)},
        {"drop": lot.randint(100, 700)},
        {"event": {"name": "error", "data": {"message": "hub"}, "after": lot.randint(0, 3)}},
    ]
    return struck(lot, {"target": "sse"}, [*torn, *torn, *statuses(429, 500, 503), {"no_answer": True}], most=4, last=1)


def _job(lot: Lot, command: Command) -> Rules:
    del command
    effects = [*statuses(500, 502, 503), {"drop": "before"}, {"delay": 9.0}]
    return struck(lot, {"method": "GET", "route": JOB}, effects, most=3, last=2)


def _worker(lot: Lot, command: Command) -> Rules:
    patience = command.params[INACTIVITY]
    share = lot.uniform(0.05, 0.4)
    befalls: list[dict[str, Any]] = [
        {"stall": patience * share},
        {"kill": True, "resume_after": patience * share, "resume_from": "here"},
        {"kill": True, "resume_after": patience * share, "resume_from": "start"},
        {"pace": lot.choice([3.0, 10.0])},
    ]
    return struck(lot, {"target": "worker"}, [{"worker": one} for one in befalls], most=2, last=5)


def _slow(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "GET", "target": "api"}, [{"delay": lot.uniform(0.5, 8)}], most=3, last=20)


def _reads(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "GET", "route": TASK}, [*statuses(*READ), *BROKEN, *SPOILED], most=2, last=12)


def _files(lot: Lot, command: Command) -> Rules:
    del command
    effects = [*statuses(429, 500, *GATEWAY), {"reset": "before"}, {"drop": 3}]
    return struck(lot, {"target": "storage", "route": FILES}, effects, most=2, last=12)


def _writes(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "PUT", "route": PUT}, [*statuses(500, *GATEWAY)], most=2, last=12)


def _lost_answers(lot: Lot, command: Command) -> Rules:
    del command
    effects: list[dict[str, Any]] = [
        {"no_answer": True},
        {"status": 500, "processed": True},
        {"drop": "before", "processed": True},
        {"drop": 0},
    ]
    return struck(lot, {"method": "PUT", "route": PUT}, effects, most=1, last=12)


def _runs(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "POST", "route": RUN}, [*statuses(*GATEWAY), {"reset": "before"}], most=2, last=8)


def _serving(lot: Lot, command: Command) -> Rules:
    del command
    return struck(lot, {"method": "GET", "route": SERVING}, [*statuses(*READ), {"reset": "before"}], most=2, last=1)


def _down(lot: Lot, command: Command) -> Rules:
    routes = [LISTS[command.target]]
    routes += [TASK] if command.kind == "to_task" else [BULK, PAYLOADS, FILES]
    route = lot.choice(routes)
    # an original that is answered with 500 for good costs its row alone, by intent, so that is left out here
    effects = [{"status": 503}, {"refuse": True}, {"reset": "before"}, *([{"status": 500}] if route != FILES else [])]
    return [{"match": {"route": route, "call": f"{lot.randint(1, 6)}-"}, "effect": lot.choice(effects)}]


def _refused(lot: Lot, command: Command) -> Rules:
    effect = {"status": lot.choice([400, 401, 403, 404])}
    if command.is_delegated:
        return struck(lot, {"route": lot.choice([LISTS[command.target], JOB, JOB, ENQUEUE])}, [effect], most=1, last=1)
    routes = [LISTS[command.target], *([TASK, PUT] if command.kind == "to_task" else [BULK])]
    routes += [RUN] if _by_inference(command) else []
    return struck(lot, {"route": lot.choice(routes)}, [effect], most=1, last=5)


def _nonsense(lot: Lot, command: Command) -> Rules:
    routes = [LISTS[command.target], *([TASK] if command.kind == "to_task" else [BULK, "/v2/tasks/"])]
    return struck(lot, {"route": lot.choice(routes)}, [{"corrupt": True}, {"truncate": 12}], most=1, last=6)


def _gone(lot: Lot, command: Command) -> Rules:
    # an original that is refused or not there costs its row alone, by intent (docs/exports.md), so none of that here
    route = PAYLOADS if command.kind == "export" and lot.happens(0.7) else FILES
    lasting = [503] if command.kind == "export" and route == FILES else [403, 404, 503]
    effect = {"status": lot.choice(lasting)}
    return [{"match": {"route": route, "call": f"{lot.randint(1, 8)}-"}, "effect": effect, "times": 40}]


def _enqueue(lot: Lot, command: Command) -> Rules:
    del command
    effects = [
        *statuses(429, 500, 503),
        {"reset": "before"},
        {"no_answer": True},
        {"drop": "before", "processed": True},
    ]
    return struck(lot, {"method": "POST", "route": ENQUEUE}, effects, most=1, last=1)


def _forbidden_job(lot: Lot, command: Command) -> Rules:
    """Let whoever asks for the job's outcome be refused: the run ends, and its job goes on."""
    del command
    return struck(lot, {"method": "GET", "route": JOB}, [{"status": 401}, {"status": 403}], most=1, last=1)


def _dead(lot: Lot, command: Command) -> Rules:
    del command
    effects: list[dict[str, Any]] = [
        {"worker": {"kill": True}},
        {"worker": {"kill": True}},
        {"worker": {"fail_row": lot.randint(1, 12)}},
    ]
    return struck(lot, {"target": "worker"}, effects, most=1, last=4)


def _race(lot: Lot, command: Command) -> Rules:
    """Let a job finish while it is being given up: it stands still for too long, and the last look at it takes long."""
    patience = command.params[INACTIVITY]
    stall = {"worker": {"stall": patience + lot.uniform(0, 10)}}
    return [
        {"match": {"target": "worker", "call": lot.randint(2, 3)}, "effect": stall, "times": 1},
        {"match": {"method": "GET", "route": JOB, "since": patience - 90}, "effect": {"delay": 25.0}},
        {"match": {"target": "sse"}, "effect": {"status": 503}},
    ]


KINDS = (
    FaultKind("page", "list", True, _export, _pages),
    FaultKind("bulk", "bulk", True, _in_process, _bulk),
    FaultKind("expired", "link", True, _in_process, _expired),
    FaultKind("payload", "payload", True, _in_process, _payloads),
    FaultKind("skewed", "link", True, _in_process, _skewed),
    FaultKind("original", "original", True, _in_process, _originals),
    FaultKind("single", "single", True, _any, _singles),
    FaultKind("session", "session", True, _export, _session),
    FaultKind("stream", "stream", True, _delegated, _stream),
    FaultKind("job", "job", True, _delegated, _job),
    FaultKind("worker", "worker", True, _delegated, _worker),
    FaultKind("enqueue", "enqueue", True, _delegated, _enqueue),
    FaultKind("slow", "slow", True, _any, _slow),
    FaultKind("read", "task", True, _to_task, _reads),
    FaultKind("file", "original", True, _by_file, _files),
    FaultKind("write", "write", True, _to_task, _writes),
    FaultKind("lost-answer", "write", True, _to_task, _lost_answers),
    FaultKind("run", "run", True, _by_inference, _runs),
    FaultKind("serving", "serving", True, _by_inference, _serving),
    FaultKind("down", "down", False, _any, _down),
    FaultKind("refused", "down", False, _any, _refused, 4),
    FaultKind("nonsense", "down", False, _any, _nonsense),
    FaultKind("gone", "down", False, _any, _gone),
    FaultKind("job-forbidden", "job", False, _delegated, _forbidden_job, 10),
    FaultKind("dead", "worker", False, _delegated, _dead, 4),
    FaultKind("race", "worker", False, _delegated, _race, 20),
)
