"""Makes a call and says what became of it: the answers on the wire, the model that took them, the values it shows."""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

import os
import urllib.request
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from contract_tests.models.client.probing import arguments

if TYPE_CHECKING:
    from collections.abc import Mapping

    import requests

    from contract_tests.models.client.call import Call, Here

ANSWERS_WITHIN = 30  # seconds
UNCALLED = frozenset(  # of those that ask nothing
    {"close", "exists", "reset_connection", "set_access_token", "set_drf_token", "upload_file_to_presigned_url"}
)
LONGEST = 400  # characters of an error


class Driving:
    """One client under way.

    Args:
        here: What calls are made with.
        client: The client whose answers are kept.
        api: Its name, ``v1`` or ``v2``.
    """

    def __init__(self, here: Here, client: Any, api: str) -> None:
        self._here = here
        self._api = api
        self._answers: list[dict[str, Any]] = []
        self._count = 0
        client.requests_session.hooks["response"].append(self._keep)

    def make(self, name: str, call: Call) -> dict[str, Any]:
        """Make a planned call.

        Args:
            name: Of the method.
            call: What is asked of it.
        """
        finding: dict[str, Any] = {"method": name, "what": call.what, "kind": "call", "refused": call.refused}
        self._begin(finding)
        try:
            answer = _whole(call.act(self._here))
            finding["parsed_by"] = _parsers(answer)
            if call.model is not None:
                finding["parsed_by"] = _taken(answer, call.model)
            finding |= {"expected": call.expected(self._here), "shown": call.shown(answer)}
        except Exception as error:  # noqa: BLE001 - whatever ends a call of theirs is our finding, not a crash here
            finding |= {"error": _said(error), "error_class": type(error).__name__}
        return self._end(finding)

    def probe(self, name: str, method: Callable[..., Any], told: Mapping[str, Any]) -> dict[str, Any]:
        """Call a method that nobody should answer.

        Args:
            name: Of the method.
            method: Itself.
            told: Arguments that its types do not say.
        """
        finding: dict[str, Any] = {"method": name, "what": "asked for", "kind": "probe"}
        self._begin(finding)
        try:
            finding["answered"] = str(_whole(method(**arguments(method, told))))[:LONGEST]
        except Exception as error:  # noqa: BLE001 - as above
            finding |= {"error": _said(error), "error_class": type(error).__name__}
        return self._end(finding)

    def read(self, name: str, method: Callable[..., Any]) -> dict[str, Any]:
        """Read a property, or call a method, that should ask nothing; what ends or changes the client is left alone.

        Args:
            name: As of the method.
            method: What reads it, or itself.
        """
        finding: dict[str, Any] = {"method": name, "what": "asks nothing", "kind": "silent"}
        self._begin(finding)
        if name not in UNCALLED:
            method(**dict.fromkeys(arguments(method, {}), "a"))
        return self._end(finding)

    def _begin(self, finding: dict[str, Any]) -> None:
        """Tell the backend's journal where the requests of this call begin."""
        self._count += 1
        self._answers.clear()
        finding |= {"api": self._api, "mark": f"{self._api}-{self._count}"}
        url = f"{os.environ['SYNAPSE_HOST']}/_fake/clock/?mark={finding['mark']}"
        urllib.request.urlopen(url, timeout=ANSWERS_WITHIN).close()  # noqa: S310 - the backend's own

    def _end(self, finding: dict[str, Any]) -> dict[str, Any]:
        return {**finding, "answers": list(self._answers)}

    def _keep(self, response: requests.Response, **options: Any) -> None:
        """Keep an answer as it came; a hook that requests offers to whoever uses a session."""
        kept = {"method": response.request.method, "url": response.request.url, "status": response.status_code}
        if not options.get("stream"):
            kept["body"] = response.text
        self._answers.append(kept)


def _whole(answer: Any) -> Any:
    """Return an answer with every page of it read, so that no error is left for later."""
    if isinstance(answer, Iterator):
        return list(answer)
    if isinstance(answer, tuple) and answer and isinstance(answer[0], Iterator):
        return (list(answer[0]), *answer[1:])
    return answer


def _parsers(answer: Any) -> list[str]:
    """Return the client's own models that an answer is made of; none for what it hands on as it came."""
    if isinstance(answer, BaseModel):
        own = type(answer).__name__.partition("[")[0]
        rows = getattr(answer, "results", None)
        return [own, *(_parsers(rows) if isinstance(rows, list) else [])]
    if isinstance(answer, (list, tuple)):
        return list(dict.fromkeys(name for item in answer for name in _parsers(item)))
    return []


def _taken(answer: Any, model: Any) -> list[str]:
    """Hold an answer, or each of its rows, against a model of the package, and return the model's name."""
    rows = answer["results"] if isinstance(answer, dict) and "results" in answer else getattr(answer, "results", answer)
    for row in rows if isinstance(rows, list) else [rows]:
        model.model_validate(row)
    return [model.__name__]


def _said(error: Exception) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
