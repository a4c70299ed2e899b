"""Keeps secrets out of whatever a run prints or writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

type Redact = Callable[[str], str]

SIGNED = re.compile(r"(X-Amz-(?:Signature|Security-Token)=)[^&\s\"'<>\\]+", re.IGNORECASE)
MASK = "***"


def redactor(secrets: Iterable[str]) -> Redact:
    """Return a function that masks the given secrets, and the signature of every presigned URL, in a text.

    Args:
        secrets: Tokens and keys of the run; blank ones are left out.
    """
    known = sorted(
        {secret for secret in secrets if secret}, key=len, reverse=True
    )  # the longest first: one may hold another
    pattern = re.compile("|".join(map(re.escape, known))) if known else None

    def redact(text: str) -> str:
        return SIGNED.sub(rf"\1{MASK}", pattern.sub(MASK, text) if pattern else text)

    return redact
