"""Writes a test of a capsule: red while the law is broken, green when it holds."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contract_tests.capsules.capsule import Capsule

TEMPLATE = '''"""{title}

The run is all in the capsule below. Its named bugs of the backend ({bugs}) are on unless the environment says
otherwise: ``CAPSULE_BUGS= pytest THIS_FILE`` runs it without them.
"""

from __future__ import annotations

import os

from contract_tests.capsules import Capsule, held_to_the_laws

CAPSULE = r"""{text}"""


def test_{name}() -> None:
    """{sentence}"""
    told = os.environ.get("CAPSULE_BUGS")
    bugs = None if told is None else [name for name in told.split(",") if name]

    assert [] == held_to_the_laws(Capsule.of_text(CAPSULE), bugs=bugs)
'''


def test_of(capsule: Capsule) -> str:
    """Return the text of a test module.

    Args:
        capsule: What it is about.
    """
    recipe, law = capsule.recipe, capsule.law
    about = "no law" if law is None else law.law
    name = re.sub(r"\W+", "_", f"{recipe.command.way} {about} {recipe.seed} {recipe.run}").lower()
    return TEMPLATE.format(
        title=f"A run that once broke {about!r}: {recipe.command.way}, seed {recipe.seed}, run {recipe.run}.",
        bugs=", ".join(recipe.bugs) or "none",
        text=capsule.text().replace('"""', r"\u0022\u0022\u0022"),
        name=name,
        sentence="Every law of the simulation holds for this run.",
    )
