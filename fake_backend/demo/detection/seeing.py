"""From the bytes of a picture to what each pixel shows: the ground, or one of the classes."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from fake_backend.demo.payloads import CLASSES

type Pixels = NDArray[np.float32]
type Labels = NDArray[np.int32]

GROUND: Final = 0
FRAME: Final = 3  # columns and rows at the edge that are taken for ground: most of their pixels are
NOISY: Final = 6.0  # of 255: above that, neighbours are asked too; a speck here and there stays below
FAR: Final = 110.0  # of 255: further from every colour a pixel says no more


class PictureUnreadable(ValueError):  # noqa: N818 (named as the package's refusals are)
    """The bytes are no picture that OpenCV reads."""


def read(content: bytes) -> Pixels:
    """Return the red, green and blue of each pixel, 0 to 255; rows, columns, channels.

    Raises:
        PictureUnreadable: As the class says.
    """
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    if found is None:
        raise PictureUnreadable(f"The {len(content)} bytes are no picture that can be read.")
    return found[:, :, ::-1].astype(np.float32)


def labels_of(pixels: Pixels) -> Labels:
    """Return what each pixel shows: ``GROUND``, or the id of the class whose colour it has; rows of columns.

    Args:
        pixels: As ``read`` gives them.
    """
    smooth = np.stack([cv2.medianBlur(pixels[:, :, channel].astype(np.uint8), 3) for channel in range(3)], axis=2)
    noise = float(np.mean(np.abs(pixels - smooth)))
    noisy = noise > NOISY
    picture = smooth.astype(np.float32) if noisy else pixels
    colours = np.array([_ground(picture), *(known.colour for known in CLASSES)], np.float32)
    distances = np.linalg.norm(picture[:, :, None, :] - colours[None, None], axis=3)
    costs = np.minimum(distances, FAR) ** 2
    if noisy:
        costs = np.stack([cv2.GaussianBlur(costs[:, :, one], (0, 0), 1.0) for one in range(len(colours))], axis=2)
    ids = np.array([GROUND, *(known.id for known in CLASSES)], np.int32)
    return ids[np.argmin(costs, axis=2)]


def _ground(pixels: Pixels) -> NDArray[np.float32]:
    """Return the colour of most pixels at the edge."""
    inner = np.ones(pixels.shape[:2], bool)
    inner[FRAME:-FRAME, FRAME:-FRAME] = False
    return np.asarray(np.median(pixels[inner], axis=0), np.float32)
