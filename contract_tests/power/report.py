"""What the trials came to: on the console, and as JSON, markdown and HTML in the build directory."""

from __future__ import annotations

import html
import json
from typing import TYPE_CHECKING

from rich.table import Table

from contract_tests.power.outcome import TRANSPORTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from rich.console import Console

    from contract_tests.power.outcome import Trial
    from fake_backend import Bug

GREEN = "no bug"


def misses(bugs: Sequence[Bug], trials: Sequence[Trial]) -> list[str]:
    """Return what is not as it must be, one sentence each: a bug that its clause does not see, a clause that is red.

    Args:
        bugs: Those that were switched on.
        trials: What became of the clauses.
    """
    return list(_misses({bug.id: bug for bug in bugs}, trials))


def _misses(bugs: dict[str, Bug], trials: Sequence[Trial]) -> Iterator[str]:
    for trial in trials:
        if trial.trouble:
            yield f"{trial.bug or GREEN}, {trial.transport}: pytest could not run the clauses: {trial.trouble}"
        elif trial.bug is None:
            for clause in [*trial.red, *trial.broken]:
                yield f"{GREEN}, {trial.transport}: {clause} is red all the same: {trial.reason(clause)}"
        elif not trial.has_seen(bugs[trial.bug].clause):
            clause = bugs[trial.bug].clause
            told = trial.reason(clause)
            became = f"crashed ({told})" if told else "stayed green"
            yield f"{trial.bug}, {trial.transport}: {clause} {became}"


def show(bugs: Sequence[Bug], trials: Sequence[Trial], console: Console) -> None:
    """Print the table of bugs and clauses.

    Args:
        bugs: Those that were switched on.
        trials: What became of the clauses.
        console: Where.
    """
    table = Table("bug", "clause that is about it", *_transports(trials), "others red", box=None, header_style="bold")
    for bug in bugs:
        mine = _of(bug, trials)
        marks = [_mark(bug, one) for one in mine]
        table.add_row(bug.id, bug.clause.rpartition("/")[2], *marks, str(len(_others(bug, mine))))
    console.print(table)
    caught = sum(all(one.has_seen(bug.clause) for one in _of(bug, trials)) for bug in bugs)
    console.print(f"{caught} of {len(bugs)} bugs caught, over {' and '.join(_transports(trials))}")


def publish(bugs: Sequence[Bug], trials: Sequence[Trial], build: Path) -> None:
    """Write ``power.json``, ``power.md`` and ``power.html``: the table of bugs and clauses in full.

    Args:
        bugs: Those that were switched on.
        trials: What became of the clauses.
        build: Directory; made if it is not there.
    """
    build.mkdir(parents=True, exist_ok=True)
    told = {
        "bugs": {bug.id: bug.as_json() for bug in bugs},
        "trials": [
            {
                "bug": one.bug,
                "transport": one.transport,
                "seconds": round(one.seconds, 2),
                "cases": len(one.verdicts),
                "red": {clause: one.reason(clause) for clause in one.red},
                "crashed": {clause: one.reason(clause) for clause in one.broken},
                "trouble": one.trouble,
            }
            for one in trials
        ],
        "not_caught": misses(bugs, trials),
    }
    (build / "power.json").write_text(json.dumps(told, ensure_ascii=False, indent=1), encoding="utf-8")
    (build / "power.md").write_text(_matrix(bugs, trials), encoding="utf-8")
    (build / "power.html").write_text(_page(bugs, trials), encoding="utf-8")


def markdown(bugs: Iterable[Bug]) -> str:
    """Return the table of the bugs that docs/bugs.md shows.

    Args:
        bugs: All there are.
    """
    lines = ["| bug | the backend's mistake | ticket | seen by |", "|---|---|---|---|"]
    for bug in bugs:
        seen = f"`{bug.clause.rpartition('/')[2]}`" + (", simulation" if bug.seen_by_simulation else "")
        lines.append(f"| `{bug.id}` | {bug.sentence} | {bug.ticket} | {seen} |")
    return "\n".join(lines) + "\n"


