"""The demo's models: what answers for the plugin releases of its document."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

import requests

from fake_backend.demo.detection.parameters import Parameters
from fake_backend.demo.errors import OpenCVMissing

if TYPE_CHECKING:
    from fake_backend.demo.payloads import ObjectsPayload
    from fake_backend.serving.models import InferenceRequest
    from fake_backend.serving.service import Serving

SHAPES: Final = "shapes"
TIMEOUT: Final = 30.0  # seconds that the picture may take
OPENCV: Final = frozenset({"cv2", "numpy"})


def register_models(serving: Serving) -> None:
    """Let the demo's models answer; OpenCV is loaded with the first call.

    Args:
        serving: Of the backend that has the demo's document.
    """
    serving.register(SHAPES, ShapesModel())


class ShapesModel:
    """Finds the shapes of a picture that it fetches itself. Thread-safe.

    As many pictures are worked on at a time as ``batch_size`` of the call that asks says; further ones wait.
    """

    def __init__(self) -> None:
        self._free = threading.Condition()
        self._busy = 0

    def __call__(self, request: InferenceRequest) -> ObjectsPayload:
        """Return the annotations of a picture.

        Args:
            request: The picture's URL, and parameters as ``Parameters`` has them.

        Raises:
            OpenCVMissing: The extra ``demo`` is not installed.
            ParameterInvalid: A parameter has no meaning.
            PictureUnreadable: What the URL leads to is no picture.
            requests.RequestException: The picture cannot be had.
        """
        asked = Parameters.read(request.parameters)
        try:
            from fake_backend.demo.detection.detecting import detect  # noqa: PLC0415 - an extra, and slow to load
        except ImportError as error:
            if error.name not in OPENCV:
                raise
            raise OpenCVMissing from None
        answer = requests.get(request.image_url, timeout=TIMEOUT)
        answer.raise_for_status()
        with self._free:
            self._free.wait_for(lambda: self._busy < asked.batch_size)
            self._busy += 1
        try:
            return detect(answer.content, asked)
        finally:
            with self._free:
                self._busy -= 1
                self._free.notify_all()
