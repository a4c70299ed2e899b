"""What a view reads of its request: the world, the caller, the query, the body."""

from __future__ import annotations

import codecs
import json
import math
import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qsl

from flask import g, request

from fake_backend.core.advice import Place, advice
from fake_backend.core.errors import WHOLE, BadRequest, UnsupportedMedia
from fake_backend.core.filter_sets import PLACES
from fake_backend.core.places import written
from fake_backend.http.journalled import ENTRY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.bugs import Bugs
    from fake_backend.core.filters import FilterSet, Selection
    from fake_backend.core.journal import Entry
    from fake_backend.store.identity import Caller
    from fake_backend.world import World

AGED = "fake_backend.urls_aged"  # where a fault says so
_SUSPICIOUS = re.compile(r"\\u0000|[0-9.][eE]\+?[0-9]{2}|[0-9]{309}")  # a NUL, or a number that may be infinite
UTF_8 = "utf-8"
LONGEST_TYPE = 256  # characters of a Content-Type; Django REST framework looks at no longer one


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
        bugs = world().bugs
        filters = _misread(filters, bugs)
        selection = filters.select(self.pairs, known)
        if "date-range-ignored" in bugs:
            kept = tuple(test for test in selection.conditions if not isinstance(test.value, datetime))
            selection = replace(selection, conditions=kept)
        note_ignored(selection.ignored, Place(f"GET {request.path}", filters.declared.keys(), known), target)
        return selection


def _misread(filters: FilterSet, bugs: Bugs) -> FilterSet:
    """Return what a list declares as the bugs that are on have it."""
    if "plural-tasks-ignored" in bugs:
        filters = filters.without("tasks")
    if "plural-versions-ignored" in bugs:
        filters = filters.without("ground_truth_dataset_versions")
    return filters.renamed("tasks", "task") if "singular-task-understood" in bugs else filters


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
            [
                BadRequest(advice(key, here, elsewhere), received=key, field=f"{within}{written([key])}")
                for key in ignored
            ]
        )


def query() -> Query:
    """Return the request's query."""
    try:
        pairs = parse_qsl(request.query_string.decode("ascii"), keep_blank_values=True, errors="strict")
    except ValueError as error:  # not ASCII on the wire, or bytes that are no UTF-8
        raise BadRequest("The query string is not percent-encoded UTF-8.") from error
    return Query(tuple(pairs))


def json_body() -> Any:
    """Return the request's JSON, read as Django REST framework's parser reads it; no body at all is an empty object.

    Raises:
        UnsupportedMedia: The body is declared as something else.
        BadRequest: It is no JSON, or holds what no database and no answer can: half a character, a NUL.
    """
    raw = request.get_data()
    return _parsed(raw) if raw else {}


def declared_json() -> Any:
    """Return the request's JSON, which must be declared as such, also where there is none.

    Raises:
        UnsupportedMedia: The body is declared as something else, as every body is that a foreign page sends unasked.
        BadRequest: It is no JSON.
    """
    return _parsed(request.get_data())


def json_object() -> dict[str, Any]:
    """Return the request's JSON object.

    Raises:
        BadRequest: The JSON is something else.
    """
    return as_object(json_body())


def as_object(body: Any) -> dict[str, Any]:
    """Return a body that is an object.

    Raises:
        BadRequest: It is something else; the sentence is Django REST framework's.
    """
    if not isinstance(body, dict):
        kind = type(body).__name__
        raise BadRequest(
            f"Invalid data. Expected a dictionary, but got {kind}.",
            received=kind,
            expected="a JSON object",
            field=WHOLE,
        )
    return body


def _parsed(raw: bytes) -> Any:
    _check_media_type()
    try:
        charset = _charset()
        text = raw.decode(charset)
        body = json.loads(text, parse_constant=_refuse_constant)
        if "\\u" in text or charset != UTF_8:  # an escape, or UTF-7, can spell what cannot be written as it is
            json.dumps(body, ensure_ascii=False).encode("utf-8")
    except RecursionError as error:
        raise BadRequest("JSON parse error - the nesting is too deep") from error
    except ValueError as error:
        raise BadRequest(f"JSON parse error - {error}") from error
    if _SUSPICIOUS.search(text):
        _refuse_unstorable(body)
    return body


def _check_media_type() -> None:
    """Refuse what is not declared as JSON; the sentence has the whole header, as the framework's has."""
    declared = request.headers.get("Content-Type", "")
    main, _, sub = request.mimetype.partition("/")
    if (
        len(declared) > LONGEST_TYPE or main not in {"application", "*"} or sub not in {"json", "*"}
    ):  # the framework takes wildcards too
        raise UnsupportedMedia(
            f'Unsupported media type "{declared}" in request.', received=declared, expected="application/json"
        )


def _charset() -> str:
    """Return the encoding that the body is declared in; one that there is not means UTF-8, as in Django."""
    named = request.mimetype_params.get("charset", UTF_8)
    try:
        known = codecs.lookup(named).name
        b"{".decode(named, "ignore")  # refuses what is no encoding of text, such as hex
    except UnicodeError:  # text, though not this one
        return known
    except (LookupError, ValueError):  # the latter: a NUL within the name
        return UTF_8
    return UTF_8 if known.endswith("escape") else known  # those two are Python's own, and no charset


def _refuse_unstorable(body: Any) -> None:
    """Refuse a NUL in a text and a number beyond all bounds, by its place: PostgreSQL stores neither as JSON."""
    left: list[tuple[tuple[str | int, ...], Any]] = [((), body)]
    while left:
        place, value = left.pop()
        if isinstance(value, str) and "\0" in value:
            raise BadRequest(
                "Null characters are not allowed.",
                received=value,
                expected="a text without U+0000",
                field=written(place) or WHOLE,
            )
        if isinstance(value, float) and not math.isfinite(value):
            raise BadRequest(
                "A valid number is required.",
                received=value,
                expected="a number below 1.8e308",
                field=written(place) or WHOLE,
            )
        if isinstance(value, list):
            left.extend(((*place, number), item) for number, item in enumerate(value))
        elif isinstance(value, dict):
            left.extend(((*place, name), item) for name, item in value.items())
            left.extend((place, name) for name in value)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"Out of range float values are not JSON compliant: {name!r}")
