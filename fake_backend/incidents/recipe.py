"""From a recipe to a seed document: production's worlds, scaled down as incidents.md says."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 (pydantic reads annotations as it runs)
from dataclasses import field
from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

PROJECT: Final = 1
STORAGE: Final = 3
VERSION: Final = 31
AGENT: Final = 1
RELEASE: Final = 7
MODEL: Final = "boxes"
JOB: Final = "11111111-1111-1111-1111-111111111111"
IMAGE, ANNOTATIONS = "image_1", "annotation_data"
ASSIGNMENTS, GROUND_TRUTHS, EVENTS = 10_000, 20_000, 30_000  # added to a row's number, so that ids tell what they are
CREATED: Final = "2026-08-01T09:00:00Z"

type Count = Annotated[int, Field(ge=0, le=20_000)]


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid", strict=True))
class Recipe:
    """What the world holds.

    Row ``n`` has the payload ``{"row": n, "pad": ...}``, whichever target's it is, so that a label tells which row it
    is of.

    Args:
        rows: Tasks of the project, each with a data unit, an assignment and a ground-truth event.
        payload_bytes: Of each row's payload, about.
        file_bytes: Of each picture.
        file_name: Of each picture; ``{n}`` is the row's number.
        files: ``picture``, ``sidecar-first``: a JSON file, then the picture, or ``none``.
        primary: Whether the picture says that it is the primary file.
        created: ``apart``: a second each; ``together``: all at one instant.
        dataset_project: Whether the ground-truth dataset knows its project.
        empty: Whether tasks have no payload yet, as to_task wants them.
        schema: Of tasks.
        release: Keys of the pre-processor's release (``docs/seeding.md``).
        deployed: Whether the pre-processor runs when the client comes.
        predicts: What the pre-processor answers: ``boxes``, or ``nothing``.
    """

    rows: Count = 12
    payload_bytes: Annotated[int, Field(ge=0, le=2**24)] = 20
    file_bytes: Annotated[int, Field(ge=1, le=2**24)] = 20
    file_name: str = "shot-{n:04d}.png"
    files: Literal["picture", "sidecar-first", "none"] = "picture"
    primary: bool = True
    created: Literal["apart", "together"] = "apart"
    dataset_project: bool = True
    empty: bool = False
    schema: Literal["any", "dm_schema_v1"] = "any"
    release: Mapping[str, Any] = field(default_factory=dict)
    deployed: bool = True
    predicts: Literal["boxes", "nothing"] = "boxes"

    def document(self) -> dict[str, Any]:
        """Return the seed document: one tenant of its own, and another one that nobody should hear of."""
        numbers = range(1, self.rows + 1)
        return {
            "tenants": [{"code": "acme"}, {"code": "globex"}],
            "users": [{"id": 1, "tenant": "acme"}, {"id": 2, "tenant": "acme"}, {"id": 9, "tenant": "globex"}],
            "tokens": [{"user": 1, "kind": "user"}, {"user": 1, "kind": "access"}, {"user": 9, "kind": "user"}],
            "storages": [{"id": STORAGE, "tenant": "acme", "provider": "file_system", "is_default": True}],
            "jobs": [{"id": JOB, "tenant": "acme"}],
            "data_collections": [{"id": 1, "tenant": "acme"}, {"id": 9, "tenant": "globex"}],
            "file_specifications": [
                {"id": 1, "data_collection": 1, "name": ANNOTATIONS, "file_type": "data"},
                {"id": 2, "data_collection": 1, "name": IMAGE, "file_type": "image", "is_primary": self.primary},
            ],
            "projects": [
                {"id": PROJECT, "tenant": "acme", "data_collection": 1, "configuration": {"classification": {}}},
                {"id": 9, "tenant": "globex", "data_collection": 9},
            ],
            "data_units": [{"id": n, "data_collection": 1, "files": self._files(n)} for n in numbers],
            "tasks": [*(self._task(n) for n in numbers), {"id": 9_999, "project": 9, "data": {"theirs": True}}],
            "assignments": [
                {"id": ASSIGNMENTS + n, "task": n, "user": 2, "data": self._payload(n), "created": self._created(n)}
                for n in numbers
            ],
            "ground_truth_datasets": [
                {"id": 21, "tenant": "acme", "name": "checked", "project": PROJECT if self.dataset_project else None}
            ],
            "ground_truth_dataset_versions": [
                {
                    "id": VERSION,
                    "ground_truth_dataset": 21,
                    "is_released": True,
                    "events": [EVENTS + n for n in numbers],
                }
            ],
            "ground_truths": [
                {"id": GROUND_TRUTHS + n, "ground_truth_dataset": 21, "data_unit": n, "task": n} for n in numbers
            ],
            "ground_truth_events": [
                {
                    "pgh_id": EVENTS + n,
                    "ground_truth": GROUND_TRUTHS + n,
                    "created": self._created(n),
                    "data": self._payload(n),
                }
                for n in numbers
            ],
            "agents": [{"id": AGENT, "tenant": "acme", "num_cpus": 8, "num_gpus": 2}],
            "plugin_releases": [
                {
                    "id": RELEASE,
                    "tenant": "acme",
                    "code": MODEL,
                    "model": MODEL,
                    "num_gpus": 1,
                    "answer_seconds": 0,
                    **self.release,
                }
            ],
            "serve_applications": [{"id": 1, "plugin_release": RELEASE, "agent": AGENT}] if self.deployed else [],
        }

    def _payload(self, number: int) -> dict[str, Any]:
        return {"row": number, "pad": "x" * self.payload_bytes}

    def _created(self, number: int) -> str:
        if self.created == "together":
            return CREATED
        return f"2026-08-01T{number // 3600 % 24:02d}:{number // 60 % 60:02d}:{number % 60:02d}Z"

    def _task(self, number: int) -> dict[str, Any]:
        row = {
            "id": number,
            "project": PROJECT,
            "data_unit": number,
            "created": self._created(number),
            "schema": self.schema,
        }
        return row if self.empty else {**row, "data": self._payload(number)}

    def _files(self, number: int) -> dict[str, Any]:
        if self.files == "none":
            return {}
        picture = {
            "file_name_original": self.file_name.format(n=number),
            "is_primary": self.primary,
            "content": f"{number} " + "p" * self.file_bytes,
        }
        box = {"x": number, "y": 2, "width": 3, "height": 4}
        found = {"id": f"box-{number}", "class_id": 1, "type": "bbox", "coordinates": box}
        sidecar = {"file_name_original": f"notes-{number:04d}.json", "content": {"objects": [found]}}
        if self.files == "sidecar-first":
            return {ANNOTATIONS: sidecar, IMAGE: picture}
        return {IMAGE: picture, ANNOTATIONS: sidecar}
