"""What a conversion hook of an exporter may return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.plugins.actions.export.errors import ConversionError

if TYPE_CHECKING:
    from sdk.plugins.actions.export.rows import Item


def converted(item: Any, hook: str, row_id: object) -> Item:
    """Return what a conversion hook returns, if it is an item.

    Args:
        item: What it returns.
        hook: Its name.
        row_id: The row that it was given.

    Raises:
        ConversionError: It is no dict.
    """
    if not isinstance(item, dict):
        what = "nothing" if item is None else f"a {type(item).__name__}"
        raise ConversionError(
            f"The hook {hook} returns {what} for row {row_id}; a dict is needed, the item to be saved."
        )
    return item
