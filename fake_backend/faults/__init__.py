"""Faults as data: what goes wrong, where, when and how often (``docs/faults.md``).

    rules.py     what a plan says: match, effect, budget, seed
    reading.py   from JSON or TOML to a plan, or a refusal
    in_force.py  one plan in force: what its rules have left, and what they have struck
    live.py      the faults of a world: all plans in force, and connections that are spoiled
    arrival.py   what is struck: a request, or a step of a job
    words.py     one-off faults from a request's own header

Pydantic reads plans, and takes 60 ms to import; a world without faults does not pay for it.
"""

from fake_backend.faults.in_force import RuleReport
from fake_backend.faults.live import Faults
from fake_backend.faults.never_fired import NeverFired

__all__ = ["Faults", "NeverFired", "RuleReport"]
