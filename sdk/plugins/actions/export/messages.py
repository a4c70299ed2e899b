"""The sentences that a user of the platform sees while an export runs, by key."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from sdk.loggers import LogLevel

if TYPE_CHECKING:
    from sdk.plugins.context import RuntimeContext


class Message(StrEnum):
    """Keys of the messages; those of the delegated head are named by the export guide, observability."""

    DELEGATED_TO_SERVER = "EXPORT_DELEGATED_TO_SERVER"
    DELEGATED_COMPLETED = "EXPORT_DELEGATED_COMPLETED"
    IN_PROCESS_STARTED = "EXPORT_IN_PROCESS_STARTED"
    IN_PROCESS_FETCHING = "EXPORT_FETCH_IN_PROGRESS"
    IN_PROCESS_COMPLETED = "EXPORT_IN_PROCESS_COMPLETED"
    NO_RESULTS = "EXPORT_NO_RESULTS"
    SAVING = "EXPORT_SAVING_FILES"
    RESUMED = "EXPORT_RESUMED"
    KEPT = "EXPORT_KEPT"
    COMPLETED = "EXPORT_COMPLETED"
    COMPLETED_WITH_FAILURES = "EXPORT_COMPLETED_WITH_FAILURES"


_TEXTS: dict[Message, tuple[str, LogLevel]] = {
    Message.DELEGATED_TO_SERVER: ("The server gathers the data of this export.", LogLevel.INFO),
    Message.DELEGATED_COMPLETED: ("The server has gathered {count} rows.", LogLevel.SUCCESS),
    Message.IN_PROCESS_STARTED: ("Gathering the data of this export.", LogLevel.INFO),
    Message.IN_PROCESS_FETCHING: ("Gathering: {count} rows found so far.", LogLevel.INFO),
    Message.IN_PROCESS_COMPLETED: ("Found {count} rows to export.", LogLevel.SUCCESS),
    Message.NO_RESULTS: ("Nothing matches the filter of this export.", LogLevel.WARNING),
    Message.SAVING: ("Saving the files of {count} rows.", LogLevel.INFO),
    Message.RESUMED: ("Going on with an export that was interrupted.", LogLevel.INFO),
    Message.KEPT: ("What was gathered is kept; the same export goes on from there.", LogLevel.INFO),
    Message.COMPLETED: ("Export complete: {exported} rows.", LogLevel.SUCCESS),
    Message.COMPLETED_WITH_FAILURES: ("Export complete: {exported} rows, {failed} failed.", LogLevel.WARNING),
}


def tell(runtime: RuntimeContext, message: Message, **numbers: int) -> None:
    """Show a message to the user.

    Args:
        runtime: Where messages go.
        message: Which one.
        **numbers: What its sentence counts.
    """
    text, level = _TEXTS[message]
    runtime.log_message(text.format(**numbers), level, key=message.value)
