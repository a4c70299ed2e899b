"""What a finished export hands back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sdk.plugins.actions.export.context import ExportContext


def export_result(context: ExportContext) -> dict[str, Any]:
    """Return the outcome of an export that stands at its destination; one that does not ends in an exception.

    Returns:
        ``status``: ``"success"``, also when single rows failed.
        ``exported_count``, ``failed_count``: Rows that were and were not saved.
        ``total_count``: Rows that were found; in process that includes ``removed``.
        ``removed``: Ids of rows that were deleted while the export ran. In process they are not exported; a
        delegated export still has those that the server had read.
        ``created_since``: Ids of rows that were created after a delegated export was probed and that only one of
        bundle and scope has.
        ``output_path``: Where the export stands: an absolute path on a ``file_system`` storage, else a path relative
        to the storage's root.
        ``head``: ``"delegated"`` or ``"in-process"``.
        ``errors``: How many files failed, ``{"json_file_name": n, "original_file_name": n}``; which ones stands in
        the export's ``error_file_list.json``.
        ``unverified_payloads``: Payloads downloaded by this run that declared no SHA-256 to compare with, and lines of
        a bundle that declared one of another form.
        ``job_id``: The server-side job, ``None`` in process.
        ``warnings``: Sentences about what went wrong without ending the export.
    """
    if context.outcome is not None:  # an interrupted run had published it
        return context.outcome
    return {
        "status": "success",
        "exported_count": context.exported_count,
        "failed_count": context.failed_count,
        "total_count": context.total_count,
        "removed": list(dict.fromkeys(context.removed)),  # found gone twice: in the scope, and as its link was renewed
        "created_since": list(context.created_since),
        "output_path": context.output_path,
        "head": context.head,
        "errors": {
            "json_file_name": len(context.errors_json),
            "original_file_name": len(context.errors_original),
        },
        "unverified_payloads": context.fetcher.unverified if context.fetcher is not None else 0,
        "job_id": context.job_id,
        "warnings": list(context.errors),
    }
