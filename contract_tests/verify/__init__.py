"""The main job on real input: exports by both heads, compared with the oracle and with each other."""
