"""The wrappers that stand in for a payload (contract.md 3.3)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sdk.clients.errors import PayloadMismatchError, PayloadWrapperError
from sdk.clients.redaction import redact_urls

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHA256 = re.compile(r"[0-9a-f]{64}")
_ABSENT = object()


@dataclass(frozen=True)
class Wrapper:
    """Where a payload lies, and how to know it.

    Args:
        row_id: Row that the payload belongs to.
        url: Address; its signature is a secret. Blank for a payload that is at hand.
        size: Bytes of the payload, when declared.
        digest: SHA-256 in lower-case hex, when declared in this form.
    """

    row_id: object
    url: str = field(repr=False)
    size: int | None = None
    digest: str | None = None

    def check(self, content: bytes) -> None:
        """Compare a payload's bytes with what is declared.

        Raises:
            PayloadMismatchError: Size or digest differ; the row is named.
        """
        if self.size is not None and len(content) != self.size:
            raise PayloadMismatchError(
                f"Row {self.row_id}: its payload is {len(content)} bytes long, {self.size} are declared.",
                row_id=self.row_id,
                url=redact_urls(self.url) or None,
            )
        if self.digest is None:
            return
        found = hashlib.sha256(content).hexdigest()
        if found != self.digest:
            raise PayloadMismatchError(
                f"Row {self.row_id}: the SHA-256 of its payload is {found}, {self.digest} is declared.",
                row_id=self.row_id,
                url=redact_urls(self.url) or None,
            )


def is_wrapper(data: object) -> bool:
    """Return whether a row's ``data`` stands in for a payload.

    It does with ``mode`` ``presigned``, or with ``mode`` ``inline`` and a truth under ``truncated``; anything else is
    a payload of its own, whatever its keys are called.
    """
    if not isinstance(data, dict):
        return False
    return data.get("mode") == "presigned" or (data.get("mode") == "inline" and isinstance(data.get("truncated"), bool))


def declared(row_id: object, fields: Mapping[str, object], url: str = "") -> Wrapper:
    """Return what is said about a payload; size and digest of another form than ours count as not said.

    Args:
        row_id: Row, for the sentence of a refusal.
        fields: Holds ``size`` and ``data_digest``, or does not.
        url: Where the payload lies; blank when it is at hand.
    """
    size, digest = fields.get("size"), fields.get("data_digest")
    return Wrapper(
        row_id,
        url,
        size if isinstance(size, int) and not isinstance(size, bool) else None,
        digest if isinstance(digest, str) and _SHA256.fullmatch(digest) else None,
    )


def read_wrapper(row_id: object, data: dict[str, object]) -> Wrapper | object:
    """Return where a payload lies, or the payload itself where the wrapper holds it.

    Args:
        row_id: Row, for the sentence of a refusal.
        data: A value of which ``is_wrapper`` is true.

    Raises:
        PayloadWrapperError: The wrapper holds neither URL nor payload.
    """
    url = data.get("presigned_url")
    if isinstance(url, str) and url:
        return declared(row_id, data, url)
    if data.get("truncated") is False:
        payload = data.get("data", _ABSENT)
        if payload is not _ABSENT:
            return payload
        raise PayloadWrapperError(
            f"Row {row_id}: the backend sent an inline wrapper instead of the payload; it holds only "
            f"{', '.join(sorted(map(str, data)))}.",
            row_id=row_id,
        )
    if data.get("truncated") is True:
        raise PayloadWrapperError(
            f"Row {row_id}: the backend cut the payload ({data.get('size')} bytes) and gave no presigned_url; "
            "ask with response_mode=presigned.",
            row_id=row_id,
        )
    raise PayloadWrapperError(f"Row {row_id}: its presigned wrapper has no presigned_url.", row_id=row_id)
