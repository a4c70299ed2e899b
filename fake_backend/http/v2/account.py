"""``/v2/users/me/``: who the caller is (OpenAPI ``users_me_v2``)."""

from __future__ import annotations

from flask import Blueprint, Response

from fake_backend.http.answers import enveloped
from fake_backend.http.request import caller, world

account = Blueprint("v2-account", __name__, url_prefix="/v2")


@account.get("/users/me/")
def me() -> Response:
    """The user behind the credentials, whatever tenant the request names; nobody here administers Synapse itself."""
    return enveloped({**world().identity.user(caller().user), "is_synapse_admin": False})
