"""What ends an export, as one tree below ``sdk.plugins.errors.ActionError``.

ExportError                      base: ``code`` and one sentence that is safe to log
├── UnsupportedTargetError       a target that no handler exports
├── UnsupportedFilterError       a filter key or value that the target does not take; nothing was requested
├── UnknownProjectError          the project of the filter does not exist for this tenant
├── UnknownVersionError          a dataset version of the filter does not exist for this tenant
├── ExportSettingError           a tunable of the wrong kind or out of range
├── DestinationError             the place to write to cannot be used, or another export is writing there
│   └── StagingError             an earlier run's staging is there, and this export cannot go on from it
├── UnreachableError             a storage or host cannot be reached for now; the same command goes on later
├── DelegationError              the server-side job did not give a bundle
│   ├── EnqueueError             the job could not be created
│   ├── JobFailedError           the job ended without a bundle
│   └── JobGivenUpError          the job showed no life for too long and was cancelled
├── IntegrityError               what was read is not what was declared; nothing is published
│   ├── ManifestError            the manifest is incomplete, unsafe or contradicts itself
│   ├── BundlePartError          a part is missing, short or long
│   ├── BundleLineError          a line of a part cannot be read
│   ├── RepeatedRowError         a row comes twice
│   ├── ForeignRowError          a row comes that was not asked for
│   ├── MissingRowsError         rows that still exist are left out
│   └── ScopeDifferenceError     bundle and scope differ by rows that nothing explains
├── ConversionError              a conversion hook of the exporter returns what is no item
├── NameCollisionError           two rows would write one path whatever they are called
└── NothingExportedError         no row was saved and at least one failed
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from sdk.plugins.errors import ActionError

if TYPE_CHECKING:
    from collections.abc import Collection

NAMED_IDS = 20  # ids that one sentence names; more would bury the sentence
STANDS = "The export stands"  # begins the note of an error or interruption that came after all


class ExportError(ActionError):
    """An export that cannot be done, or not completely."""

    code: ClassVar[str] = "export_failed"


class UnsupportedTargetError(ExportError):
    """The target has no handler."""

    code = "unsupported_target"


class UnsupportedFilterError(ExportError):
    """The filter holds a key or a value that the target does not take; nothing was requested."""

    code = "unsupported_filter"


class UnknownProjectError(ExportError):
    """The project of the filter does not exist for this tenant."""

    code = "unknown_project"


class UnknownVersionError(ExportError):
    """A ground-truth dataset version of the filter does not exist for this tenant."""

    code = "unknown_ground_truth_dataset_version"


class ExportSettingError(ExportError):
    """A tunable is of the wrong kind or out of range."""

    code = "export_setting_invalid"


class DestinationError(ExportError):
    """The place to write to cannot be used."""

    code = "destination_unusable"


class StagingError(DestinationError):
    """What an earlier run has left is of another scope, damaged or of another version; it was left alone."""

    code = "staging_unusable"


class UnreachableError(ExportError):
    """A file cannot be had for now: its storage or host is not there, which concerns every row."""

    code = "unreachable"


class DelegationError(ExportError):
    """The server-side job did not give a bundle."""

    code = "delegation_failed"


class EnqueueError(DelegationError):
    """The server-side job could not be created."""

    code = "enqueue_failed"


class JobFailedError(DelegationError):
    """The server-side job ended without a bundle."""

    code = "job_failed"


class JobGivenUpError(DelegationError):
    """The server-side job showed no life for longer than allowed.

    Args:
        message: One sentence.
        cancelled: Whether it is known to have been cancelled; one that is not may be alive, and be gone on with.
    """

    code = "job_given_up"

    def __init__(self, message: str, *, cancelled: bool = True) -> None:
        super().__init__(message)
        self.cancelled = cancelled


class IntegrityError(ExportError):
    """What was read is not what was declared."""

    code = "integrity"


class ManifestError(IntegrityError):
    """The manifest is incomplete, unsafe or contradicts itself."""

    code = "manifest_invalid"


class BundlePartError(IntegrityError):
    """A part of the bundle is missing, or holds more or fewer lines than declared."""

    code = "bundle_part"


class BundleLineError(IntegrityError):
    """A line of the bundle cannot be read."""

    code = "bundle_line"


class RepeatedRowError(IntegrityError):
    """A row comes twice."""

    code = "repeated_row"


class ForeignRowError(IntegrityError):
    """A row comes that was not asked for."""

    code = "foreign_row"


class MissingRowsError(IntegrityError):
    """Rows that still exist are left out of an answer."""

    code = "missing_rows"


class ScopeDifferenceError(IntegrityError):
    """The bundle and the export's scope differ by rows that neither creation nor deletion explains."""

    code = "scope_difference"


class ConversionError(ExportError):
    """A conversion hook of the exporter returns what is no item."""

    code = "conversion"


class NameCollisionError(ExportError):
    """Two rows would write one path whatever they are called."""

    code = "name_collision"


class NothingExportedError(ExportError):
    """No row was saved and at least one failed."""

    code = "nothing_exported"


def named(ids: Collection[int]) -> str:
    """Return ids as a sentence shows them: the first 20, then how many more there are.

    Args:
        ids: Row ids, in the order in which to name them.
    """
    first = [str(row_id) for row_id, _ in zip(ids, range(NAMED_IDS), strict=False)]
    rest = len(ids) - len(first)
    return ", ".join(first) + (f" and {rest} more" if rest else "")
