"""The three ways in which S3 writes an instant."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

SIGNING = "%Y%m%dT%H%M%SZ"  # X-Amz-Date; SigV4's only form


def iso(instant: datetime) -> str:
    """Return ``instant`` as S3's documents write it, to the millisecond."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{instant.microsecond // 1000:03d}Z"


def iso_seconds(instant: datetime) -> str:
    """Return ``instant`` as S3's refusals write it, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def http(instant: datetime) -> str:
    """Return ``instant`` as a header's date (RFC 9110, 5.6.7)."""
    return format_datetime(instant.astimezone(UTC), usegmt=True)


def read_signing(text: str) -> datetime | None:
    """Return the instant of an ``X-Amz-Date``, ``None`` when it is none."""
    try:
        instant = datetime.strptime(text, SIGNING).replace(tzinfo=UTC)
    except ValueError:
        return None
    return instant if instant.strftime(SIGNING) == text else None  # strptime also takes single digits


def read_http(text: str) -> datetime | None:
    """Return the instant of a header's date, ``None`` when it is none."""
    try:
        instant = parsedate_to_datetime(text)
        return instant.replace(tzinfo=UTC) if instant.tzinfo is None else instant.astimezone(UTC)
    except (ValueError, OverflowError):  # no date; a date that its zone moves out of the calendar
        return None
