"""Which handler a target has.

Source: export guide, Target Handlers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sdk.plugins.actions.export import handlers
from sdk.plugins.actions.export.errors import UnsupportedTargetError

if TYPE_CHECKING:
    from collections.abc import Mapping


class TargetHandlerFactory:
    """Finds the handler of a target."""

    _HANDLERS: ClassVar[Mapping[str, type[handlers.ExportTargetHandler]]] = {
        handler.target.name: handler
        for handler in (
            handlers.AssignmentExportTargetHandler,
            handlers.GroundTruthExportTargetHandler,
            handlers.TaskExportTargetHandler,
        )
    }

    @staticmethod
    def get_handler(target: str) -> handlers.ExportTargetHandler:
        """Return the handler of a target.

        Args:
            target: As in ``ExportParams.target``.

        Raises:
            UnsupportedTargetError: There is none.
        """
        handler = TargetHandlerFactory._HANDLERS.get(target)
        if handler is None:
            known = ", ".join(map(repr, TargetHandlerFactory._HANDLERS))
            raise UnsupportedTargetError(f"There is no export target {target!r}; {known} can be exported.")
        return handler()
