"""Sizes of cases (a) and (b)."""

ROWS = 400_000
DEPTH = 200_000  # rows before the deep page
PAGE = 50  # rows of a page
ROUNDS = 30