def _transports(trials: Sequence[Trial]) -> list[str]:
    return [one for one in TRANSPORTS if any(trial.transport == one for trial in trials)]


def _of(bug: Bug, trials: Sequence[Trial]) -> list[Trial]:
    return [trial for trial in trials if trial.bug == bug.id]


def _others(bug: Bug, trials: Sequence[Trial]) -> set[str]:
    return {clause for trial in trials for clause in trial.red} - {bug.clause}


def _mark(bug: Bug, trial: Trial) -> str:
    if trial.has_seen(bug.clause):
        return "red"
    return "CRASHED" if bug.clause in trial.broken else "GREEN"


def _cells(bugs: Sequence[Bug], trials: Sequence[Trial]) -> tuple[list[str], list[list[str]]]:
    """Return the clauses that were red, and for each bug a row of marks: over which transports, ``!`` for a crash."""
    clauses = sorted({clause for trial in trials for clause in [*trial.red, *trial.broken]} | {b.clause for b in bugs})
    rows = []
    for bug in bugs:
        row = []
        for clause in clauses:
            marks = [
                f"{one.transport}{'' if clause in one.red else ' !'}"
                for one in _of(bug, trials)
                if clause in one.red or clause in one.broken
            ]
            row.append(", ".join(marks))
        rows.append(row)
    return clauses, rows


def _matrix(bugs: Sequence[Bug], trials: Sequence[Trial]) -> str:
    clauses, rows = _cells(bugs, trials)
    lines = ["| bug | clause | red over |", "|---|---|---|"]
    for bug, row in zip(bugs, rows, strict=True):
        for clause, mark in zip(clauses, row, strict=True):
            if mark or clause == bug.clause:
                star = " (about it)" if clause == bug.clause else ""
                lines.append(f"| `{bug.id}` | `{clause.rpartition('/')[2]}`{star} | {mark or 'nothing'} |")
    return "\n".join(lines) + "\n"


def _page(bugs: Sequence[Bug], trials: Sequence[Trial]) -> str:
    clauses, rows = _cells(bugs, trials)
    heads = "".join(
        f"<th><div>{html.escape(clause.rpartition('/')[2].replace('::test_', ': '))}</div></th>" for clause in clauses
    )
    body = []
    for bug, row in zip(bugs, rows, strict=True):
        cells = "".join(
            f'<td class="{"about" if clause == bug.clause else ""} {_colour(mark)}" title="{html.escape(mark)}">'
            f"{'!' if '!' in mark else '●' if mark else ''}</td>"
            for clause, mark in zip(clauses, row, strict=True)
        )
        body.append(f'<tr><th class="bug" title="{html.escape(bug.sentence)}">{bug.id}</th>{cells}</tr>')
    missed = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in misses(bugs, trials))
    return _HTML.format(heads=heads, rows="\n".join(body), missed=missed or "<li>nothing</li>")


def _colour(mark: str) -> str:
    return "crash" if "!" in mark else "red" if mark else ""


_HTML = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>bugs and clauses</title>
<style>
body {{ font: 14px system-ui; margin: 2em }} table {{ border-collapse: collapse }}
th div {{ writing-mode: vertical-rl; transform: rotate(180deg); font-weight: normal; max-height: 40em }}
td {{ border: 1px solid #ddd; width: 1.4em; text-align: center }} th.bug {{ text-align: left; padding-right: 1em }}
.about {{ outline: 2px solid #333; outline-offset: -2px }}
.red {{ background: #f4a6a0 }} .crash {{ background: #f6e0a0 }}
</style>
<h1>Which clause sees which bug</h1>
<p>Framed: the clause that is about the bug. ●: red; !: crashed, which does not count.</p>
<table><thead><tr><th></th>{heads}</tr></thead><tbody>
{rows}
</tbody></table>
<h2>Not caught</h2><ul>{missed}</ul>
</html>
"""
