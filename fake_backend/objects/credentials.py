"""A pair of keys that a world's storage accepts: its own, or those of one bucket."""

from __future__ import annotations

import string
from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import random

_ACCESS_KEY_LETTERS = string.ascii_uppercase + "234567"  # AWS writes access keys in base32


@dataclass(frozen=True)
class Credentials:
    """An access key and its secret; the secret shows in no ``repr``.

    Args:
        access_key: 20 characters, as AWS's long-term keys: ``AKIA`` and 16 of base32.
        secret_key: 40 characters of base64.
    """

    token: ClassVar[None] = None  # botocore's signers ask for it; this world issues no session tokens

    access_key: str
    secret_key: str = field(repr=False)

    @classmethod
    def draw(cls, rng: random.Random) -> Credentials:
        """Draw a pair; equal generators draw equal pairs."""
        access_key = "AKIA" + "".join(rng.choices(_ACCESS_KEY_LETTERS, k=16))
        return cls(access_key, b64encode(rng.randbytes(30)).decode("ascii"))
