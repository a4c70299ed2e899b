"""One row of the ledger, and how its files are read."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

EVIDENCE = ("seed", "openapi", "client", "drf", "aws", "rfc", "postgresql", "assumed")
"""What a rule can rest on, ``assumed`` last: nothing but our own judgement.

``client`` is the published client: what its code does or was seen to do, and what it tells of production.
``postgresql`` is the documentation of the database that the real backend runs on.
"""

OPTIONAL = frozenset({"settles", "versions"})


class LedgerError(Exception):
    """A file is no TOML, or a row has fields that no row has, lacks one, or holds one of another type."""


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
        versions: For a rule that rests on the published client, the versions that show it; none otherwise.
    """

    id: str
    rule: str
    evidence: str
    source: str
    date: date
    test: str
    settles: str = ""
    versions: tuple[str, ...] = ()

    @property
    def basis(self) -> str:
        """What the rule rests on, the client by version."""
        return " ".join([self.evidence, " and ".join(self.versions)]).strip()


def read(folder: Path) -> list[Row]:
    """Return the ledger's rows, file by file in the order of the alphabet.

    Args:
        folder: Of TOML files of ``[[rule]]`` tables, one file a topic.

    Raises:
        LedgerError: See there; the sentence names the file and the row.
    """
    return [row for path in sorted(folder.glob("*.toml")) for row in _rows(path)]


def _rows(path: Path) -> list[Row]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise LedgerError(f"{path.name}: {error}") from error
    if unknown := sorted(set(document) - {"rule"}):
        raise LedgerError(f"{path.name}: unknown table {', '.join(unknown)}; a ledger has [[rule]] alone.")
    return [_row(f"{path.name}, rule {number}", table) for number, table in enumerate(document.get("rule", []), 1)]


def _row(place: str, table: dict[str, object]) -> Row:
    name = f"{place} ({table.get('id', 'no id')})"
    known = {field.name for field in fields(Row)}
    if unknown := sorted(set(table) - known):
        raise LedgerError(f"{name}: unknown field {', '.join(unknown)}; a rule has {', '.join(sorted(known))}.")
    if missing := sorted(known - OPTIONAL - set(table)):
        raise LedgerError(f"{name}: {', '.join(missing)} missing.")
    when = table["date"]
    if not isinstance(when, date) or isinstance(when, datetime):
        raise LedgerError(f"{name}: date is {when!r}; a TOML date such as 2026-01-31 is needed.")
    versions = table.get("versions", [])
    if not isinstance(versions, list) or not all(isinstance(version, str) for version in versions):
        raise LedgerError(f"{name}: versions is {versions!r}; a list of texts such as ['2026.2.17'] is needed.")
    texts = {key: value for key, value in table.items() if isinstance(value, str)}
    if wrong := sorted(set(table) - {"date", "versions"} - set(texts)):
        raise LedgerError(f"{name}: {', '.join(wrong)} must be text.")
    return Row(date=when, versions=tuple(versions), **texts)
