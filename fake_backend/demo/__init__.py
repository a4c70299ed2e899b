"""The demo document and its relatives: generated seed documents (``docs/seeding.md``, ``docs/payloads.md``)."""

from fake_backend.demo.assignment_plan import ASSIGNMENT_FILTER, ASSIGNMENTS
from fake_backend.demo.errors import PillowMissing
from fake_backend.demo.generator import document
from fake_backend.demo.ground_truth_plan import (
    FOREIGN_VERSION,
    GROUND_TRUTH_DATASET,
    GROUND_TRUTH_FILTER,
    GROUND_TRUTH_VERSIONS,
    LOOSE_DATASET,
    LOOSE_VERSION,
)
from fake_backend.demo.many import many_tasks
from fake_backend.demo.payloads import annotations_from_objects, objects_from_annotations
from fake_backend.demo.plan import NARROWING_FILTER
from fake_backend.demo.writing import text

__all__ = [
    "ASSIGNMENTS",
    "ASSIGNMENT_FILTER",
    "FOREIGN_VERSION",
    "GROUND_TRUTH_DATASET",
    "GROUND_TRUTH_FILTER",
    "GROUND_TRUTH_VERSIONS",
    "LOOSE_DATASET",
    "LOOSE_VERSION",
    "NARROWING_FILTER",
    "PillowMissing",
    "annotations_from_objects",
    "document",
    "many_tasks",
    "objects_from_annotations",
    "text",
]
