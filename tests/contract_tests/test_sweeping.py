"""The thin SDK under single faults; ``make sweep`` tries all of them, these are the ones that have done damage."""

from __future__ import annotations

import pytest

from contract_tests.sweeping.ours import subjects
from fake_backend.sweeping import CLASSES, Verdict, complaints, sweep

WRITES = ("504, carried out", "dropped")


@pytest.mark.parametrize("name", ["export task, delegated", "to_task, file"])
def test_no_single_fault_loses_or_repeats_anything(name) -> None:
    """One job, one write of each task, and all artefacts, whichever request it strikes (SYN-7486, incidents.md 2)."""
    subject = next(found for found in subjects() if found.name == name)
    classes = [fault for fault in CLASSES if fault.name in WRITES]
    found = sweep(subject.run, left=subject.left, backend=subject.backend, classes=classes)
    assert [] == complaints(found.cells)
    assert not found.of(Verdict.NOT_REACHED)
    assert len(found.cells) == found.due.requests * len(WRITES)
