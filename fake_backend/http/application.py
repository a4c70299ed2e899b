"""The Flask app: blueprints, authentication before every view, refusals as answers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from fake_backend.core.errors import BadRequest, MethodNotAllowed, NotFound, Refusal
from fake_backend.http import v1, v2
from fake_backend.http.agent import agent
from fake_backend.http.answers import refused, server_error
from fake_backend.http.auth import authenticate
from fake_backend.http.control import control

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")  # in the order of Django REST framework's Allow


_METHODS = frozenset({"DELETE", "GET", "PATCH", "POST", "PUT"})  # HEAD and OPTIONS are the framework's own


def application(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one request of the API for the world in ``environ["fake_backend.world"]``."""
    return _app()(environ, start_response)


@cache
def _app() -> Flask:
    """Return the one app of this process; it holds no state of any world."""
    app = Flask("fake_backend", static_folder=None)
    app.url_map.merge_slashes = False
    app.url_map.strict_slashes = False  # no redirects here: ``_recognise`` says what is missing
    for blueprint in (*v1.BLUEPRINTS, *v2.BLUEPRINTS):
        app.register_blueprint(blueprint)
    app.register_blueprint(agent)
    app.register_blueprint(control)
    app.before_request(_recognise)
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, _unrouted)
    return app


def operations() -> list[tuple[str, str]]:
    """Return (method, path) of every operation, in the order of paths: what a test of access must know a row of."""
    return sorted(
        (
            (method, rule.rule)
            for rule in _app().url_map.iter_rules()
            for method in rule.methods or ()
            if method in _METHODS
        ),
        key=lambda operation: (operation[1], operation[0]),
    )


def _recognise() -> None:
    """Ask who the caller is before anything else, but for control calls and agents, which have guards of their own."""
    if request.path.startswith("/_fake/"):
        return
    if not request.path.endswith("/"):
        raise NotFound("Not found.", received=request.path, expected=f"{request.path}/")
    if not request.path.startswith("/__agents__/"):
        authenticate()


def _unrouted(error: HTTPException) -> Response:
    """Say what Django REST framework says where no view answers."""
    if error.code == 405:
        response = refused(MethodNotAllowed(f'Method "{request.method}" not allowed.', received=request.method))
        allowed = set(getattr(error, "valid_methods", None) or ())
        response.headers["Allow"] = ", ".join(method for method in METHODS if method in allowed)
        return response
    if error.code is not None and error.code >= 500:  # a defect of ours: the log has it, the client sees a 500
        return server_error(error.code)
    if error.code == 400:
        return refused(BadRequest(error.description or "The request cannot be read."))
    return refused(NotFound("Not found.", received=request.path))
