"""Chromium without a window, without a network, and with a profile that nobody used before."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
STOPS_WITHIN: Final = 10  # seconds
QUIET: Final = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nothing but loopback
)


def found() -> str | None:
    """Return the path of a Chromium, ``None`` where none is installed."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def opened(chromium: str, url: str) -> Iterator[None]:
    """Show a page until the block ends.

    Args:
        chromium: Path of the browser.
        url: Of the page, on loopback.
    """
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # it refuses to be run by root with one
    with (
        tempfile.TemporaryDirectory(prefix="browser-", ignore_cleanup_errors=True) as profile,
        subprocess.Popen(  # noqa: S603 - no shell, our words
            [chromium, *QUIET, *root, f"--user-data-dir={profile}", url],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process,
    ):
        try:
            yield
        finally:
            process.terminate()
            try:
                process.wait(STOPS_WITHIN)
            except subprocess.TimeoutExpired:
                process.kill()
