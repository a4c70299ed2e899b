"""The steps of a run, in order; what is not reached is not undone."""
