"""What is said of the methods that are not called for their answer; each statement is put to the test.

A method of ``SILENT`` must ask nothing of the backend. One of ``MISSING`` must be refused as nothing but a path that
nobody serves is: when somebody serves it, its calls are to be planned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SILENT: Final[Mapping[str, str]] = {}
MISSING: Final[Mapping[str, Mapping[str, Any]]] = {}
