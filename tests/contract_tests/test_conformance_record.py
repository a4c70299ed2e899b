"""Whether an installed package is what its RECORD says."""

from __future__ import annotations

import base64
import hashlib
import shutil
from typing import TYPE_CHECKING

import pytest

from contract_tests.conformance.record import check_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FILES = {
    "kit/__init__.py": b"",
    "kit/deep/wire, odd.py": b"PATH = '/v2/'\n",
    "kit-1.0.dist-info/METADATA": b"Name: kit\n",
}


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site-packages directory with one package, as pip leaves it."""
    lines = []
    for path, content in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
        digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
        lines.append(f'"{path}",sha256={digest},{len(content)}')
    lines += ["kit/__pycache__/__init__.cpython-312.pyc,,", "kit-1.0.dist-info/RECORD,,"]
    (tmp_path / "kit-1.0.dist-info" / "RECORD").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return tmp_path


def test_a_package_as_installed_matches(site: Path) -> None:
    """Every file with a hash is compared; compiled files, with or without a line, are not."""
    (site / "kit" / "deep" / "__pycache__").mkdir()
    (site / "kit" / "deep" / "__pycache__" / "wire.pyc").write_bytes(b"any")
    check = check_record(site, "kit", "1.0")
    assert (True, 3, []) == (check.matches, check.files, check.modified)


@pytest.mark.parametrize(
    ("change", "modified"),
    [
        (lambda site: (site / "kit/deep/wire, odd.py").write_bytes(b"PATH = '/v3/'\n"), "kit/deep/wire, odd.py"),
        (lambda site: (site / "kit/__init__.py").unlink(), "kit/__init__.py"),
        (lambda site: (site / "kit/patch.py").write_bytes(b""), "kit/patch.py"),
    ],
    ids=["changed", "removed", "added"],
)
def test_any_change_is_named(site: Path, change: Callable[[Path], object], modified: str) -> None:
    """A changed, a removed and an added file each make the package another one."""
    change(site)
    check = check_record(site, "kit", "1.0")
    assert (False, [modified]) == (check.matches, check.modified)


def test_a_record_without_hashes_proves_nothing(site: Path) -> None:
    """An empty comparison, with nothing in the package to be called added, is no match."""
    shutil.rmtree(site / "kit")
    (site / "kit-1.0.dist-info" / "RECORD").write_text("", encoding="utf-8")
    assert not check_record(site, "kit", "1.0").matches


def test_another_version_is_not_there(site: Path) -> None:
    """The version asked for must be the one installed."""
    with pytest.raises(FileNotFoundError):
        check_record(site, "kit", "1.1")
