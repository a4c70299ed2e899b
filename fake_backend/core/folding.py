"""Text without case, as PostgreSQL compares it for Django's ``icontains``: ``UPPER`` of both sides.

PostgreSQL's ``upper`` of a libc locale changes one character into one: ``ß`` stays, as its capital is two. SQLite's
changes ASCII alone, so that rows keep their names folded by this function, whichever database they are in.
"""

from __future__ import annotations


def folded(text: str) -> str:
    """Return the text in capitals, character by character."""
    capitals = text.upper()
    if len(capitals) == len(text) and text.isascii():
        return capitals
    return "".join(capital if len(capital := character.upper()) == 1 else character for character in text)
