"""The JSON Schema of a fault plan, made from the rules; ``plan.schema.json`` is what this module prints.

python -m fake_backend.faults.schema > fake_backend/faults/plan.schema.json
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

from pydantic.json_schema import GenerateJsonSchema

from fake_backend.faults.reading import PLAN

FILE: Final = Path(__file__).with_name("plan.schema.json")
"""The schema as it ships."""


def json_schema() -> dict[str, Any]:
    """Return the schema (draft 2020-12); that ids differ, and which effects go together, is beyond it."""
    return {"$schema": GenerateJsonSchema.schema_dialect, **PLAN.json_schema(), "title": "Fault plan"}


def text() -> str:
    """Return the schema as the shipped file holds it."""
    return json.dumps(json_schema(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    sys.stdout.write(text())
