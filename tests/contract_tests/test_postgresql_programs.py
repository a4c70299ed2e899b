"""Where ``make test-postgres`` looks for a server, and what it says where there is none."""

from __future__ import annotations

import pytest

from contract_tests.postgresql import programs as rooms
from contract_tests.postgresql.programs import ServerMissing, programs


def server_in(folder):
    """Put the two programs into a directory and return it."""
    folder.mkdir(parents=True)
    for name in ("initdb", "postgres"):
        (folder / name).touch(0o755)
    return folder


def test_the_newest_of_debian_goes_before_the_search_path(tmp_path) -> None:
    """By number, not by text; what is named goes before both."""
    debian = tmp_path / "debian"
    server_in(debian / "9" / "bin")
    newest = server_in(debian / "17" / "bin")
    path = server_in(tmp_path / "path")
    named = server_in(tmp_path / "named")
    assert newest == programs({"PATH": str(path)}, debian)
    assert path == programs({"PATH": str(path)}, tmp_path / "none")
    assert named == programs({"PATH": str(path), "POSTGRES_BIN": str(named)}, debian)


def test_no_server_is_told_with_what_to_install(tmp_path, monkeypatch) -> None:
    """And so is a directory that was named and holds none."""
    monkeypatch.setattr(rooms, "WHEEL", "no-such-wheel")
    with pytest.raises(ServerMissing, match=r"no PostgreSQL server on this machine; install it .*apt-get install"):
        programs({"PATH": str(tmp_path)}, tmp_path / "none")
    with pytest.raises(ServerMissing, match=r"POSTGRES_BIN is .*, where there is no initdb and postgres"):
        programs({"POSTGRES_BIN": str(tmp_path)}, tmp_path / "none")
