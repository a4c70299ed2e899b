"""How a file is written: whole, or not at all."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from sdk.plugins.actions.export.writing import encoded, write_new

ROOM = 1000  # bytes that the disk still takes


def test_a_file_of_any_size_is_written_whole(tmp_path) -> None:
    """Also where one call to the system takes a part of it only."""
    for size in (0, 1, 5_000_000):
        write_new(tmp_path / str(size), b"x" * size)

        assert b"x" * size == (tmp_path / str(size)).read_bytes()


def test_a_file_that_is_there_is_left_alone(tmp_path) -> None:
    """Nothing is ever written over."""
    write_new(tmp_path / "a", b"first")
    with pytest.raises(FileExistsError):
        write_new(tmp_path / "a", b"second")

    assert b"first" == (tmp_path / "a").read_bytes()


def test_a_disk_that_takes_half_a_file_keeps_none_of_it(tmp_path) -> None:
    """A full disk first takes what it has room for and only then refuses: the same by a limit on the size of files."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from sdk.plugins.actions.export.writing import write_new\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({ROOM}, {ROOM}))\n"
        "try:\n"
        f"    write_new(Path(sys.argv[1]), b'x' * {3 * ROOM})\n"
        "except OSError as error:\n"
        "    print(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a")], capture_output=True, text=True, check=True)

    assert str(errno.EFBIG) == done.stdout.strip()
    assert [] == list(tmp_path.iterdir())


def test_json_is_compact_and_utf_8() -> None:
    """incidents.md 3, SYN-7492: no blanks, no escapes, nothing after the last bracket."""
    assert '{"a":[1,"값"]}'.encode() == encoded({"a": [1, "값"]})
