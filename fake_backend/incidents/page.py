"""The table of docs/incidents.md, made from the catalogue. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fake_backend.incidents.incident import SAMPLED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from fake_backend.incidents.incident import Claim, Incident

BEGIN: Final = "<!-- table: made from fake_backend/incidents/catalogue -->"
END: Final = "<!-- end of the table -->"


def table(incidents: Iterable[Incident], out_of_scope: Mapping[str, str]) -> str:
    """Return both tables as Markdown.

    Args:
        incidents: In their order.
        out_of_scope: Name to reason.
    """
    lines = ["| id | § | symptom | bites | thin SDK |", "|---|---|---|---|---|"]
    for one in incidents:
        bites = ", ".join(_spans(one.claims())) or f"naive `{one.naive}`"
        if one.naive and "naive" not in bites:
            bites += f"; naive `{one.naive}`"
        lines.append(f"| {one.id} | {one.section} | {one.title} | {bites} | {one.thin.state}: {one.thin.reason} |")
    lines += ["", "| not staged | reason |", "|---|---|"]
    lines += [f"| {name} | {reason} |" for name, reason in out_of_scope.items()]
    return "\n".join(lines)


def _spans(claims: Mapping[str, Claim]) -> Iterator[str]:
    """Yield the ranges of versions that it bites, such as ``1.100-1.170``."""
    run: list[str] = []
    for version in [*SAMPLED, ""]:
        if version and claims[version].state == "bites":
            run.append(version.removeprefix("2026."))
        elif run:
            yield run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}"
            run = []


def with_table(page: str, made: str) -> str:
    """Return the page with the table between its two marks.

    Raises:
        ValueError: A mark is missing.
    """
    before, found, rest = page.partition(BEGIN)
    _, ended, after = rest.partition(END)
    if not found or not ended:
        raise ValueError("the page has no place for the table; its two marks are missing")
    return f"{before}{BEGIN}\n{made}\n{END}{after}"
