"""The guides held to their word: their examples run, and every rule of them has a test."""
