"""Why a client cannot be given the world's time.

VirtualTimeRefused
├── NotInstalled    the dispatcher was not there before the client was imported
└── HeldOriginals   somebody took the originals before it was
"""

from __future__ import annotations

ELSEWHERE = (
    "use `fake-backend serve --clock virtual` and move time through /_fake/clock, or `fake-backend serve --speed 60`"
)


class VirtualTimeRefused(RuntimeError):  # noqa: N818 (a refusal)
    """A client that cannot be given the world's time; the sentence says what can be done."""


class NotInstalled(VirtualTimeRefused):
    """The dispatcher is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "Virtual time is not on: the functions of `time` have to be replaced before your client is imported. "
            "Set `fake_backend_virtual_time = true` in pytest's ini options, or call "
            "`fake_backend.virtual_time.DISPATCHER.install()` first of all."
        )


class HeldOriginals(VirtualTimeRefused):
    """Functions of ``time`` that a module took before the dispatcher was there.

    Args:
        places: Where they are, such as ``client.retry.wait(sleep=)``.
    """

    def __init__(self, places: tuple[str, ...]) -> None:
        super().__init__(
            f"Real time is held by {', '.join(places)}: imported before the dispatcher was installed, so that only a "
            f"part of the client would live in virtual time. Import it later (see NotInstalled), or {ELSEWHERE}."
        )
        self.places = places
