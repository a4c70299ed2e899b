"""Every value that could be taken for a path, on both sides, and the test that holds what becomes of it."""

from __future__ import annotations

from dataclasses import dataclass

OWN = "tests/access/test_access_paths.py"
MANIFEST = "tests/sdk/export/test_export_manifest.py::test_a_path_that_leaves_the_storage_is_refused_wherever_it_stands"


@dataclass(frozen=True)
class PathLike:
    """A row of the table.

    Args:
        where: The field.
        side: ``fake`` or ``sdk``.
        fate: What becomes of a value that would lead out.
        test: Node id.
    """

    where: str
    side: str
    fate: str
    test: str


PATHS = (
    PathLike(
        "`path` of `POST /v2/plugin_exports/`",
        "fake",
        "refused: `..` between either separator, absolute, drive letter, NUL, a segment over 255 bytes, a link that "
        "leads out; percent-encoded dots are a name",
        f"{OWN}::test_an_export_writes_below_its_storage_or_nowhere",
    ),
    PathLike(
        "`storage_id` of `POST /v2/plugin_exports/`",
        "fake",
        "refused: a whole number is needed",
        f"{OWN}::test_an_id_that_is_a_path_names_nothing",
    ),
    PathLike(
        "ids in URLs: jobs, releases, plugin codes, names of serve applications",
        "fake",
        "404: they are compared with rows and never opened",
        f"{OWN}::test_an_id_that_is_a_path_names_nothing",
    ),
    PathLike(
        "`file_name_original` of a seed document",
        "fake",
        "contained: objects have the last segment in their key, bundles name files by number",
        f"{OWN}::test_an_export_writes_below_its_storage_or_nowhere",
    ),
    PathLike(
        "keys of objects (S3)",
        "fake",
        "contained: `..` is a key like any other, and objects lie in memory or in the database",
        f"{OWN}::test_a_key_of_an_object_is_no_path",
    ),
    PathLike(
        "body of `POST /_fake/seed` and `POST /_fake/faults`",
        "fake",
        "refused: it is the document itself, never the name of a file",
        f"{OWN}::test_a_seed_over_the_wire_is_never_a_file",
    ),
    PathLike(
        "`configuration.location` of a storage, `--seed`, `--faults`, `--ready-file`, `--database`, `--storage-root`",
        "fake",
        "taken as they are: whoever starts a fake says where its files lie; below a location the first row holds",
        f"{OWN}::test_a_storage_without_a_location_lies_below_the_root",
    ),
    PathLike("`prefix` and `path` of a part in a manifest", "sdk", "refused before anything is read", MANIFEST),
    PathLike(
        "`bundle_path` of a file in a bundle",
        "sdk",
        "refused with the row",
        "tests/sdk/export/test_export_bundle.py::test_a_bundled_file_that_lies_elsewhere_is_refused_with_its_row",
    ),
    PathLike(
        "`file_name_original` of a row",
        "sdk",
        "contained: its last segment alone counts",
        f"{OWN}::test_the_sdk_writes_below_its_root_or_nowhere",
    ),
    PathLike(
        "ids of rows, where a plugin's own source gives them",
        "sdk",
        "contained: separators and NUL become `_`",
        "tests/sdk/export/test_export_names.py::test_an_id_of_a_plugins_own_never_leaves_its_folder",
    ),
    PathLike(
        "`name` of an export",
        "sdk",
        "refused: it is one segment",
        f"{OWN}::test_the_sdk_writes_below_its_root_or_nowhere",
    ),
    PathLike(
        "`path` of an export, and every path that a storage is asked for",
        "sdk",
        "refused: as the first row",
        f"{OWN}::test_the_sdk_writes_below_its_root_or_nowhere",
    ),
    PathLike(
        "links in a storage",
        "sdk",
        "refused where they lead out",
        "tests/sdk/test_storage_paths.py::test_a_link_that_leads_out_is_refused_by_every_method",
    ),
    PathLike(
        "addresses of files that to_task fetches",
        "sdk",
        "refused unless https, on a host that is allowed",
        "tests/sdk/to_task/test_to_task_download.py::test_addresses_that_are_not",
    ),
)
