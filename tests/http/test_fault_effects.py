"""What is named beside another effect does something, or is refused: no word of a plan means nothing in silence."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from itertools import combinations

import pytest
import requests

from fake_backend import FakeBackend
from fake_backend.faults.reading import PlanInvalid, effect_of
from tests.http.small_backend import small_document

PATH = "/sdk/tasks/?project=1&page_size=2&response_mode=presigned"
PATIENCE = 15  # seconds that the client waits, on the world's clock
EFFECTS = (
    {"status": 503, "body": "down " * 200},
    {"status": 503, "retry_after": 2, "body": "busy " * 200},
    {"headers": {"X-Note": "struck"}},
    {"delay": 3},
    {"no_answer": True},
    {"refuse": True},
    {"drop": "before"},
    {"drop": 700},
    {"reset": "before"},
    {"reset": 700},
    {"truncate": 900},
    {"slow": 40},
    {"corrupt": True},
    {"twice": True},
    {"expire_urls": True},
    {"skew": 100},
    {"spoil": "drop"},
)
UNSEEN = (  # here, and not everywhere
    {"no_answer", "skew"},  # a write to the storage is admitted or not by the clock that is off
    {"corrupt", "drop"},  # the last byte is another one, if it is sent
    {"corrupt", "reset"},
)


def innermost(error: BaseException) -> str:
    """Return the words of an error's first cause, in which no address of an object stands."""
    causes = [error]
    while (cause := next((one for one in causes[-1].args if isinstance(one, BaseException)), None)) is not None:
        causes.append(cause)
    reason = getattr(causes[-1], "reason", None)
    found = reason if isinstance(reason, BaseException) else causes[-1]
    return f"{type(found).__name__}: {str(found).rpartition('>: ')[2]}"


def told(backend, session) -> object:
    """Return all that a client can tell of one request: head and body, and how either ended."""
    seen: list[object] = []
    try:
        answer = session.get(backend.url + PATH, timeout=PATIENCE, stream=True)
        seen += [answer.status_code, sorted(answer.headers.items())]
        seen.extend(answer.iter_content(50))
    except requests.RequestException as error:
        seen.append(innermost(error))
    return seen


def alike():
    """Return a backend whose answers are those of every other one, to the byte."""
    return FakeBackend(seed=small_document(), name="struck", start=datetime(2026, 3, 1, tzinfo=UTC))


@cache
def observed(effect: tuple[tuple[str, object], ...]) -> object:
    """Return all that one struck request shows, with the next one on its connection."""
    rule = {"id": "one", "effect": dict(effect), "times": 1}
    with alike() as backend, requests.Session() as session:
        session.headers.update(backend.tokens["acme"].headers)
        begun = backend.clock.monotonic()
        with backend.faults.during({"rules": [rule]}):
            seen = [told(backend, session) for _ in range(2)]
        carried = tuple(entry.carried for entry in backend.journal)
        return seen, round(backend.clock.monotonic() - begun, 6), carried


def frozen(effect: dict[str, object]) -> tuple[tuple[str, object], ...]:
    """Return an effect as a key; its headers are left as they are, since they are the only mapping."""
    return tuple((name, Headers(value) if isinstance(value, dict) else value) for name, value in effect.items())


class Headers(dict):
    """A mapping that can be a part of a key."""

    def __hash__(self) -> int:
        return hash(tuple(self.items()))


def is_taken(effect: dict[str, object]) -> bool:
    """Return whether a plan may say this."""
    try:
        effect_of(effect)
    except PlanInvalid:
        return False
    return True


@pytest.mark.parametrize("effect", EFFECTS, ids=lambda effect: "-".join(map(str, effect.items())))
def test_each_effect_alone_shows(effect) -> None:
    """Against the same two requests without a fault."""
    with alike() as backend, requests.Session() as session:
        session.headers.update(backend.tokens["acme"].headers)
        quiet = [told(backend, session) for _ in range(2)]

    assert observed(frozen(effect)) != (quiet, 0.0, ((200,), (200,)))


def test_what_is_named_beside_another_effect_shows_too() -> None:
    """Of every two effects, either the plan is refused, or leaving out the one or the other is noticed."""
    silent = [
        (one, other)
        for one, other in combinations(EFFECTS, 2)
        if not one.keys() & other.keys()
        and not any(pair <= one.keys() | other.keys() for pair in UNSEEN)
        and is_taken({**one, **other})
        and observed(frozen({**one, **other})) in (observed(frozen(one)), observed(frozen(other)))
    ]

    assert not silent


@pytest.mark.parametrize("effect", [{"delay": 1}, {"drop": 5}, {"truncate": 10}, {"twice": True}])
def test_what_is_carried_out_anyway_cannot_be_left_undone(effect) -> None:
    """It would be carried out in silence."""
    assert is_taken({**effect, "processed": True})
    assert not is_taken({**effect, "processed": False})
