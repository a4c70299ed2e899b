"""Who may control the fake: a caller on this machine that no foreign page sent, or the holder of a token."""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fake_backend.core.errors import Forbidden, NotFound, Unauthenticated

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

_HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[0-9A-Za-z.-]+)(:[0-9]{1,5})?")
TOKEN_HEADER = "X-Fake-Control-Token"  # noqa: S105 (a name, not a token)


@dataclass(frozen=True)
class ControlPolicy:
    """The guard before every control call of one transport.

    Args:
        enabled: ``False`` makes the whole path not exist.
        token: Then required on every call, whatever the host.
        any_host: Whether the ``Host`` header is of no concern: in process there is no network to come from.
    """

    enabled: bool = True
    token: str | None = field(default=None, repr=False)
    any_host: bool = False

    def admit(self, host: str, headers: Headers) -> None:
        """Let a call pass.

        Args:
            host: The ``Host`` header.
            headers: All headers of the request.

        Raises:
            NotFound: Control is switched off.
            Unauthenticated: The token is missing or wrong.
            Forbidden: The host is not loopback, or a page of another origin sent the call.
        """
        if not self.enabled:
            raise NotFound("Not found.")
        if self.token is not None:
            given = headers.get(TOKEN_HEADER, headers.get("Authorization", "").removeprefix("Bearer "))
            if not hmac.compare_digest(given.encode(), self.token.encode()):
                raise Unauthenticated("This control call needs the control token.", expected=f"a {TOKEN_HEADER} header")
        elif not self.any_host and not is_loopback(host):
            raise Forbidden("Control calls are answered on a loopback host only.", received=host, expected="127.0.0.1")
        origin = headers.get("Origin")
        if origin is not None and origin.lower() != f"http://{host}".lower():
            raise Forbidden(
                "Control calls from a page of another origin are refused.", received=origin, expected="no Origin"
            )


def is_loopback(host: str) -> bool:
    """Return whether a host, with or without a port, is an address of this machine that nobody else can use."""
    try:
        return ipaddress.ip_address(host).is_loopback  # an address without a port, IPv6 without brackets
    except ValueError:
        found = _HOST.fullmatch(host)
    if found is None:
        return False
    if found["name"].lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(found["name"].strip("[]")).is_loopback
    except ValueError:
        return False
