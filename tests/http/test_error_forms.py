"""Refusals in the form of either API: the framework's own, and the published schema's."""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.test import override_settings
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.differential import django_settings  # noqa: F401 - sets Django up

from rest_framework import exceptions, serializers  # isort: skip - after Django is set up
from rest_framework.authentication import TokenAuthentication
from rest_framework.parsers import JSONParser
from rest_framework.permissions import BasePermission
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from fake_backend import FakeBackend
from tests.http.malformed import RAW, TYPES
from tests.http.small_backend import Caller, small_document

GOOD = "Token good"
OURS = {"code", "received", "expected"}  # what we add to the framework's ``detail``
ENVELOPE = {
    "type": "object",
    "required": ["error", "meta"],
    "additionalProperties": False,
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details"],
            "properties": {
                "code": {"type": "string"},
                "message": {"type": "string", "minLength": 1},
                "details": {
                    "type": ["array", "null"],
                    "items": {
                        "type": "object",
                        "required": ["field", "message"],
                        "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
                    },
                },
            },
        },
        "meta": {
            "type": "object",
            "required": ["request_id"],
            "properties": {"request_id": {"type": "string", "pattern": "^req_[0-9a-z]+$"}},
        },
    },
}
"""The 400 of 245 operations in the OpenAPI file of 2026.2.17, here with everything required that its examples have."""


class Known(BasePermission):
    """Whoever has a token may."""

    def has_permission(self, request, view):
        """Return whether somebody was recognised."""
        return bool(request.user and request.auth)


class Tokens(TokenAuthentication):
    """The framework's own, less its table of tokens."""

    def authenticate_credentials(self, key):
        """Recognise one token."""
        if key != "good":
            raise exceptions.AuthenticationFailed("Invalid token.")
        return object(), key


class Twin(APIView):
    """A view that parses JSON and takes it as it is."""

    authentication_classes = (Tokens,)
    permission_classes = (Known,)
    parser_classes = (JSONParser,)
    renderer_classes = (JSONRenderer,)

    def post(self, request):
        """Read the body."""
        _ = request.data
        return Response({})


def framework(method="POST", body=b"", kind="application/json", token: str | None = GOOD):
    """Return the framework's answer: status, JSON, headers."""
    extra = {} if token is None else {"HTTP_AUTHORIZATION": token}
    asked = APIRequestFactory().generic(method, "/x/", body, content_type=kind, **extra)
    if body:
        asked.META["CONTENT_TYPE"] = kind
    with override_settings(REST_FRAMEWORK={"PAGE_SIZE": 10, "UNAUTHENTICATED_USER": None}):  # no table of users here
        answer = Twin.as_view()(asked)
        answer.render()
    return answer.status_code, json.loads(answer.content or b"null"), answer.headers


@pytest.fixture(scope="module")
def acme():
    """Yield a session of the first tenant's first user."""
    with FakeBackend(seed=small_document()) as backend:
        caller = Caller(backend, backend.tokens["acme"].headers)
        yield caller
        caller.session.close()


def same(expected, answer) -> None:
    """Hold an answer against the framework's: its status and its words, and beside them nothing but ours."""
    status, body, _ = expected
    told = answer.json()

    assert (status, body["detail"]) == (answer.status_code, told["detail"])
    assert set(told) - set(body) <= OURS


@settings(max_examples=60)
@given(
    body=st.sampled_from([raw for raw in RAW if len(raw) < 5_000]) | st.binary(min_size=1, max_size=20),
    kind=st.sampled_from([kind for kind in TYPES if kind is not None and kind.isascii() and "charset" not in kind]),
)
def test_what_cannot_be_parsed_is_refused_in_the_frameworks_words(acme, body, kind) -> None:
    """ParseError and UnsupportedMediaType, with the header as it was sent and the position; the same is taken."""
    assume(body and not body[-1] & 0x80)  # a character cut off at the end: its reader says nothing
    expected = framework(body=body, kind=kind)
    answer = acme.post("/logs/", data=body, headers={"Content-Type": kind})

    if expected[0] == 200:
        assert "JSON parse error" not in answer.text or "surrogates" in answer.text
        assert 415 != answer.status_code
    else:
        same(expected, answer)


@pytest.mark.parametrize("charset", ["utf-8", "UTF-16", "latin-1", "nonsense", "hex", "ascii"])
def test_a_body_is_read_in_its_charset(acme, charset) -> None:
    """As Django does; a charset that there is not means UTF-8."""
    known = charset not in {"nonsense", "hex"}
    body = '{"purpose": "é"}'.encode(charset if known and charset != "ascii" else "utf-8")
    kind = f"application/json; charset={charset}"
    answer = acme.post("/storages/3/session/", data=body, headers={"Content-Type": kind})

    if charset == "ascii":
        same(framework(body=body, kind=kind), answer)
    else:
        assert ['"é" is not a valid choice.'] == answer.json()["purpose"]


def test_no_body_is_an_empty_object(acme) -> None:
    """Whatever its type: the framework looks at neither where nothing came."""
    assert 200 == framework(kind="text/plain")[0]
    for kind in ("text/plain", "application/json"):
        answer = acme.post("/storages/3/session/", headers={"Content-Type": kind})
        assert (400, {"purpose": ["This field is required."]}) == (answer.status_code, answer.json())


