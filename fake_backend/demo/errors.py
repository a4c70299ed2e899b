"""What the demo needs and may not find."""

from __future__ import annotations


class PillowMissing(ImportError):  # noqa: N818 (named as the package's refusals are)
    """Pictures cannot be written because the extra ``demo`` is not installed."""

    def __init__(self) -> None:
        super().__init__("The demo draws its pictures with Pillow, which is missing: pip install 'fake-backend[demo]'.")


class OpenCVMissing(ImportError):  # noqa: N818 (named as the package's refusals are)
    """Shapes cannot be detected because the extra ``demo`` is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The demo's model 'shapes' sees with OpenCV, which is missing: pip install 'fake-backend[demo]'."
        )
