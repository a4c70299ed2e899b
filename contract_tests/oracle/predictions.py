"""What a pre-processor's answer says of a task (to_task guide, Inference-based Annotation Details; contract.md 4)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from contract_tests.oracle.annotation_files import files_of, is_documented
from contract_tests.oracle.fates import Fate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.oracle.document import Json, SeedDocument

GATEWAY = 90.0  # seconds after which an answer is cut
PATIENCE = 3 * GATEWAY  # three requests are sent
TICKETS_GOOD_FOR = 1800.0  # seconds that a deferred answer is waited for


@dataclass(frozen=True)
class Prediction:
    """What a model answers for one picture.

    Args:
        value: The answer.
        fails: Whether the model fails instead.
        seconds: How long it takes.
        deferred_after: Seconds after which a ticket is given instead, or ``None``.
    """

    value: Json = None
    fails: bool = False
    seconds: float = 0.0
    deferred_after: float | None = None

    @property
    def is_deferred(self) -> bool:
        """Whether it comes by a ticket."""
        return self.deferred_after is not None and self.seconds > self.deferred_after


def fate_of_prediction(
    document: Mapping[str, object], task: int, prediction: Prediction, *, threshold: float | None = None
) -> Fate:
    """Return what a prediction would make of a task if nothing went wrong on the way.

    Args:
        document: A seed document.
        task: Id of a task in it.
        prediction: Of its primary file.
        threshold: Confidence that a detection has to reach; one that says none is certain.
    """
    row = next(one for one in cast("SeedDocument", document)["tasks"] if one["id"] == task)
    missing, files = files_of(document, row)
    if missing or not any(file.get("is_primary") for file in files.values()):
        return Fate(reason=missing or "Primary file URL not found for task", has_file=False)
    if prediction.seconds > (TICKETS_GOOD_FOR if prediction.is_deferred else PATIENCE):
        return Fate(reason="Pre-processor inference timeout")
    found = _fate_of_answer(prediction, threshold)
    return found if prediction.is_deferred else replace(found, cuts=int(prediction.seconds // GATEWAY))


def _fate_of_answer(prediction: Prediction, threshold: float | None) -> Fate:
    if prediction.fails:
        return Fate(reason="Deferred inference failed" if prediction.is_deferred else "Pre-processor inference failed")
    if not prediction.value:
        return Fate(reason="Pre-processor returned an empty response")
    value = prediction.value
    if not isinstance(value, dict) or not is_documented(value):
        return Fate(reason="Pre-processor result is not in the task object format")
    objects = cast("list[dict[str, dict[str, float]]]", value["objects"])
    kept = [one for one in objects if threshold is None or one.get("properties", {}).get("confidence", 1) >= threshold]
    if not kept:
        return Fate(reason="No detection above the threshold")
    return Fate(data={**value, "objects": cast("Json", kept)})
