"""``make models``: every method of the published client's two backend clients, called, and its answer parsed by it."""
