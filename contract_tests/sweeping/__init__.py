"""What clients make of single faults: our SDK, which has to survive each, and the published ones (``docs/sweep.md``)."""
