"""Whether a rule is about an arrival: everything of its match that needs no memory of its own. Pure."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from fake_backend.faults.counts import Count

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fake_backend.faults.arrival import Arrival
    from fake_backend.faults.rules import Match


class Matcher:
    """A rule's match, compiled.

    Args:
        match: What the rule says.
    """

    def __init__(self, match: Match) -> None:
        self._match = match
        methods = (match.method,) if isinstance(match.method, str) else match.method
        self._methods = None if methods is None else frozenset(one.upper() for one in methods)
        self._route = None if match.route is None else route_pattern(match.route)
        self._query = [(name, _literal(value)) for name, value in match.query.items()]
        self._headers = [(name.lower(), _literal(value)) for name, value in match.header.items()]
        self._number = _count(match.job.number) if match.job is not None else None
        self.attempt = _count(match.attempt)
        self.page = _count(match.page)
        self.call = _count(match.call)

    def concerns(self, arrival: Arrival, elapsed: float, attempt: int, page: int) -> bool:
        """Return whether the rule is about an arrival.

        Args:
            arrival: What comes.
            elapsed: World time in seconds since the plan came into force.
            attempt: Which arrival of the very same request it is.
            page: Which page of its walk it is.
        """
        match = self._match
        return (
            (match.target is None or match.target == arrival.target)
            and (match.target == "worker") == (arrival.target == "worker")
            and (self._methods is None or arrival.method in self._methods)
            and (self._route is None or self._route.fullmatch(arrival.path) is not None)
            and match.since <= elapsed
            and (match.until is None or elapsed <= match.until)
            and (not self._query or _holds(self._query, dict(arrival.pairs)))
            and (not self._headers or _holds(self._headers, arrival.headers))
            and (self.attempt is None or attempt in self.attempt)
            and (self.page is None or page in self.page)
            and self._about_job(arrival)
        )

    def _about_job(self, arrival: Arrival) -> bool:
        wanted = self._match.job
        if wanted is None:
            return True
        facts = arrival.job()
        return (
            facts is not None
            and (wanted.kind is None or wanted.kind == facts.kind)
            and (self._number is None or facts.number in self._number)
        )


def route_pattern(route: str) -> re.Pattern[str]:
    """Return the pattern of a route: ``*`` is one segment or a part of it, ``**`` any number of segments, also none."""
    parts = re.split(r"((?<=/)\*\*/|\*\*|\*)", route)
    wild = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]+"}
    return re.compile("".join(wild.get(part, re.escape(part)) for part in parts))


def _count(told: int | str | None) -> Count | None:
    return None if told is None else Count.of(told)


def _literal(value: str | None) -> str | None:
    """Return a value in which brackets are brackets, as a list in a query has them, and no choice of characters."""
    return None if value is None else value.replace("[", "[[]")


def _holds(wanted: Iterable[tuple[str, str | None]], given: Mapping[str, str]) -> bool:
    return all(
        (value is None) == (name not in given) and (value is None or fnmatchcase(given[name], value))
        for name, value in wanted
    )
