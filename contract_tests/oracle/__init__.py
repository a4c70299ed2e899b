"""What an export must contain, computed from the seed document alone.

The oracle is the third voice beside the two acquisition heads. It reads the document as plain data, so it can only
agree with the backend and the SDK when all three follow the same rules.
"""

from contract_tests.oracle.artefacts import expected_artefacts, expected_items, rows_by_path, saves_nothing
from contract_tests.oracle.document import Json, SeedDocument
from contract_tests.oracle.naming import assign_names, leaf
from contract_tests.oracle.selection import FILTER_KEYS, expected_rows

__all__ = [
    "FILTER_KEYS",
    "Json",
    "SeedDocument",
    "assign_names",
    "expected_artefacts",
    "expected_items",
    "expected_rows",
    "leaf",
    "rows_by_path",
    "saves_nothing",
]
