"""Payloads: the JSON that annotators made, in the row or, above a size, in an object of its own.

A row's payload reaches a client as it is or as the wrapper of contract.md 3.3, which names a presigned URL, the
size in bytes and the SHA-256 of those bytes in lower-case hex.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from fake_backend.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fake_backend.objects import ObjectStore
    from fake_backend.settings import Settings

BUCKET = "synapse-media"  # of the backend itself: payloads and the files of data units

type ResponseMode = Literal["inline", "presigned"]
type Owner = Literal["tasks", "assignments", "ground_truth_events"]


def encoded(data: object) -> bytes:
    """Return payload JSON as it is stored: compact, UTF-8, keys in the order in which they came."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


class DamagedPayload(Refusal):
    """A payload that cannot be told any more: gone, or changed behind the backend's back."""

    status = 500
    code = "damaged_payload"


class Payloads:
    """Writes payloads of rows and shows them."""

    def __init__(self, objects: ObjectStore, settings: Settings) -> None:
        self._objects = objects
        self._settings = settings

    def columns(self, owner: Owner, row_id: int, data: object) -> dict[str, Any]:
        """Return the columns that keep ``data`` for a row, storing an object where it is large.

        Args:
            owner: Table of the row: ids are unique within it alone, so it is part of an object's key.
            row_id: Primary key of the row.
            data: Any JSON value; ``None`` is no payload.
        """
        if data is None:
            return {"has_data": False, "payload": None, "payload_key": None, "payload_size": 0, "payload_digest": ""}
        body = encoded(data)
        digest = hashlib.sha256(body).hexdigest()
        columns = {"has_data": True, "payload_size": len(body), "payload_digest": digest}
        if len(body) <= self._settings.externalise_over:
            return {**columns, "payload": body.decode(), "payload_key": None}
        key = f"payloads/{owner}/{row_id}/{digest}.json"
        self.put_file(key, body, "application/json")
        return {**columns, "payload": None, "payload_key": key}

    def text(self, row: Mapping[str, Any]) -> str:
        """Return a row's payload as JSON text, ``null`` for none.

        Raises:
            DamagedPayload: The object is gone, or its bytes are not those that were stored.
        """
        if row["payload_key"] is None:
            return row["payload"] if row["payload"] is not None else "null"
        try:
            body = self._objects.get(BUCKET, row["payload_key"])
        except Refusal as error:
            raise DamagedPayload("The payload of a row is gone.", received=row["key"]) from error
        if hashlib.sha256(body).hexdigest() != row["payload_digest"]:
            raise DamagedPayload("The payload of a row is not what was stored.", received=row["key"])
        return body.decode()

    def shown(self, row: Mapping[str, Any], mode: ResponseMode, storage_url: str, aged: float = 0.0) -> Any:
        """Return what the wire carries as ``data``: the payload, or the wrapper of an externalised one; see ``url``."""
        if row["payload_key"] is None:
            return None if row["payload"] is None else json.loads(row["payload"])
        if mode == "inline":
            return json.loads(self.text(row))
        return {
            "mode": "presigned",
            "presigned_url": self.url(row["payload_key"], storage_url, aged),
            "size": row["payload_size"],
            "data_digest": row["payload_digest"],
        }

    def url(self, key: str, storage_url: str, aged: float = 0.0) -> str:
        """Return a presigned URL of an object of the backend.

        Args:
            key: Of the object.
            storage_url: Endpoint of objects on the caller's transport.
            aged: Seconds ago at which the URL was issued.
        """
        seconds, bugs = self._settings.presign_seconds, self._objects.bugs
        if "presign-too-short" in bugs:
            seconds = max(1, seconds // 60)
        if "presign-wrong-object" in bugs:
            keys = self._objects.keys(BUCKET)
            key = keys[(keys.index(key) + 1) % len(keys)] if key in keys else key
        return self._objects.presign(
            BUCKET,
            key,
            base_url=storage_url,
            expires_in=seconds,
            issued_at=self._objects.clock.now() - timedelta(seconds=aged) if aged else None,
        )

    def put_file(self, key: str, body: bytes, content_type: str) -> None:
        """Store the bytes of a file; the bucket is there from the first one on."""
        self._objects.create_bucket(BUCKET)
        self._objects.put(BUCKET, key, body, content_type=content_type)

    def file(self, key: str) -> bytes:
        """Return the bytes of a data unit's file."""
        return self._objects.get(BUCKET, key)
