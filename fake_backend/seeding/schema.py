"""The JSON Schema of a seed document, made from the rows; ``document.schema.json`` is what this module prints.

python -m fake_backend.seeding.schema > fake_backend/seeding/document.schema.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from fake_backend.seeding.shape import ADAPTER

FILE: Final = Path(__file__).with_name("document.schema.json")
"""The schema as it ships."""


class _Untitled(GenerateJsonSchema):
    """pydantic's generator without the titles that repeat each key."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - the base class says so
        return False


def json_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12) of what :func:`~fake_backend.seeding.document.validate` takes.

    It states keys, types and forms. That ids are unique and references lead to a row is beyond JSON Schema, and it
    takes 1.0 for a whole number where the validator wants it written 1.
    """
    return {
        "$schema": GenerateJsonSchema.schema_dialect,
        **ADAPTER.json_schema(schema_generator=_Untitled),
        "title": "Seed document",
    }


def text() -> str:
    """Return the schema as the shipped file holds it."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
