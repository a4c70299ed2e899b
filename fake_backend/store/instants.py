"""Instants as the database keeps them (microseconds since the epoch) and as the wire shows them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def stored(moment: datetime) -> int:
    """Return microseconds since the epoch of an aware instant."""
    return (moment - _EPOCH) // _MICROSECOND


def restored(microseconds: int) -> datetime:
    """Return the aware instant, in UTC."""
    return _EPOCH + microseconds * _MICROSECOND


def shown(microseconds: int) -> str:
    """Return the instant as Django REST framework writes it: ISO 8601 with ``Z``."""
    return restored(microseconds).isoformat().replace("+00:00", "Z")
