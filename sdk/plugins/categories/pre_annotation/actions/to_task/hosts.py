"""Where annotation files may be fetched from (to_task guide, Security: trusted sources, secure URLs)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sdk.clients.origin import Origin
from sdk.clients.redaction import redact_urls
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import HostRefusedError

if TYPE_CHECKING:
    from collections.abc import Sequence

RESERVED = ".invalid"  # leads nowhere (RFC 6761, 6.4): what answers there answers in this process


@dataclass(frozen=True)
class HostPolicy:
    """Which addresses may be asked; the name is judged, not what it resolves to.

    Args:
        allowed: ``host``, ``host:port``, or ``*.domain`` for all names below; ``None`` allows any, nothing allows none.
        allow_http: Whether plain http may go further than loopback and ``.invalid``.
    """

    allowed: Sequence[str] | None = None
    allow_http: bool = False

    def admit(self, url: str, came_from: str | None = None) -> None:
        """Return when an address may be asked.

        Args:
            url: Absolute address.
            came_from: The address that redirected there.

        Raises:
            HostRefusedError: It may not, or cannot be read in one way only.
        """
        reason = None
        try:
            origin = Origin.of(url)
        except ValueError as error:
            reason = str(error)
        else:
            reason = self._objection(origin, None if came_from is None else Origin.of(came_from))
        if reason is None:
            return
        way = "" if came_from is None else "a redirect leads there; "
        raise HostRefusedError(f"{way}it was not requested: {reason}", url=redact_urls(url))

    def _objection(self, origin: Origin, came_from: Origin | None) -> str | None:
        named = self.allowed is not None and any(_matches(origin, entry) for entry in self.allowed)
        if self.allowed is not None and not named:
            return f"{origin.host} is not among the allowed hosts"
        near = is_near(origin.host)
        if origin.scheme == "http" and not (near or self.allow_http):
            return "plain http is taken from loopback and .invalid only; use https, or set allow_http"
        if near and came_from is not None and not named and not is_near(came_from.host):
            return f"{came_from.host} has no business with {origin.host}"
        return None


def is_near(host: str) -> bool:
    """Return whether a host is this machine's loopback or a reserved name that leads nowhere.

    Args:
        host: Lower-case host, IPv6 in brackets.
    """
    if host in {"localhost", "invalid"} or host.endswith((".localhost", RESERVED)):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _matches(origin: Origin, entry: str) -> bool:
    wanted = entry.strip().lower()
    if wanted.startswith("*."):
        return origin.host.endswith(wanted[1:])
    return wanted in {origin.host, f"{origin.host}:{origin.port}"}
