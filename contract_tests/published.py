"""The actions of the published client as a plugin makes them, for drivers that run it in one process with the fake.

Imported inside the client's own environment alone, after time was made virtual (``docs/time.md``). What the subclasses
override is what a plugin must (contract.md 5, Recipe).
"""

# mypy: disable-error-code="import-not-found, misc"
# (the client is not installed where types are checked, so its names and its base class are unknown there)

from __future__ import annotations

from typing import Any

import requests
from synapse_sdk.plugins.actions.export import BaseExporter, DefaultExportAction, ExportParams
from synapse_sdk.plugins.actions.to_task import ToTaskAction, ToTaskParams

ANSWERS_WITHIN = 30  # seconds


class Export(DefaultExportAction):
    """The client's own export with the client's own exporter; ``execute`` is abstract there."""

    action_name = "export"
    params_model = ExportParams
    entrypoint = BaseExporter

    def execute(self) -> Any:
        """Run the registered steps."""
        return self.run()


class ToTask(ToTaskAction):
    """The client's own action, with the three hooks that a plugin must fill in."""

    params_model = ToTaskParams

    def convert_data_from_file(self, *files: Any, **_: Any) -> Any:
        """Return the annotation file as it is; of URL and name of the picture and of that file, the third is asked."""
        answer = requests.get(files[2], timeout=ANSWERS_WITHIN)
        answer.raise_for_status()
        return answer.json()

    def setup_inference_params(self, picture: str, *_: Any, model_id: int, **others: Any) -> dict[str, Any]:
        """Name the picture, and hand the parameters on (contract.md 4)."""
        asked = {"image_path": picture, **others["pre_processor_params"]}
        return {"model": model_id, "method": "post", "json": asked}

    def convert_data_from_inference(self, prediction: Any, **_: Any) -> Any:
        """Return the prediction as it is."""
        return prediction
