"""Pre-processors: roll-out, capacity, calls and what becomes of them (``docs/serving.md``)."""
