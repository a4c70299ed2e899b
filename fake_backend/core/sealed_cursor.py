"""Sealed cursors: opaque, versioned tokens that are good for one walk of one list, and show when they were altered.

No convention of the real backend: for people who design an API of their own. A token says where a page begins and what
walk it is of (tenant, list, filter, order, size), and is refused, with the reason, anywhere else. Its place is exact:
moment and key together, so that rows of one moment are no tie, nothing is counted off, and no run is too long.

``s1.`` and base64url of tag and cipher text. The tag is HMAC-SHA-256 over the plain text, cut to 16 bytes; from it the
same function makes the key stream that hides the plain text (a synthetic initialisation vector, the idea of RFC 5297).
So one page of one walk has one token, whenever it is asked for. Plain texts are padded to a multiple of 64 bytes: the
length says next to nothing about keys. What a token does show: its version, and that two equal tokens are of one place.

Not supported: expiry, revoking, and changing keys. A server with something to lose takes AES-SIV from a library.
"""

from __future__ import annotations

import binascii
import hashlib
import hmac
import json
import re
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fake_backend.core.cursor import Cursor
from fake_backend.core.errors import InvalidCursor
from fake_backend.core.turning import Leaf

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fake_backend.core.filters import Condition

VERSION = "s1"
BLOCK = 64  # bytes that plain texts are padded to a multiple of
TAG = 16  # bytes
SHOWN = frozenset({"list", "order", "size"})  # of a refused token; of the rest it has digests alone


@dataclass(frozen=True)
class Binding:
    """The walk that a token is of.

    Args:
        tenant: Whose rows; ``None`` of one for whom nothing exists.
        path: Path of the list.
        conditions: The filter; neither the order of its keys nor that of their values counts.
        order: Name of the ordering, with ``-`` before it if it is descending.
        size: Rows a page.
    """

    tenant: str | None
    path: str
    conditions: Sequence[Condition]
    order: str
    size: int

    def told(self) -> dict[str, str | int]:
        """Return what a token says of its walk; tenant and filter as digests."""
        return {
            "caller": _digest(repr(self.tenant)),
            "list": self.path,
            "filter": _digest("\n".join(sorted(map(_spelt, self.conditions)))),
            "order": self.order,
            "size": self.size,
        }


class Seal:
    """What one world seals its cursors with.

    Args:
        key: 32 secret bytes.
    """

    def __init__(self, key: bytes) -> None:
        self._tagging, self._hiding = (_mac(key, f"{VERSION} {use}".encode()) for use in ("tag", "hide"))

    def __repr__(self) -> str:
        return f"<Seal {VERSION}>"

    def close(self, text: bytes) -> str:
        """Return the token of a plain text."""
        padded = text.ljust(-(-len(text) // BLOCK) * BLOCK)
        tag = _mac(self._tagging, padded)[:TAG]
        body = urlsafe_b64encode(tag + self._hidden(tag, padded)).decode("ascii").rstrip("=")
        return f"{VERSION}.{body}"

    def open(self, token: str) -> bytes:
        """Return the plain text of a token, padding included.

        Raises:
            InvalidCursor: It is no token of this version and key, to the last bit.
        """
        version, dot, body = token.partition(".")
        if not dot or not re.fullmatch(r"s[0-9]+", version):
            raise _refused("it is no sealed cursor", token, "the token of a page's link, as it stands")
        if version != VERSION:
            raise _refused(f"it is of version {version}", token, f"version {VERSION}: begin the walk again")
        try:
            sealed = b64decode(body.encode("ascii") + b"=" * (-len(body) % 4), altchars=b"-_", validate=True)
        except (ValueError, binascii.Error):
            sealed = b""
        text = self._hidden(sealed[:TAG], sealed[TAG:])
        whole = hmac.compare_digest(_mac(self._tagging, text)[:TAG], sealed[:TAG])
        if not whole or self.close(text) != token:  # base64 has several spellings of its last bits; one is ours
            raise _refused("it was cut or altered, or is another backend's", token, "the token as it was given")
        return text

    def _hidden(self, tag: bytes, text: bytes) -> bytes:
        """Return the text under the key stream of a tag, or from under it."""
        size = hashlib.sha256().digest_size
        stream = b"".join(_mac(self._hiding, tag + block.to_bytes(4)) for block in range(-(-len(text) // size)))
        return bytes(one ^ other for one, other in zip(text, stream, strict=False))


@dataclass(frozen=True)
class SealedTokens:
    """Tokens of one walk.

    Args:
        seal: What they are sealed with.
        binding: The walk.
    """

    seal: Seal
    binding: Binding

    def write(self, leaf: Leaf) -> str:
        """Return the token of a page."""
        place = leaf.cursor
        fields = {**self.binding.told(), "p": place.position, "r": place.reverse, "n": leaf.number}
        return self.seal.close(json.dumps(fields, separators=(",", ":")).encode())

    def read(self, token: str) -> Leaf:
        """Return the page of a token.

        Raises:
            InvalidCursor: It is none, of another version, cut or altered, or of another walk; the sentence says which.
        """
        fields = json.loads(self.seal.open(token))
        for name, wanted in self.binding.told().items():
            if fields[name] != wanted:
                expected = f"{name} {fields[name]}" if name in SHOWN else f"the {name} that it was made for"
                raise _refused(f"it was made for another {name}", token, expected)
        return Leaf(Cursor(fields["p"], reverse=fields["r"]), fields["n"])


def _refused(why: str, token: str, expected: str) -> InvalidCursor:
    return InvalidCursor(f"Invalid cursor: {why}.", received=token, expected=expected, field="cursor")


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.digest(key, text, "sha256")


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _spelt(condition: Condition) -> str:
    """Return a condition as text, the values of a list sorted and each once."""
    value = condition.value
    values = sorted(set(map(repr, value))) if isinstance(value, tuple) else repr(value)
    return f"{condition.field} {condition.test} {values}"
