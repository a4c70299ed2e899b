"""Which rows a filter selects, target by target."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, cast

from contract_tests.oracle.assignments import ASSIGNMENTS
from contract_tests.oracle.ground_truth import GROUND_TRUTH
from contract_tests.oracle.tasks import TASKS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.oracle.document import SeedDocument
    from contract_tests.oracle.tables import Selected, Table

_TABLES: Final[Mapping[str, Table[Any]]] = MappingProxyType(
    {table.name: cast("Table[Any]", table) for table in (TASKS, ASSIGNMENTS, GROUND_TRUTH)}
)

FILTER_KEYS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {name: frozenset(table.rules) for name, table in _TABLES.items()}
)
"""Target to every key of its filter."""


def selected_rows(
    document: Mapping[str, object], scope: Mapping[str, object], *, target: str = "task", tenant: str | None = None
) -> list[Selected]:
    """Return the rows of the document that a filter selects, by descending key.

    Args:
        document: A seed document. Rows that a ``created`` key looks at must say when they were created, since the
            default is a clock that the oracle does not have.
        scope: The filter; values are scalars or lists, a blank one selects everything.
        target: What is exported: ``task``, ``assignment`` or ``ground_truth``.
        tenant: Whose rows exist; ``None`` leaves that to the filter.

    Raises:
        ValueError: An unknown key or target, or a value that is no number, boolean or date where one is needed.
    """
    if target not in _TABLES:
        raise ValueError(f"the oracle knows no target {target!r}; it knows {', '.join(_TABLES)}")
    return _TABLES[target].select(cast("SeedDocument", document), scope, tenant)


def expected_rows(
    document: Mapping[str, object], scope: Mapping[str, object], *, target: str = "task", tenant: str | None = None
) -> list[int]:
    """Return the keys of an export's rows in the order in which exporters see them: descending.

    Args:
        document: A seed document, as ``FakeBackend(seed=...)`` takes it.
        scope: The export's filter.
        target: What is exported; a ground-truth event's key is its ``pgh_id``.
        tenant: Whose rows exist; ``None`` leaves that to the filter.

    Raises:
        ValueError: See ``selected_rows``.
    """
    return [row.key for row in selected_rows(document, scope, target=target, tenant=tenant)]
