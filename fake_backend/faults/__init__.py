"""Faults as data: what goes wrong, where, when and how often (``docs/faults.md``).

    rules.py     what a plan says: match, effect, budget, seed
    reading.py   from JSON or TOML to a plan, or a refusal
    live.py      the plans that are in force, and what they have struck
    arrival.py   what is struck: a request, or a step of a job
    words.py     one-off faults from a request's own header

Pydantic reads plans, and takes 60 ms to import; a world without faults does not pay for it.
"""

from fake_backend.faults.live import Faults, RuleReport
from fake_backend.faults.never_fired import NeverFired

__all__ = ["Faults", "NeverFired", "RuleReport"]
