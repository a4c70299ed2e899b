"""What the transports refuse before a request is there.

    Refusal                  (fake_backend.core.errors)
    └── TransportRefused     a transport that cannot be opened as asked
        ├── BadHost          a mount's host is no host name
        ├── CannotListen     the live server cannot have the address asked for
        └── HostTaken        another open transport in process answers for this host

A request that is there is answered, or gets a signal (`fake_backend.core.signals`).
"""

from __future__ import annotations

from fake_backend.core.errors import Refusal


class TransportRefused(Refusal):
    """A transport that cannot be opened as asked; nobody has sent a request yet."""

    status = 503
    code = "transport_refused"


class BadHost(TransportRefused):
    """A mount's host is no host name."""

    code = "bad_host"


class CannotListen(TransportRefused):
    """The live server cannot have the address asked for."""

    code = "cannot_listen"


class HostTaken(TransportRefused):
    """Another open transport in process answers for this host."""

    code = "host_taken"
