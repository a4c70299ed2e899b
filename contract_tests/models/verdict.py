"""The verdict on each call and each method."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from contract_tests.conformance.journal import Entry
    from contract_tests.models.openapi import Published

type Verdict = Literal["parses", "differs", "resource not there yet", "no wire call"]

ORDER: tuple[Verdict, ...] = ("parses", "no wire call", "resource not there yet", "differs")
LONGEST = 300  # characters of a value that is shown


@dataclass(frozen=True)
class Judged:
    """One call and what came of it.

    Args:
        api: Which client.
        method: Its name.
        what: What the call is there to show.
        requests: Method, path and status of each, from the backend's journal.
        parsed_by: The client's own models that took the answer.
        checked: Answers that were held against the OpenAPI file.
        verdict: Of the call.
        because: Why it differs, or what is not there.
    """

    api: str
    method: str
    what: str
    requests: Sequence[str]
    parsed_by: Sequence[str]
    checked: int
    verdict: Verdict
    because: str = ""

    @property
    def statuses(self) -> list[str]:
        """The statuses of its answers, each once."""
        return list(dict.fromkeys(request.rsplit(" ", 1)[1] for request in self.requests))


def judge(finding: Mapping[str, Any], seen: Sequence[Entry], published: Published) -> Judged:
    """Return the verdict on a finding.

    Args:
        finding: As the client's process told it.
        seen: The requests that the backend's journal has of it.
        published: The OpenAPI file.
    """
    answers = finding.get("answers", [])
    taken = not finding.get("refused")  # of what the client's own model refuses, the file has nothing else to say
    violations, checked = _against(published, [one for one in answers if taken or one["status"] >= 400])
    requests = [f"{entry['method']} {entry['path']} {entry['status']}" for entry in seen]
    because = _because(finding, requests)
    if not because and violations:
        because = f"not as the OpenAPI file has it: {'; '.join(violations)}"
    verdict: Verdict = "parses"
    if because:
        verdict = "differs"
    elif finding["kind"] == "probe":
        verdict, because = "resource not there yet", finding["says"]
    elif finding["kind"] == "silent":
        verdict, because = "no wire call", finding["says"]
    parsers = finding.get("parsed_by", [])
    return Judged(
        finding["api"], finding["method"], finding.get("what", ""), requests, parsers, checked, verdict, because
    )


def worst(calls: Iterable[Judged]) -> Verdict:
    """Return the worst of some verdicts."""
    return max((call.verdict for call in calls), key=ORDER.index)


def _because(finding: Mapping[str, Any], requests: Sequence[str]) -> str:
    """Return what is wrong with a finding, blank for nothing."""
    kind = finding["kind"]
    if kind == "unplanned":
        return "nobody has planned a call of it, or said why there is none (contract_tests/models/stated.py)"
    if kind == "unknown":
        return "this is said of a method that the client does not have"
    if kind == "silent":
        return f"it should ask nothing, and asked {', '.join(requests)}" if requests else ""
    if kind == "probe":
        return _served(finding)
    error = finding.get("error", "")
    if finding["refused"]:
        got = finding.get("error_class", "no error")
        return "" if got == finding["refused"] else f"should end in {finding['refused']}, got {error or got}"
    if error:
        return str(error)
    if finding["expected"] != finding["shown"]:
        return f"expected {_short(finding['expected'])}, got {_short(finding['shown'])}"
    return "" if requests or not finding.get("answers") else "the journal has none of its requests"


def _served(finding: Mapping[str, Any]) -> str:
    """Return what speaks against a resource that is said not to be there."""
    if not finding["answers"]:
        return f"it was never asked for: {finding.get('error', '')}"
    there = [answer for answer in finding["answers"] if not _unrouted(answer)]
    return f"it is served now, and wants planned calls: {there[0]['method']} {there[0]['url']}" if there else ""


def _unrouted(answer: Mapping[str, Any]) -> bool:
    """Return whether nobody serves a path: the refusal then names the path itself, and no row."""
    if answer["status"] == 405:
        return True
    path = answer["url"].split("/", 3)[3].split("?")[0]
    return answer["status"] == 404 and ("body" not in answer or f'"received":"/{path}"' in answer["body"])


def _against(published: Published, answers: Iterable[Mapping[str, Any]]) -> tuple[list[str], int]:
    found, checked = [], 0
    for answer in answers:
        try:
            body = json.loads(answer["body"])
        except (KeyError, ValueError):  # a stream, or no JSON
            continue
        wrong = published.violations(answer["method"], answer["url"], answer["status"], body)
        checked += wrong is not None
        found += wrong or []
    return found, checked


def _short(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
