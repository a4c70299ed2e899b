"""The demo document and its relatives: generated seed documents (``docs/seeding.md``, ``docs/payloads.md``)."""

from fake_backend.demo.errors import PillowMissing
from fake_backend.demo.generator import document
from fake_backend.demo.many import many_tasks
from fake_backend.demo.payloads import annotations_from_objects, objects_from_annotations
from fake_backend.demo.plan import NARROWING_FILTER
from fake_backend.demo.writing import text

__all__ = [
    "NARROWING_FILTER",
    "PillowMissing",
    "annotations_from_objects",
    "document",
    "many_tasks",
    "objects_from_annotations",
    "text",
]
