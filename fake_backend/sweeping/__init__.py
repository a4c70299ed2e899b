"""Each single fault at each request of a client, one run each: what it survives, and how (``docs/sweep.md``).

classes.py   the faults, and which requests each can strike
points.py    the requests of a run without faults
facts.py     what a run leaves behind, and what it had carried out
guard.py     ends a run that does not end
trial.py     one run with one fault, and its verdict
sweep.py     all of them
table.py     the table for people and for machines
"""

from fake_backend.sweeping.classes import CLASSES, FaultClass
from fake_backend.sweeping.sweep import Sweep, sweep
from fake_backend.sweeping.table import as_json, complaints, table, text, told
from fake_backend.sweeping.trial import Cell, Verdict

__all__ = [
    "CLASSES",
    "Cell",
    "FaultClass",
    "Sweep",
    "Verdict",
    "as_json",
    "complaints",
    "sweep",
    "table",
    "text",
    "told",
]
