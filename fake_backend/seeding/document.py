"""From a JSON document, or the file that holds one, to rows that a backend may be filled with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from fake_backend.seeding.errors import SeedInvalid, SeedUnreadable

if TYPE_CHECKING:
    from os import PathLike

    from fake_backend.seeding.rows import SeedDocument


def validate(document: object) -> SeedDocument:
    """Return the rows of ``document`` with every default filled in.

    Args:
        document: One JSON object as Python values; keys are resource names in the plural (``docs/seeding.md``).
            What ``json.dumps`` makes of it is what counts; the rows share nothing with it.

    Raises:
        SeedInvalid: The first value that the format does not take, with its place, in one sentence.
    """
    # pydantic takes 60 ms to import: only a document pays for it, not ``import fake_backend``
    from fake_backend.seeding import references, shape  # noqa: PLC0415

    rows = shape.shaped(document)
    references.check(rows)
    return rows


def read(path: str | PathLike[str]) -> SeedDocument:
    """Return the rows of the seed document in the file at ``path``.

    Args:
        path: A file of JSON in UTF-8, with or without a byte-order mark.

    Raises:
        SeedUnreadable: The file is missing, cannot be read or is not JSON.
        SeedInvalid: The JSON is no seed document; the sentence starts with the file's name.
    """
    file = Path(path)
    try:
        document = json.loads(file.read_text(encoding="utf-8-sig"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SeedUnreadable(
            str(file), None, "a readable file", message=f"The seed file {file} cannot be read: {reason}."
        ) from None
    except (ValueError, RecursionError) as error:  # ValueError: not JSON, or not UTF-8
        raise SeedUnreadable(
            str(file), None, "a file of JSON in UTF-8", message=f"The seed file {file} is not JSON in UTF-8: {error}."
        ) from None
    try:
        return validate(document)
    except SeedInvalid as refusal:
        message = f"{file}: {refusal.message}"
        raise SeedInvalid(refusal.path, refusal.received, refusal.expected, message=message) from None
