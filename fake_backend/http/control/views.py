"""The control calls: seed, reset, journal, clock, bugs, faults, tokens. Fields that they do not know are refused."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, cast

from flask import Blueprint, Response, request

from fake_backend.core.bugs import KNOWN
from fake_backend.core.clock import VirtualClock
from fake_backend.core.errors import BadRequest, Conflict
from fake_backend.http.answers import answer
from fake_backend.http.control.policy import ControlPolicy
from fake_backend.http.request import as_object, declared_json, world
from fake_backend.seeding import SeedInvalid, validate

control = Blueprint("control", __name__, url_prefix="/_fake")

POLICY = "fake_backend.control"
RESET = "fake_backend.reset"
MAX_TOKEN = 2**31 - 1  # the id column's
LONGEST = 10 * 365 * 86_400  # seconds that one call may move the clock: ten years


@control.before_request
def guard() -> None:
    """Admit the caller, and take writes as JSON alone: a form is what a foreign page can send unasked."""
    policy = cast("ControlPolicy", request.environ.get(POLICY, ControlPolicy()))
    if request.environ.get("fake_backend.absolute_target") and not policy.any_host:
        raise BadRequest(
            "A control call names its host in the Host header alone.",
            received=request.host,
            expected=f"a target that is a path: {request.path}",
        )
    policy.admit(request.headers.get("Host", ""), request.headers)


@control.post("/seed/")
def seed() -> Response:
    """Add the rows of a seed document."""
    document = as_object(declared_json())
    try:
        rows = validate(document)
    except SeedInvalid as error:
        raise BadRequest(error.message, received=error.received, expected=error.expected, field=error.path) from error
    return answer({"seeded": world().seed(rows)}, 201)


@control.post("/reset/")
def reset() -> Response:
    """Go back to the rows that the backend started with."""
    _only(as_object(declared_json()), ())
    request.environ[RESET]()
    return answer({"reset": True})


@control.get("/journal/")
def journal() -> Response:
    """Every request and what became of it."""
    return answer(world().journal.as_dict())


@control.get("/clock/")
def clock() -> Response:
    """What time it is, and when something happens next."""
    return answer(_clock())


@control.post("/clock/")
def move_clock() -> Response:
    """Move a virtual clock: by ``advance`` seconds, to the next event, or on to the instant ``freeze``."""
    body = _only(as_object(declared_json()), ("advance", "advance_to_next", "freeze"))
    moved = world().clock
    if not isinstance(moved, VirtualClock):
        raise Conflict("A system clock moves by itself.", expected="a backend with clock=virtual")
    if len(body) != 1:
        raise BadRequest(
            "A clock is moved one way at a time.", received=sorted(body), expected="advance, advance_to_next or freeze"
        )
    if body.get("advance_to_next") is True:
        moved.advance_to_next()
    elif "freeze" in body:
        moved.advance(_seconds_until(body["freeze"], moved))
    else:
        seconds = body.get("advance")
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or not 0 <= seconds <= LONGEST:
            raise BadRequest(
                "advance is a number of seconds.", received=seconds, expected=f"0 to {LONGEST}", field="advance"
            )
        moved.advance(seconds)
    return answer(_clock())


@control.get("/bugs/")
def bugs() -> Response:
    """The bugs that there are, and those that are on."""
    return answer({"known": {name: bug.as_json() for name, bug in KNOWN.items()}, "on": list(world().bugs)})


@control.post("/bugs/")
def switch_on() -> Response:
    """Switch bugs on."""
    names = _only(as_object(declared_json()), ("on",)).get("on")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise BadRequest("on is a list of bugs.", received=names, expected=", ".join(KNOWN), field="on")
    world().bugs.on(*names)
    return bugs()


@control.delete("/bugs/")
def switch_off() -> Response:
    """Switch all bugs off."""
    world().bugs.off()
    return bugs()


@control.get("/tokens/")
def tokens() -> Response:
    """Every token without its secret."""
    made = world().tokens
    return answer({"tokens": [made.shown(token) for token in made.listed()]})


@control.post("/tokens/")
def create_token() -> Response:
    """Make a token; this answer alone tells it."""
    body = _only(as_object(declared_json()), ("user", "kind", "expires_in"))
    made = world().tokens
    token, secret = made.create(body.get("user"), body.get("kind", "user"), body.get("expires_in"))
    return answer({**made.shown(token), "token": secret}, 201)


@control.post(f"/tokens/<int(max={MAX_TOKEN}):token_id>/expire/")
def expire_token(token_id: int) -> Response:
    """Let a token end now."""
    _only(as_object(declared_json()), ())
    made = world().tokens
    return answer(made.shown(made.expire(token_id)))


@control.post(f"/tokens/<int(max={MAX_TOKEN}):token_id>/revoke/")
def revoke_token(token_id: int) -> Response:
    """Take a token back."""
    _only(as_object(declared_json()), ())
    return delete_token(token_id)


@control.delete(f"/tokens/<int(max={MAX_TOKEN}):token_id>/")
def delete_token(token_id: int) -> Response:
    """Take a token back; it stays in the list."""
    made = world().tokens
    return answer(made.shown(made.revoke(token_id)))


@control.get("/faults/")
def faults() -> Response:
    """The faults in force, and what each has struck."""
    return answer({"rules": [asdict(one) for one in world().faults.report()]})


@control.post("/faults/")
def put_faults() -> Response:
    """Put a fault plan in force, beside those that are."""
    number = world().faults.put(as_object(declared_json()))
    return answer({"plan": number, "rules": [asdict(one) for one in world().faults.report()]}, 201)


@control.delete("/faults/")
def clear_faults() -> Response:
    """Take every fault out of force; say what each has struck."""
    told = [asdict(one) for one in world().faults.report()]
    world().faults.clear()
    return answer({"rules": told})


def _seconds_until(told: object, clock: VirtualClock) -> float:
    """Return how far ahead an instant is that a clock is to stand at."""
    try:
        instant = datetime.fromisoformat(told) if isinstance(told, str) else None
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise BadRequest(
            "freeze is an instant.",
            received=told,
            expected="ISO 8601 with a zone, as 2026-12-01T00:00:00Z",
            field="freeze",
        )
    seconds = (instant - clock.now()).total_seconds()
    if seconds < 0:
        raise BadRequest(
            "A clock moves forward only.",
            received=told,
            expected=f"not before {clock.now().isoformat()}",
            field="freeze",
        )
    if seconds > LONGEST:
        furthest = clock.now() + timedelta(seconds=LONGEST)
        raise BadRequest(
            "One call moves a clock by ten years at most.",
            received=told,
            expected=f"not after {furthest.isoformat()}",
            field="freeze",
        )
    return seconds


def _clock() -> dict[str, Any]:
    current = world().clock
    due = current.scheduler.next_due()
    return {
        "now": current.now().isoformat(),
        "status": "ready",  # as Stripe's test clocks say: every event up to now has run
        "kind": "virtual" if isinstance(current, VirtualClock) else "system",
        "next_event_in": None if due is None else max(0.0, due - current.monotonic()),
    }


def _only(body: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Return ``body`` when all its fields are among ``names``."""
    unknown = sorted(set(body) - set(names))
    if unknown:
        raise BadRequest(
            f"This call does not know {', '.join(unknown)}.",
            received=unknown[0],
            expected=", ".join(names) or "an empty object",
            field=unknown[0],
        )
    return body
