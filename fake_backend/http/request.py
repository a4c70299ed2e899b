"""What a view reads of its request: the world, the caller, the query, the body."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from flask import g, request

from fake_backend.core.advice import Place, advice
from fake_backend.core.errors import BadRequest, UnsupportedMedia
from fake_backend.core.filter_sets import PLACES
from fake_backend.http.journalled import ENTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.filters import FilterSet, Selection
    from fake_backend.core.journal import Entry
    from fake_backend.store.identity import Caller
    from fake_backend.world import World

AGED = "fake_backend.urls_aged"  # where a fault says so


def world() -> World:
    """Return the world that the request is for."""
    return cast("World", request.environ["fake_backend.world"])


def entry() -> Entry | None:
    """Return the request's entry in the journal."""
    return request.environ.get(ENTRY)


def storage_url() -> str:
    """Return the base URL of objects on the transport that the request came by."""
    return str(request.environ["fake_backend.storage_url"])


def urls_aged() -> float:
    """Return how many seconds ago the presigned URLs of this answer are issued; 0 but for a fault."""
    return float(request.environ.get(AGED, 0.0))


def api_url() -> str:
    """Return the base URL of the API as the caller reached it."""
    return request.host_url.rstrip("/")


def caller() -> Caller:
    """Return who is asking; every API view comes after authentication."""
    return cast("Caller", g.caller)


@dataclass(frozen=True)
class Query:
    """The query string, decoded, pairs in order."""

    pairs: tuple[tuple[str, str], ...]

    def last(self, name: str, default: str = "") -> str:
        """Return the value that counts where a key is given more than once, as Django's ``QueryDict.get`` does."""
        return next((value for key, value in reversed(self.pairs) if key == name), default)

    def has(self, name: str) -> bool:
        """Return whether the key is there at all."""
        return any(key == name for key, _ in self.pairs)

    def listed(self, name: str) -> list[str]:
        """Return the items of a key that is repeated or holds a comma list."""
        values = (value for key, value in self.pairs if key == name)
        return [item for value in values for part in value.split(",") if (item := part.strip())]

    def size(self, name: str, default: int, maximum: int) -> int:
        """Return a page size as Django REST framework reads one: nonsense is the default, too many the maximum."""
        try:
            size = int(self.last(name))
        except ValueError:
            return default
        return min(size, maximum) if size > 0 else default

    def select(self, filters: FilterSet, known: frozenset[str], target: str = "") -> Selection:
        """Return what the declared filters ask for, and tell the journal which keys meant nothing.

        Args:
            filters: What the list declares.
            known: Keys that are no filters.
            target: What its rows are, by the name of their kind.

        Raises:
            BadRequest: A value does not parse; or, in a strict world, a key means nothing.
        """
        selection = filters.select(self.pairs, known)
        note_ignored(selection.ignored, Place(f"GET {request.path}", filters.declared.keys(), known), target)
        return selection


def note_ignored(ignored: Sequence[str], here: Place, target: str, within: str = "") -> None:
    """Tell the journal which keys meant nothing.

    Args:
        ignored: The keys.
        here: Where they were asked for.
        target: What is asked for, by the name of its kind.
        within: What the keys are a part of, with a point: ``filter.`` of a body.

    Raises:
        BadRequest: The world is strict; the sentences say what was probably meant.
    """
    noted = entry()
    if noted is not None:
        noted.ignored = tuple(f"{within}{key}" for key in ignored)
    if ignored and world().settings.strict:
        elsewhere = {
            name: filters.declared.keys() for name, filters in PLACES.get(target, {}).items() if name != here.name
        }
        raise BadRequest.of(
            [BadRequest(advice(key, here, elsewhere), received=key, field=f"{within}{key}") for key in ignored]
        )


def query() -> Query:
    """Return the request's query."""
    try:
        pairs = parse_qsl(request.query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:  # not ASCII on the wire, or bytes that are no UTF-8
        raise BadRequest("The query string is not percent-encoded UTF-8.") from error
    return Query(tuple(pairs))


def json_body() -> Any:
    """Return the request's JSON.

    Raises:
        UnsupportedMedia: The body is declared as something else.
        BadRequest: It is no JSON.
    """
    kind = request.mimetype
    if kind != "application/json" and not kind.endswith("+json"):
        raise UnsupportedMedia(
            f'Unsupported media type "{kind}" in request.', received=kind, expected="application/json"
        )
    try:
        raw = request.get_data().decode("utf-8")
        body = json.loads(raw, parse_constant=_refuse_constant)
        if "\\u" in raw:  # an escape can spell half a character, which no database and no answer can hold
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError) as error:
        raise BadRequest(f"JSON parse error - {error}") from error
    return body


def json_object() -> dict[str, Any]:
    """Return the request's JSON object.

    Raises:
        BadRequest: The JSON is something else.
    """
    body = json_body()
    if not isinstance(body, dict):
        raise BadRequest("Invalid data. Expected a dictionary.", received=type(body).__name__, expected="a JSON object")
    return body


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON number")
