"""Of which make a database's tables are: they are made once and never altered, so that others are refused."""

from __future__ import annotations

from functools import cache
from zlib import crc32

from sqlalchemy.schema import CreateTable

from fake_backend.store.schema import metadata


@cache
def make() -> int:
    """Return a number of 31 bits for the tables of ``schema.py``: others have another."""
    return crc32(";".join(str(CreateTable(table)) for table in metadata.sorted_tables).encode()) >> 1
