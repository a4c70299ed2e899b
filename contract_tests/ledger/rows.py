"""One row of the ledger, and how the file is read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EVIDENCE = ("seed", "contract", "openapi", "client", "drf", "aws", "rfc", "assumed")
"""What a rule can rest on, ``assumed`` last: nothing but our own judgement."""


class LedgerError(Exception):
    """The ledger is no TOML, or a row has fields that no row has, lacks one, or holds one of another type."""


@dataclass(frozen=True)
class Row:
    """One rule of the contract.

    Args:
        id: Short name, unique in the ledger.
        rule: The rule, one sentence.
        evidence: One of ``EVIDENCE``.
        source: Where the evidence is: document and section, package and version.
        date: When the evidence was last looked at.
        test: Pytest node id of the test that holds the rule, without parameters.
        settles: For an assumed rule, the observation that would settle it; blank otherwise.
    """

    id: str
    rule: str
    evidence: str
    source: str
    date: date
    test: str
    settles: str = ""


def read(path: Path) -> list[Row]:
    """Return the ledger's rows in the order of the file.

    Args:
        path: A TOML file of ``[[rule]]`` tables.

    Raises:
        LedgerError: See there; the sentence names the row.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("rule", [])
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LedgerError(f"{path.name}: {error}") from error
    return [_row(number, table) for number, table in enumerate(tables, 1)]


def _row(number: int, table: dict[str, object]) -> Row:
    name = f"rule {number} ({table.get('id', 'no id')})"
    known = {field.name for field in fields(Row)}
    if unknown := sorted(set(table) - known):
        raise LedgerError(f"{name}: unknown field {', '.join(unknown)}; a rule has {', '.join(sorted(known))}.")
    if missing := sorted(known - {"settles"} - set(table)):
        raise LedgerError(f"{name}: {', '.join(missing)} missing.")
    when = table["date"]
    if not isinstance(when, date) or isinstance(when, datetime):
        raise LedgerError(f"{name}: date is {when!r}; a TOML date such as 2026-01-31 is needed.")
    texts = {key: value for key, value in table.items() if key != "date" and isinstance(value, str)}
    if wrong := sorted(set(table) - {"date"} - set(texts)):
        raise LedgerError(f"{name}: {', '.join(wrong)} must be text.")
    return Row(date=when, **texts)
