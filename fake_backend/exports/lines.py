"""From rows to the lines of a bundle, with the files that they refer to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fake_backend.core.errors import Refusal
from fake_backend.exports.bundle import file_path, line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fake_backend.exports.bundle import BundleWriter
    from fake_backend.exports.request import ExportRequest
    from fake_backend.payloads import Payloads
    from fake_backend.store.catalogue import Catalogue


class Lines:
    """Writes out what rows say.

    Args:
        catalogue: Where the files of data units are told.
        payloads: Where payloads and the bytes of files are.
    """

    def __init__(self, catalogue: Catalogue, payloads: Payloads) -> None:
        self._catalogue = catalogue
        self._payloads = payloads

    def of(
        self, rows: Sequence[Mapping[str, Any]], bundle: BundleWriter, request: ExportRequest, storage_url: str
    ) -> list[str]:
        """Return the lines of rows, after copying their files where the request includes them.

        Args:
            rows: As the store gave them.
            bundle: Takes the files.
            request: What the export asks for.
            storage_url: Endpoint of objects for the URLs of files.
        """
        files = self._catalogue.files(list({row["data_unit_id"] for row in rows if row["data_unit_id"] is not None}))
        copied: dict[tuple[int, int], str | None] = {}
        lines = []
        for row in rows:
            entries = {}
            for item in files.get(row["data_unit_id"], ()):
                entry = {
                    "file_name_original": item["file_name_original"],
                    "url": self._payloads.url(item["object_key"], storage_url),
                    "is_primary": item["is_primary"],
                }
                if request.include_files:
                    place = (item["data_unit_id"], item["position"])
                    if place not in copied:  # rows share data units
                        copied[place] = self._copy(item, bundle)
                    if copied[place] is not None:
                        entry["bundle_path"] = copied[place]
                entries[item["specification"]] = entry
            keys = {"id": row[request.kind.line_id], request.kind.key: row["key"]}
            lines.append(line(keys, self._payloads.text(row), row["payload_digest"], entries))
        return lines

    def _copy(self, item: Mapping[str, Any], bundle: BundleWriter) -> str | None:
        """Return where a file lies in the bundle; one that is gone costs its rows alone, as it would by its URL."""
        try:
            body = self._payloads.file(item["object_key"])
        except Refusal:
            return None
        path = file_path(item["data_unit_id"], item["position"], item["file_name_original"])
        bundle.add_file(path, body)
        return str(path)
