"""One-off faults that a request asks for itself, in ``X-Fake-Fault``: httpbin's words where they fit, else JSON.

============================== ===============================================================
word                           effect
============================== ===============================================================
``status/503``                 ``status``
``delay/2.5``                  ``delay``, seconds
``drip/1000``                  ``slow``, bytes a second
``truncate/100``               ``truncate``, bytes
``drop/before|after|100``      ``drop``
``reset/before|after|100``     ``reset``
``retry-after/3``              ``retry_after``, beside a status
``no-answer``, ``refuse``,     the effect of that name
``corrupt``, ``twice``,
``expire-urls``
============================== ===============================================================

Several are separated by commas: ``status/503, retry-after/3``. A value that begins with ``{`` is an effect as
``docs/faults.md`` has it. Source: httpbin's ``/status``, ``/delay`` and ``/drip``.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from fake_backend.core.errors import BadRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend.faults.rules import Effect

HEADER: Final = "X-Fake-Fault"
BARE: Final = ("no-answer", "refuse", "corrupt", "twice", "expire-urls")


def _seconds(text: str) -> float:
    """Return a number of seconds; what Python calls one, and JSON does not, is none."""
    if not math.isfinite(seconds := float(text)):
        raise ValueError(text)
    return seconds


def _place(text: str) -> str | int:
    return text if text in {"before", "after"} else int(text)


VALUED: Final[Mapping[str, tuple[str, Callable[[str], object]]]] = {
    "status": ("status", int),
    "delay": ("delay", _seconds),
    "drip": ("slow", int),
    "truncate": ("truncate", int),
    "drop": ("drop", _place),
    "reset": ("reset", _place),
    "retry-after": ("retry_after", int),
}
KINDS: Final = {int: "a whole number", _seconds: "a number of seconds", _place: "before, after or a whole number"}


def asked(value: str) -> Effect:
    """Return the effect that a header's value asks for.

    Raises:
        BadRequest: It says none.
    """
    from fake_backend.faults import reading  # noqa: PLC0415 - as in live.py: pydantic is not free

    is_json = value.lstrip().startswith("{")
    return reading.effect_of(_json(value, reading.parsed) if is_json else _worded(value))


def _json(value: str, parsed: Callable[[str], Any]) -> Any:
    try:
        return parsed(value)
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"{HEADER} is no JSON: {error}.", received=value, field=HEADER) from None


def _worded(value: str) -> dict[str, object]:
    effect: dict[str, object] = {}
    for word in filter(None, map(str.strip, value.split(","))):
        name, slash, told = word.partition("/")
        field, read = VALUED.get(name, (name.replace("-", "_"), str))
        if field in effect:
            raise BadRequest(f"{name} is there twice.", received=word, expected="each word once", field=HEADER)
        if name in BARE and not slash:
            effect[field] = True
            continue
        if name not in VALUED:
            expected = ", ".join([*(f"{known}/..." for known in VALUED), *BARE])
            raise BadRequest("There is no such word for a fault.", received=word, expected=expected, field=HEADER)
        try:
            effect[field] = read(told)
        except ValueError:
            raise BadRequest(
                f"{name} wants {KINDS[read]}.", received=word, expected=f"as in {name}/3", field=HEADER
            ) from None
    return effect
