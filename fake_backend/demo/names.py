"""What images are called: names that exporters trip over, each trap laid on purpose.

Source of the traps: contract.md 2.5, incidents.md 1 (SYN-7539). The Korean words: 정면 카메라 is a front camera,
야간 night, 도로 a road, 골목 an alley, 전경 a view, 파노라마 (서쪽) a panorama (west).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from random import Random


@dataclass(frozen=True)
class PlannedName:
    """A ``file_name_original``, whole or with the id of another task in it.

    Args:
        stem: The name before its last dot.
        suffix: The last dot and what follows, or nothing.
        borrowed: Position of the task whose id stands after two underscores: the very name that an exporter
            generates for that task when names collide.
    """

    stem: str
    suffix: str
    borrowed: int | None = None

    def given(self, ids: Sequence[int]) -> str:
        """Return the name, with ``ids`` by position."""
        mark = "" if self.borrowed is None else f"__{ids[self.borrowed]}"
        return f"{self.stem}{mark}{self.suffix}"


GROUPS: Final[tuple[tuple[tuple[tuple[str, str], ...], int, int], ...]] = (
    # one name on several data units (SYN-7539): (stem, suffix) of each, how many kept by the filter, how many not
    ((("frame", ".png"),), 5, 1),
    # one that the filter makes unique: it collides in the whole project only
    ((("IMG 0001", ".png"),), 1, 2),
    # one stem with several suffixes: labels collide, originals do not
    ((("a", ".png"), ("a", ".jpg")), 2, 0),
    ((("야간 1", ".png"), ("야간 1", ".jpg"), ("야간 1", ".png")), 3, 0),
)

SINGLES: Final = (
    ("50% +1 & #3", ".png"),  # characters that URLs give a meaning to
    ("v1.2 sample.tar", ".png"),  # dots before the last one belong to the stem
    ("no_suffix", ""),
    ("DSC_0042", ".PNG"),
    ("가" * 60, ".png"),  # 180 bytes of UTF-8: room for two underscores and an id below the usual 255
    ("파노라마 (서쪽)", ".jpg"),
    ("left camera 1", ".jpg"),
)

SHARED_WITH_NULL: Final = ("정면 카메라", ".png")  # four data units; the task of one has no payload


def is_trap(name: PlannedName) -> bool:
    """Return whether ``name`` is one that exporters trip over, not one of the plain ones."""
    told = (name.stem, name.suffix)
    repeated = {member for members, _, _ in GROUPS for member in members}
    return name.borrowed is not None or told == SHARED_WITH_NULL or told in repeated or told in SINGLES


def image_names(
    rng: Random, *, kept: Sequence[int], dropped: Sequence[int], without_payload: set[int]
) -> dict[int, PlannedName]:
    """Return the name of each position's image.

    Args:
        rng: Where the traps are laid.
        kept: Positions that the narrowing filter keeps; most traps lie there.
        dropped: The other positions.
        without_payload: Positions whose payload is null: they claim no label.
    """
    full, rest = (
        rng.sample(chosen, len(chosen)) for chosen in ([p for p in kept if p not in without_payload], [*dropped])
    )
    names: dict[int, PlannedName] = {}
    for members, in_kept, in_dropped in GROUPS:
        positions = [full.pop() for _ in range(in_kept)] + [rest.pop() for _ in range(in_dropped)]
        for number, position in enumerate(positions):
            names[position] = PlannedName(*members[number % len(members)])
    frame = next(position for position, name in names.items() if name.stem == "frame")
    both = next(position for position, name in names.items() if (name.stem, name.suffix) == ("a", ".png"))
    names[full.pop()] = PlannedName("frame", ".png", borrowed=frame)  # named like the file generated for that frame
    names[full.pop()] = PlannedName("a", ".jpg", borrowed=both)  # the same, of labels only
    for position in (full.pop(), full.pop(), full.pop(), next(p for p in kept if p in without_payload)):
        names[position] = PlannedName(*SHARED_WITH_NULL)
    for stem, suffix in SINGLES:
        names[full.pop()] = PlannedName(stem, suffix)
    fresh = _fresh()
    for position in sorted({*kept, *dropped} - names.keys()):
        names[position] = PlannedName(next(fresh), ".png")
    return names


def _fresh() -> Iterator[str]:
    """Yield stems that never repeat, in five styles."""
    for number in count(1):
        yield f"street_{number:04d}"
        yield f"도로_{number:04d}"
        yield f"right camera {number:04d}"
        yield f"골목 {number} 전경"
        yield f"{number:04d}"
