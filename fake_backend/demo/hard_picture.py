"""Hard pictures: shapes that overlap, of one class too, under coloured noise and with lost pixels.

A box is that of the whole shape, also where others are drawn over it; of each shape ``VISIBLE`` can be seen. Two
shapes of one class melt into each other where they overlap: three sides of their boxes lie ``APART``, as else not even
a person could say how many there are.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Final

from fake_backend.demo.picture import GROUNDS, TRIES, Picture, Shape, somewhere

if TYPE_CHECKING:
    from random import Random

SIZES: Final = ((128, 96), (144, 96), (160, 120))
SHAPES: Final = (4, 7)  # fewest and most
VISIBLE: Final = 0.6  # share of a shape's pixels that no later one covers
OVERLAP: Final = 0.45  # share of the smaller of two boxes, at most
APART: Final = 5  # pixels
DEVIATION: Final = 40  # of 255, of each channel alone; two colours may lie no further apart than four times as much
LOST: Final = 0.03  # share of pixels that are black or white

NOISE: Final = tuple(round(NormalDist(0, DEVIATION).inv_cdf((byte + 0.5) / 256)) for byte in range(256))
"""What a byte that is drawn does to a channel: a Gaussian in 256 equally likely steps."""


@dataclass(frozen=True)
class HardPicture(Picture):
    """A picture under noise.

    Args:
        noise: A byte for each channel of each pixel; ``NOISE`` says what it does.
        lost: Numbers of pixels that are black, or white where they are odd.
    """

    noise: bytes
    lost: tuple[int, ...]

    def pixels(self) -> bytes:
        """Return the picture as rows of red, green, blue."""
        canvas = bytearray(
            min(255, max(0, value + NOISE[byte])) for value, byte in zip(super().pixels(), self.noise, strict=True)
        )
        for pixel in self.lost:
            canvas[3 * pixel : 3 * pixel + 3] = bytes([pixel % 2 * 255] * 3)
        return bytes(canvas)


def draw_hard(rng: Random) -> HardPicture:
    """Return a picture with four to seven shapes, some of which overlap.

    Args:
        rng: The picture's own stream.
    """
    width, height = rng.choice(SIZES)
    shapes: list[Shape] = []
    for _ in range(rng.randint(*SHAPES)):
        over = rng.random() < 0.7  # as many as this are tried until one lies over an earlier shape
        for _ in range(TRIES):
            shape = somewhere(rng, width, height)
            touching = [other for other in shapes if _shared(shape, other)]
            if (touching or not (over and shapes)) and _fair(shape, touching, shapes):
                shapes.append(shape)
                break
    pixels = width * height
    return HardPicture(
        width,
        height,
        rng.choice(GROUNDS),
        tuple(shapes),
        specks=(),
        noise=rng.randbytes(3 * pixels),
        lost=tuple(rng.sample(range(pixels), int(LOST * pixels))),
    )


def _shared(one: Shape, other: Shape) -> int:
    """Return how many pixels the boxes of two shapes share."""
    across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    return max(0, across) * max(0, down)


def _fair(shape: Shape, touching: list[Shape], below: list[Shape]) -> bool:
    """Return whether ``shape`` may be drawn over the others, so that a person could still name all of them."""
    for other in touching:
        smaller = min(shape.width * shape.height, other.width * other.height)
        if _shared(shape, other) > OVERLAP * smaller:
            return False
        if shape.stands_for is other.stands_for and sum(_sides_apart(shape, other)) < 3:
            return False
    drawn = [*below, shape]
    return all(_visible(number, drawn) >= VISIBLE for number in range(len(below)) if below[number] in touching)


def _sides_apart(one: Shape, other: Shape) -> list[bool]:
    first, second = ((s.x, s.y, s.x + s.width, s.y + s.height) for s in (one, other))
    return [abs(a - b) >= APART for a, b in zip(first, second, strict=True)]


def _visible(number: int, drawn: list[Shape]) -> float:
    """Return the share of a shape's pixels that no later one covers."""
    own = _covered(drawn[number])
    left = own.difference(*(_covered(later) for later in drawn[number + 1 :]))
    return len(left) / len(own)


def _covered(shape: Shape) -> set[tuple[int, int]]:
    return {(row, column) for row, first, length in shape.spans() for column in range(first, first + length)}
