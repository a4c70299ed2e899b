"""What an application raises to do to its connection what no status can say.

    Signal                 base
    ├── NoAnswer           the client waits until its read timeout
    ├── HangUp             the server closes: before the head no answer, within the body a cut (FIN)
    └── Reset              the server aborts: connection reset by peer (RST)
        └── ConnectionRefused   nobody listens; over a live connection, which exists already, a reset

An application raises one instead of answering, or while its body is iterated. Without a log line or
a traceback the transport then does to this connection, and to no other, what the class says.
Any other exception is an error of the application: 500 before the head is out, a logged cut after it.

=================== ==================================== ==================================
signal              in process: urllib3 sees             live: the wire carries
=================== ==================================== ==================================
`NoAnswer`          ``ReadTimeoutError``, at once        nothing, until either side closes
`HangUp`            ``ProtocolError``, incomplete read   FIN, without a closing chunk
`Reset`             ``ProtocolError``, connection reset  RST
`ConnectionRefused` ``NewConnectionError``               RST
=================== ==================================== ==================================

Source: contract.md 1.2 (no answer, socket closed before headers, body cut after headers, refused).
"""

from __future__ import annotations


class Signal(BaseException):
    """Something that happens to a connection and is not an answer.

    Not an ``Exception``, as ``KeyboardInterrupt`` is none: it has to pass through the ``except
    Exception`` that web frameworks turn into a 500.
    """


class NoAnswer(Signal):
    """The request is accepted and never answered."""


class HangUp(Signal):
    """The server closes the connection in an orderly way, whatever was still to come."""


class Reset(Signal):
    """The server aborts the connection; what is under way is lost."""


class ConnectionRefused(Reset):
    """Nobody listens at this address; within a body, where that cannot be, a reset."""
