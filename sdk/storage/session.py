"""What the backend says about a storage: provider, configuration, and until when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from sdk.storage.errors import UnsupportedStorageError

CONTRACT_VERSION = 1  # contract.md 7: 1 or absent


@dataclass(frozen=True)
class StorageSession:
    """Access to one storage.

    Args:
        id: Id of the storage.
        provider: Provider code, ``file_system`` or ``amazon_s3``.
        configuration: Provider's settings; holds credentials, so it never shows in ``repr``.
        expires_at: Instant from which the credentials no longer hold; ``None`` when they do not expire.
        name: Name of the storage, where the answer has one.
        category: ``internal`` or ``external``, where the answer has one.
    """

    id: int | str | None
    provider: str
    configuration: Mapping[str, Any] = field(repr=False)
    expires_at: datetime | None = None
    name: str | None = None
    category: str | None = None

    @classmethod
    def from_json(cls, row: object, *, storage_id: int | str | None = None) -> Self:
        """Read ``GET /storages/<id>/?with_configuration=true`` or ``POST /storages/<id>/session/``.

        Args:
            row: Decoded body.
            storage_id: Id that was asked for; a session's answer does not repeat it.

        Raises:
            UnsupportedStorageError: Provider or configuration is missing, the expiry is no instant, or the session
                speaks a newer contract. No value of the configuration is shown.
        """
        if not isinstance(row, Mapping):
            raise UnsupportedStorageError(f"Storage {storage_id}: the answer is no object.")
        version = row.get("contract_version")
        if version not in {None, CONTRACT_VERSION}:
            raise UnsupportedStorageError(
                f"Storage {storage_id}: its session speaks contract version {version!r}; "
                f"{CONTRACT_VERSION} is understood."
            )
        provider, configuration = row.get("provider"), row.get("configuration")
        if not isinstance(provider, str) or not provider:
            raise UnsupportedStorageError(f"Storage {storage_id}: the answer names no provider.")
        if not isinstance(configuration, Mapping):
            raise UnsupportedStorageError(f"Storage {storage_id}: the answer holds no configuration object.")
        return cls(
            id=row.get("id", storage_id),
            provider=provider,
            configuration=configuration,
            expires_at=_instant(row.get("expires_at"), storage_id),
            name=row.get("name"),
            category=row.get("category"),
        )


def _instant(value: object, storage_id: int | str | None) -> datetime | None:
    """Read an ISO 8601 instant; one without zone is UTC."""
    if value is None:
        return None
    moment = None
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
    if moment is None:
        raise UnsupportedStorageError(f"Storage {storage_id}: expires_at is {value!r}; an ISO 8601 instant is needed.")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
