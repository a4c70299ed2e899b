"""Environments of the reference client: when they are made anew, and what they are made from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from contract_tests.conformance.environment import CannotInstall, Environment
from contract_tests.conformance.leaks import leaks
from contract_tests.conformance.versions import CLIENTS

if TYPE_CHECKING:
    from pathlib import Path

PIN = re.compile(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.+!_-]*")


def stamped(root: Path, version: str, stamp: str) -> Environment:
    """Return an environment that was made from what the stamp says."""
    environment = Environment(root, version)
    environment.folder.mkdir()
    (environment.folder / ".ready").write_text(stamp, encoding="utf-8")
    return environment


@pytest.mark.parametrize("version", CLIENTS)
def test_constraints_are_pins_and_nothing_else(version: str, tmp_path: Path) -> None:
    """Each version has its constraints; a line is ``name==version``, so that no index or path of a machine gets in."""
    lines = Environment(tmp_path, version).constraints.read_text(encoding="utf-8").splitlines()
    assert lines
    assert [line for line in lines if not PIN.fullmatch(line)] == []


@pytest.mark.parametrize("version", CLIENTS)
def test_an_environment_is_ready_when_its_stamp_is_todays(version: str, tmp_path: Path) -> None:
    """Absent or made from something else means that it is made anew."""
    assert not Environment(tmp_path, version).is_ready
    today = Environment(tmp_path, version).stamp
    assert stamped(tmp_path, version, today).is_ready
    (tmp_path / "old").mkdir()
    assert not stamped(tmp_path / "old", version, f"{today} ").is_ready


def test_the_stamp_changes_with_the_constraints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another pin is another environment."""
    monkeypatch.setattr("contract_tests.conformance.environment.HERE", tmp_path)
    constraints = tmp_path / "constraints-1.0.txt"
    constraints.write_text("requests==2.34.2\n", encoding="utf-8")
    before = Environment(tmp_path, "1.0").stamp
    constraints.write_text("requests==2.34.3\n", encoding="utf-8")
    assert before != Environment(tmp_path, "1.0").stamp


def test_an_environment_without_the_package_is_refused_in_a_sentence(tmp_path: Path) -> None:
    """Nothing to compare is not a match."""
    with pytest.raises(CannotInstall, match=r"\.venv-sdk-1\.0 holds no synapse-sdk 1\.0"):
        Environment(tmp_path, "1.0").check()


def test_a_secret_is_found_wherever_it_lies(tmp_path: Path) -> None:
    """Any file below the folder that holds one of the tokens is named, binary ones too; a blank finds nothing."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "b.bin").write_bytes(b"\xff\x00tok-2\xff")
    (tmp_path / "a.json").write_text('{"url": "tok-1"}', encoding="utf-8")
    (tmp_path / "clean.json").write_text("tok-3", encoding="utf-8")
    assert [tmp_path / "a.json", tmp_path / "deep" / "b.bin"] == leaks(tmp_path, ["tok-1", "tok-2", ""])
    assert [] == leaks(tmp_path / "absent", ["tok-1"])
