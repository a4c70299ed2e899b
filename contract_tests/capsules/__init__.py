"""Capsules: one failing run as one JSON file, to be run again, made smaller, and made a test of.

    capsule.py   the file: what is in it, and what replay it promises
    replaying.py runs it again and says whether it does what it did
    shrinking.py takes rows, faults and all else away that the broken law does not need
    smaller.py   the ways in which a recipe can be smaller
    testing.py   writes a test of it
    command.py   ``fake-backend capsule run|shrink|to-test``

``docs/capsules.md`` tells how to use them.
"""

from contract_tests.capsules.capsule import Capsule, CapsuleInvalid
from contract_tests.capsules.replaying import held_to_the_laws, replay

__all__ = ["Capsule", "CapsuleInvalid", "held_to_the_laws", "replay"]
