"""What clients make of single faults: our SDK, which has to survive them, and published ones (``docs/sweep.md``)."""
