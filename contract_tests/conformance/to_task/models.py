"""The models behind the pre-processor of these runs: small callables that fetch the picture themselves."""

from __future__ import annotations

import hashlib
import threading
from typing import TYPE_CHECKING, Any, Final

import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fake_backend import InferenceRequest

ANSWERS_WITHIN: Final = 30  # seconds that a picture, or the other calls of a window, may take


def found_in(picture: bytes, parameters: Mapping[str, Any], model: object) -> dict[str, Any]:
    """Return what a picture shows: one box that tells which bytes were seen, with which parameters, by which model.

    Args:
        picture: Its bytes.
        parameters: As the client sent them.
        model: The model's id, as the client named it.
    """
    seen = hashlib.sha256(picture).hexdigest()
    return {
        "objects": [
            {
                "id": f"shape_{seen[:8]}",
                "class_id": 1,
                "type": "bbox",
                "coordinates": {"x": len(picture), "y": 0, "width": int(seen[:2], 16), "height": 5},
                "properties": {"confidence": 0.9, "parameters": dict(parameters), "model": model},
            }
        ]
    }


def shapes(request: InferenceRequest) -> dict[str, Any]:
    """Fetch the picture and say what it shows."""
    answer = requests.get(request.image_url, timeout=ANSWERS_WITHIN)
    answer.raise_for_status()
    return found_in(answer.content, request.parameters, request.model)


def together(number: int) -> Callable[[InferenceRequest], dict[str, Any]]:
    """Return the same model, which answers when as many calls as a window has are there at a time.

    Args:
        number: Calls; one that stays alone fails.
    """
    all_there = threading.Barrier(number, timeout=ANSWERS_WITHIN)

    def model(request: InferenceRequest) -> dict[str, Any]:
        all_there.wait()
        return shapes(request)

    return model
