"""The table of `docs/storage.md`: each probe sent to moto alone and to the fake, beside what AWS answers."""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.ledger.rows import read as read_ledger
from contract_tests.storage.answers import Shown, read
from contract_tests.storage.probes import PROBES
from contract_tests.storage.sides import fake, moto_alone

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from contract_tests.storage.probes import Probe
    from contract_tests.storage.sides import Side

PAGE = "docs/storage.md"
LEDGER = "contract_tests/ledger/rules"
BEGIN, END = "<!-- written by `make storage-table` -->", "<!-- end -->"


@dataclass(frozen=True)
class Compared:
    """A probe and what came of it.

    Args:
        probe: The probe.
        moto: moto's answer.
        gate: The fake's.
        differences: Between the fake's and AWS's; none where they are equal.
    """

    probe: Probe
    moto: Shown
    gate: Shown
    differences: tuple[str, ...]


def compare() -> list[Compared]:
    """Send every probe to both."""
    with warnings.catch_warnings(), moto_alone() as side:
        warnings.simplefilter("ignore")  # moto's own
        alone = {name: _shown(probe, side) for name, probe in PROBES.items()}
    with fake() as (_, side):
        return [_compared(probe, alone[name], side) for name, probe in PROBES.items()]


def _shown(probe: Probe, side: Side) -> Shown:
    try:
        answer = probe.send(side)
    except Exception as error:  # noqa: BLE001 - whatever moto fails with would be its server's 500
        return Shown(500, fault=type(error).__name__)
    return Shown(answer.status_code, read(answer).get("Code", ""))


def _compared(probe: Probe, moto: Shown, side: Side) -> Compared:
    answer = probe.send(side)
    gate = Shown(answer.status_code, read(answer).get("Code", ""))
    return Compared(probe, moto, gate, tuple(probe.aws.differences(answer)))


def page(text: str, compared: Iterable[Compared], sources: dict[str, str]) -> str:
    """Return the page with its table written anew.

    Args:
        text: The page as it is.
        compared: What came of each probe.
        sources: Where AWS's answer to each was read, by name.

    Raises:
        ValueError: The page has no place for the table.
    """
    head, begun, rest = text.partition(BEGIN)
    _, ended, tail = rest.partition(END)
    if not begun or not ended:
        raise ValueError(f"{PAGE} has no place for the table; put {BEGIN} and {END} on lines of their own")
    rows = list(compared)
    agreed = sum(_agrees(row.moto, row.probe) for row in rows)
    equal = sum(not row.differences for row in rows)
    lines = [
        f"moto alone answers {agreed} of {len(rows)} as AWS does, this gate {equal}.",
        "",
        "| sent | moto alone | this gate | AWS | read in |",
        "|---|---|---|---|---|",
        *(
            f"| {row.probe.asks} | {row.moto} | {row.gate}{'' if not row.differences else ' **differs**'} | "
            f"{row.probe.aws.status} {row.probe.aws.code} | {sources[row.probe.name]} |"
            for row in rows
        ),
    ]
    return "\n".join([head + BEGIN, "", *lines, "", END + tail])


def _agrees(shown: Shown, probe: Probe) -> bool:
    return (shown.status, shown.code) == (probe.aws.status, probe.aws.code)


def main(root: Path, *, check: bool = False) -> int:
    """Write the table, or say whether it is up to date; return the exit status.

    Args:
        root: The project's root.
        check: Write nothing.
    """
    compared = compare()
    found = [f"{row.probe.name}: {sentence}" for row in compared for sentence in row.differences]
    sources = {row.id: row.source for row in read_ledger(root / LEDGER)}
    found += [f"{name}: no row of the ledger says where AWS's answer was read" for name in PROBES.keys() - sources]
    target = root / PAGE
    if not found:
        text = target.read_text(encoding="utf-8")
        written = page(text, compared, sources)
        if not check:
            target.write_text(written, encoding="utf-8")
        elif written != text:
            found = [f"{PAGE} is out of date; run `make storage-table`."]
    for sentence in found:
        sys.stderr.write(f"{sentence}\n")
    return 1 if found else 0
