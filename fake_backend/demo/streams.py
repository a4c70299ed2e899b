"""Random streams of the demo: one for each thing that is drawn, so that one more draw changes nothing elsewhere."""

from __future__ import annotations

from random import Random


def stream(seed: int, *purpose: str | int) -> Random:
    """Return the generator of one purpose; equal arguments draw equally in every process.

    Args:
        seed: The demo's seed number.
        purpose: What is drawn, such as ``"picture", 17``.
    """
    return Random("/".join(map(str, (seed, *purpose))))  # noqa: S311 - a drawing, not a secret
