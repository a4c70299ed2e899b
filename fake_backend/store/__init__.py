"""Rows: SQLAlchemy Core over SQLite, with real indexes, so that paging costs what it costs in production."""
