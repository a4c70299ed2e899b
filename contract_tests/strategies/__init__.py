"""Hypothesis strategies: worlds, payloads and filters, biased towards what an export can get wrong.

Names clash and look like the names that clashes generate; creation times come in clusters; payloads are null, empty,
small, and large enough to be externalised; rows lie in other projects and another tenant; ids of one resource are ids
of another; filters look for values that occur.
"""

from contract_tests.strategies.ground_truth import FOREIGN_VERSION
from contract_tests.strategies.paging import PAGING, paging
from contract_tests.strategies.payloads import EXTERNALISED
from contract_tests.strategies.surroundings import (
    INSTANTS,
    MAIN_PROJECT,
    MAIN_TENANT,
    OTHER_TENANT,
    SPECIFICATIONS,
    STATUSES,
    STORAGE,
    SURROUNDINGS,
)
from contract_tests.strategies.targets import FILTER_VALUES, confines, listed, lists, scopes, worlds
from contract_tests.strategies.values import IDS

__all__ = [
    "EXTERNALISED",
    "FILTER_VALUES",
    "FOREIGN_VERSION",
    "IDS",
    "INSTANTS",
    "MAIN_PROJECT",
    "MAIN_TENANT",
    "OTHER_TENANT",
    "PAGING",
    "SPECIFICATIONS",
    "STATUSES",
    "STORAGE",
    "SURROUNDINGS",
    "confines",
    "listed",
    "lists",
    "paging",
    "scopes",
    "worlds",
]
