"""What an export must contain, and what a run of to_task must come to, computed from the seed document alone.

The oracle is the third voice beside the two acquisition heads. It reads the document as plain data, so it can only
agree with the backend and the SDK when all three follow the same rules.
"""

from contract_tests.oracle.annotating import Annotated, after, expected_annotating, selected_tasks
from contract_tests.oracle.annotation_files import fate_of_file, files_of, is_documented
from contract_tests.oracle.artefacts import expected_artefacts, expected_items, rows_by_path, saves_nothing
from contract_tests.oracle.document import Json, SeedDocument
from contract_tests.oracle.fates import FINAL, Fate, Trouble, troubled
from contract_tests.oracle.lifecycle import HOLDING, LEGAL_MOVES, STATES, STIMULI, state_after
from contract_tests.oracle.naming import assign_names, leaf
from contract_tests.oracle.predictions import Prediction, fate_of_prediction
from contract_tests.oracle.selection import FILTER_KEYS, expected_rows

__all__ = [
    "FILTER_KEYS",
    "FINAL",
    "HOLDING",
    "LEGAL_MOVES",
    "STATES",
    "STIMULI",
    "Annotated",
    "Fate",
    "Json",
    "Prediction",
    "SeedDocument",
    "Trouble",
    "after",
    "assign_names",
    "expected_annotating",
    "expected_artefacts",
    "expected_items",
    "expected_rows",
    "fate_of_file",
    "fate_of_prediction",
    "files_of",
    "is_documented",
    "leaf",
    "rows_by_path",
    "saves_nothing",
    "selected_tasks",
    "state_after",
    "troubled",
]
