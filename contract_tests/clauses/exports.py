"""One export of the main tenant, as the clauses about exports run it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from contract_tests import strategies
from contract_tests.exporting import Caller, export

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.verify.outcome import ExporterKind, Head, Outcome, Target
    from fake_backend import FakeBackend


@dataclass(frozen=True)
class Asked:
    """What is exported, and how.

    Args:
        scope: The filter.
        target: What the filter is about.
        exporter: Which exporter.
        originals: Whether originals are saved too.
        tunables: Page sizes and the like.
    """

    scope: Mapping[str, Any]
    target: Target = "task"
    exporter: ExporterKind = "row"
    originals: bool = True
    tunables: Mapping[str, Any] = field(default_factory=dict)


def caller(backend: FakeBackend) -> Caller:
    """Return the main tenant's user."""
    tokens = backend.tokens[strategies.MAIN_TENANT]
    return Caller(backend.url, tokens.tenant, tokens.user, tokens.access, backend.clock)


def run(backend: FakeBackend, head: Head, asked: Asked, *, below: str = "exports") -> Outcome:
    """Export by one head, to ``<below>/<head>/``.

    Args:
        backend: Where from and to.
        head: Which head.
        asked: What, and how.
        below: Directory of the storage, of this question alone.
    """
    return export(
        caller(backend),
        asked.scope,
        target=asked.target,
        head=head,
        exporter=asked.exporter,
        storage=strategies.STORAGE,
        path=f"{below}/{head}",
        originals=asked.originals,
        requests_so_far=lambda: backend.journal.arrived,
        **asked.tunables,
    )