@pytest.mark.parametrize("token", [None, "Token bad", "Token "])
def test_a_caller_whom_nobody_knows_is_challenged_as_the_framework_does(acme, token) -> None:
    """NotAuthenticated and AuthenticationFailed are 401 with ``WWW-Authenticate: Token``."""
    expected = framework(token=token)
    sent = {"Authorization": token, "Synapse-Access-Token": None, "Content-Type": "application/json"}
    answer = acme.post("/logs/", headers=sent)

    assert (401, 401) == (expected[0], answer.status_code)
    assert expected[2]["WWW-Authenticate"] == answer.headers["WWW-Authenticate"]
    if token != "Token ":
        same(expected, answer)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "BREW"])
def test_a_method_that_is_not_there_is_405_with_the_frameworks_allow(acme, method) -> None:
    """The methods in the framework's order."""
    expected = framework(method, body=b"{}")
    answer = acme.session.request(method, acme.backend.url + "/logs/", json={})

    same(expected, answer)
    assert expected[2]["Allow"] == answer.headers["Allow"]


def test_what_is_not_there_is_the_frameworks_not_found(acme) -> None:
    """404 with its sentence."""
    same((404, {"detail": exceptions.NotFound().detail}, {}), acme.get("/projects/77/"))


class Inner(serializers.Serializer):
    """What a deployment needs."""

    num_cpus = serializers.IntegerField(min_value=0)


class Outer(serializers.Serializer):
    """The body of a run, and of an entry of a log."""

    event = serializers.CharField(required=False)
    params = Inner(required=False)


class Logged(serializers.Serializer):
    """An entry of a log."""

    event = serializers.CharField()


def shape(body):
    """Return a refusal with each sentence taken for a mark: what nests in what."""
    if isinstance(body, dict):
        return {key: shape(value) for key, value in body.items()}
    if isinstance(body, list) and all(isinstance(item, str) for item in body):
        return "sentence"
    return [shape(item) for item in body]


def refused(serializer) -> object:
    """Return what the framework says of data that are invalid."""
    assert not serializer.is_valid()
    return shape(json.loads(json.dumps(serializer.errors)))


def test_refusals_nest_as_the_frameworks_serializers_do(acme) -> None:
    """Objects by key, a list of objects by position, and a body that is none as a whole."""
    job = "11111111-1111-1111-1111-111111111111"
    good, bad = {"event": "e", "job": job}, {"job": job}
    told = [acme.post("/logs/", json=body).json() for body in ([good, bad], [bad], bad, [1], 1)]

    assert refused(Logged(data=[good, bad], many=True)) == shape(told[0])
    assert refused(Logged(data=[bad], many=True)) == shape(told[1])
    assert refused(Logged(data=bad)) == shape(told[2])
    assert refused(Logged(data=[1], many=True)) == shape(told[3])
    assert Logged(data=1).is_valid() is False
    assert {"non_field_errors": ["Invalid data. Expected a dictionary, but got int."]} == told[4]


def test_a_field_within_a_field_nests(serving_acme) -> None:
    """``params.num_cpus`` of a run is the framework's nested serializer."""
    body = {"action": "deployment", "agent": 1, "params": {"num_cpus": "x"}}
    answer = serving_acme.post("/plugins/code-1/run/", json=body)

    assert refused(Outer(data=body)) == shape(answer.json())


@pytest.fixture
def serving_acme():
    """Yield a session of a backend that serves."""
    from tests.serving.serving_world import serving

    with serving() as (_, user, _):
        yield user.caller


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "field"),
    [
        ("GET", "/v2/tasks/?project=x", b"", 400, "project"),
        ("GET", "/v2/tasks/?cursor=AAA", b"", 404, None),
        ("GET", "/v2/tasks/?project=%FF", b"", 400, None),
        ("GET", "/v2/nothing/", b"", 404, None),
        ("GET", "/v2/async_jobs/x/", b"", 404, None),
        ("DELETE", "/v2/tasks/", b"", 405, None),
        ("POST", "/v2/tasks/bulk-fetch/", b"{", 400, None),
        ("POST", "/v2/tasks/bulk-fetch/", b"[]", 400, "non_field_errors"),
        ("POST", "/v2/tasks/bulk-fetch/", b"", 400, "ids"),
        ("POST", "/v2/tasks/bulk-fetch/", b'{"ids": ["1"]}', 400, "ids"),
        ("POST", "/v2/tasks/bulk-fetch/", json.dumps({"ids": [1] * 201}).encode(), 400, "ids"),
        ("POST", "/v2/plugin_exports/", b'{"storage_id": 3}', 400, "path"),
    ],
)
def test_refusals_of_the_second_api_are_those_of_its_schema(acme, method, path, body, status, field) -> None:
    """``{error: {code, message, details}, meta: {request_id}}``, whatever was wrong; 401 likewise."""
    headers = {"Content-Type": "application/json"}
    answer = acme.session.request(method, acme.backend.url + path, data=body, headers=headers)
    unknown = acme.session.request(method, acme.backend.url + path, headers={"Authorization": "Token bad"})

    assert (status, 401) == (answer.status_code, unknown.status_code)
    for told in (answer.json(), unknown.json()):
        jsonschema.validate(told, ENVELOPE)
    details = answer.json()["error"]["details"]
    assert ([field] if field else None) == (details and [one["field"] for one in details])
