"""Seed documents: one JSON object that fills a backend (``docs/seeding.md``)."""

from fake_backend.seeding.document import read, validate
from fake_backend.seeding.errors import SeedInvalid, SeedUnreadable

__all__ = ["SeedInvalid", "SeedUnreadable", "read", "validate"]
