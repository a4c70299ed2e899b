"""The demo document and its relatives: generated seed documents (``docs/seeding.md``, ``docs/payloads.md``)."""

from fake_backend.demo.assignment_plan import ASSIGNMENT_FILTER, ASSIGNMENTS
from fake_backend.demo.errors import OpenCVMissing, PillowMissing
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
from fake_backend.demo.models import register_models
from fake_backend.demo.payloads import annotations_from_objects, objects_from_annotations
from fake_backend.demo.plan import NARROWING_FILTER
from fake_backend.demo.to_annotate import (
    ANNOTATION_AGENT,
    ANNOTATION_FILTER,
    ANNOTATION_PROJECT,
    DETECTOR,
    TO_ANNOTATE,
    annotation_document,
)
from fake_backend.demo.writing import text

__all__ = [
    "ANNOTATION_AGENT",
    "ANNOTATION_FILTER",
    "ANNOTATION_PROJECT",
    "ASSIGNMENTS",
    "ASSIGNMENT_FILTER",
    "DETECTOR",
    "FOREIGN_VERSION",
    "GROUND_TRUTH_DATASET",
    "GROUND_TRUTH_FILTER",
    "GROUND_TRUTH_VERSIONS",
    "LOOSE_DATASET",
    "LOOSE_VERSION",
    "NARROWING_FILTER",
    "TO_ANNOTATE",
    "OpenCVMissing",
    "PillowMissing",
    "annotation_document",
    "annotations_from_objects",
    "document",
    "many_tasks",
    "objects_from_annotations",
    "register_models",
    "text",
]
