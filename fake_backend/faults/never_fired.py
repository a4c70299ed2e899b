"""The complaint of a run that asked for faults and met none."""

from __future__ import annotations


class NeverFired(AssertionError):  # noqa: N818 (as in the sentence that a person reads)
    """Rules that were in force to the end of a run and struck nothing: what the run shows, it shows without them.

    Args:
        rules: Their names.
    """

    def __init__(self, rules: tuple[str, ...]) -> None:
        names = ", ".join(rules)
        super().__init__(f"These faults never fired: {names}. Nothing that came matched them, or nothing came of it.")
        self.rules = rules
