"""The export guide held to its word: its examples run, and every rule of it has a test."""
