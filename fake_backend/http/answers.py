"""Answers: JSON bodies, the envelopes of v2, and refusals in the form of either API.

v1 answers errors as Django REST framework does: ``{"detail": ...}``, or ``{field: [sentence]}`` for a bad value, which
nests where the value does: objects by key, items of a list by their number (from 3.18 on; before, the
framework answered a body that is a list by a list). v2
answers ``{"error": {code, message, details}, "meta": {request_id}}`` (OpenAPI). Both add ``received`` and ``expected``
where there is something to show: the real backend does not, and no client minds.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flask import Response, request

from fake_backend.core.errors import WHOLE, BadRequest, Refusal, TooManyRequests, Unauthenticated, Unavailable
from fake_backend.core.places import steps
from fake_backend.http.request import world

if TYPE_CHECKING:
    from collections.abc import Iterator


def answer(body: Any, status: int = 200) -> Response:
    """Return ``body`` as a JSON response; ``None`` is 204 without one."""
    if body is None:
        return Response(status=204)
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Response(text, status=status, content_type="application/json")


def enveloped(data: Any, status: int = 200, pagination: dict[str, Any] | None = None) -> Response:
    """Return ``data`` in the envelope of v2."""
    meta: dict[str, Any] = {"request_id": request_id()}
    if pagination is not None:
        meta["pagination"] = pagination
    return answer({"data": data, "meta": meta}, status)


def request_id() -> str:
    """Return a new id for this request, from the world's seed."""
    return f"req_{world().draws.stream('requests').getrandbits(48):012x}"


def refused(refusal: Refusal) -> Response:
    """Return a refusal in the form of the API that the path belongs to."""
    explained = {
        name: value
        for name, value in (("received", _shown(refusal.received)), ("expected", refusal.expected))
        if value is not None
    }
    body: Any
    if request.path.startswith("/v2/"):
        details = [{"field": name, "message": text} for name, text in _named(refusal)] or None
        error = {"code": refusal.code, "message": refusal.message, "details": details, **explained}
        body = {"error": error, "meta": {"request_id": request_id()}}
    elif isinstance(refusal, BadRequest) and refusal.field and not request.path.startswith("/_fake/"):
        body = {}
        for one in (refusal, *refusal.others):
            if one.field:
                _put(body, one.field, one.message)
    else:
        body = {"detail": refusal.message, "code": refusal.code, **explained}
    response = answer(body, refusal.status)
    if isinstance(refusal, Unauthenticated):
        response.headers["WWW-Authenticate"] = "Token"
    if isinstance(refusal, TooManyRequests | Unavailable) and refusal.retry_after is not None:
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _put(body: dict[str, Any], field: str, message: str) -> None:
    """Put a sentence where the framework's nested serializers put it."""
    place = steps(field)
    if isinstance(place[-1], int):
        place.append(WHOLE)
    *outer, last = map(str, place)
    for step in outer:
        body = body.setdefault(step, {})
    body.setdefault(last, []).append(message)


def server_error(status: int) -> Response:
    """Return the answer to a defect of ours in the form of the API; the log has the rest."""
    sentence = "A server error occurred."
    if request.path.startswith("/v2/"):
        error = {"code": "error", "message": sentence, "details": None}
        return answer({"error": error, "meta": {"request_id": request_id()}}, status)
    return answer({"detail": sentence}, status)


def _named(refusal: Refusal) -> Iterator[tuple[str, str]]:
    """Yield each field that is refused and why; one that is a single key by that key as it was sent."""
    others = refusal.others if isinstance(refusal, BadRequest) else ()
    for one in (refusal, *others):
        if one.field:
            place = steps(one.field)
            yield str(place[0]) if len(place) == 1 and isinstance(place[0], str) else one.field, one.message


def _shown(value: object, limit: int = 200) -> object:
    """Return a received value as an answer may repeat it: short, and JSON."""
    if value is None or isinstance(value, (bool, int)):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= limit else f"{text[:limit]}... ({len(text)} characters)"
