"""Bodies that S3's clients frame as ``aws-chunked``: reading the chunks, and judging their signatures.

Source: S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple chunks
(chunked upload)" and "... including trailing headers".
Not supported: chunks signed by SigV4A (``STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD``).
"""

from __future__ import annotations

import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_backend.objects.errors import IncompleteBody, SignatureDoesNotMatch

if TYPE_CHECKING:
    from collections.abc import Callable

UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_WITH_TRAILER = f"{SIGNED}-TRAILER"
FRAMED = (UNSIGNED, SIGNED, SIGNED_WITH_TRAILER)  # words that stand for a framed body

_HEAD = re.compile(rb"(?P<size>[0-9a-fA-F]{1,16})(?:;chunk-signature=(?P<signature>[^;\r\n]*)|;[^\r\n]*)?\r\n")
_TRAILER_SIGNATURE = "x-amz-trailer-signature"
_NOTHING = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True)
class Chunk:
    """A chunk as it came.

    Args:
        body: Its bytes; none in the last one.
        signature: What it says it is signed with; empty where it says nothing.
    """

    body: bytes
    signature: str


@dataclass(frozen=True)
class Framed:
    """A framed body, read.

    Args:
        chunks: In their order, the last one without bytes among them.
        trailer: Headers behind them, lower-case names, in their order.
    """

    chunks: tuple[Chunk, ...]
    trailer: dict[str, str]

    @property
    def body(self) -> bytes:
        """The bytes without the framing."""
        return b"".join(chunk.body for chunk in self.chunks)

    @classmethod
    def read(cls, framed: bytes) -> Framed:
        """Read a framed body.

        Raises:
            IncompleteBody: A chunk's size is no number, a chunk is short, or the last one is missing.
        """
        chunks: list[Chunk] = []
        at = 0
        while True:
            head = _HEAD.match(framed, at)
            size = int(head["size"], 16) if head else 0
            start = head.end() if head else at
            stop = start + size
            if head is None or (size and framed[stop : stop + 2] != b"\r\n"):
                raise IncompleteBody(
                    received=f"a broken chunk at byte {at}", expected="chunks and a last one of no bytes"
                )
            chunks.append(Chunk(framed[start:stop], (head["signature"] or b"").decode("latin-1")))
            if size == 0:
                return cls(tuple(chunks), _trailer(framed[start:]))
            at = stop + 2


@dataclass(frozen=True)
class Seal:
    """What signs the chunks of one request.

    Args:
        seed: Signature over the head of the request, with which the chain begins.
        timestamp: The request's date, in SigV4's form.
        scope: ``<day>/<region>/<service>/aws4_request``.
        access_key: Whose it is, for whoever is refused.
        sign: Signs a text as the head was signed.
    """

    seed: str
    timestamp: str
    scope: str
    access_key: str
    sign: Callable[[str], str]

    def judge(self, framed: Framed, *, with_trailer: bool) -> None:
        """Refuse a body of which a chunk, or the trailer, is not the one that was signed.

        Args:
            framed: The body.
            with_trailer: Whether the trailer is signed too.

        Raises:
            SignatureDoesNotMatch: A signature is missing, or another one.
        """
        previous = self.seed
        for chunk in framed.chunks:
            digest = hashlib.sha256(chunk.body).hexdigest()
            previous = self._compared(chunk.signature, "PAYLOAD", previous, [_NOTHING, digest])
        if with_trailer:
            lines = [f"{name}:{value}\n" for name, value in framed.trailer.items() if name != _TRAILER_SIGNATURE]
            digest = hashlib.sha256("".join(lines).encode("latin-1")).hexdigest()
            self._compared(framed.trailer.get(_TRAILER_SIGNATURE, ""), "TRAILER", previous, [digest])

    def _compared(self, given: str, kind: str, previous: str, digests: list[str]) -> str:
        text = "\n".join([f"AWS4-HMAC-SHA256-{kind}", self.timestamp, self.scope, previous, *digests])
        signature = self.sign(text)
        if not hmac.compare_digest(signature.encode(), given.encode()):
            raise SignatureDoesNotMatch(
                elements={
                    "AWSAccessKeyId": self.access_key,
                    "StringToSign": text,
                    "SignatureProvided": given,
                    "StringToSignBytes": text.encode().hex(" "),
                }
            )
        return signature


def _trailer(rest: bytes) -> dict[str, str]:
    lines = rest.decode("latin-1").split("\r\n")
    pairs = (line.partition(":") for line in lines if ":" in line)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
