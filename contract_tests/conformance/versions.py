"""The versions that are run, each with its heads and its written list of habits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.conformance.habits import Habit, claimed_stems, indented, own_stems, spaced
from contract_tests.conformance.to_task.habits import (
    DEPLOYS_FIRST,
    GUIDE_KEYS_PASS,
    NONE_VANISHES,
    SCHEMA_UNSENT,
    ZERO_SUCCEEDS,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from contract_tests.conformance.habits import Naming
    from contract_tests.conformance.rows import ClientRow
    from contract_tests.oracle import Json
    from contract_tests.verify.outcome import Head

LABELS_INDENTED = Habit(
    "labels-indented",
    "Labels are JSON over many lines, four blanks a level.",
    "incidents.md 3 (SYN-7492); run",
)
LABELS_SPACED = Habit(
    "labels-spaced",
    "Labels are JSON on one line, a blank after each comma and colon.",
    "incidents.md 3 (SYN-7492, fixed in 1.182); run",
)
LAST_WRITTEN_STAYS = Habit(
    "last-written-stays",
    "Rows of one name overwrite each other, labels and originals alike; the lowest id stays, all count as exported.",
    "incidents.md 1 (SYN-7539); run",
)
RENAMED = Habit(
    "renamed-on-collision",
    "The first row of a stem keeps it, later ones write <stem>__<id>; filename_collisions.json lists them.",
    "incidents.md 1 (SYN-7539, fixed in 1.182); run",
)
ERROR_LIST = Habit(
    "error-list",
    "error_file_list.json calls originals origin_file_name, is indented, and lists a row without file as <unknown>.",
    "contract.md 2.5; run",
)
V2_FILTER = Habit(
    "v2-list-drops-keys",
    "In process the filter goes to the v2 list, which ignores what it does not declare, such as created__gte of tasks, "
    "ids of assignments, category of ground truth: the export is wider than asked.",
    "incidents.md 1 (SYN-7182), contract.md 6; run",
)
V2_VERSIONS = Habit(
    "v2-list-one-version",
    "In process, several dataset versions are a repeated key of the v2 list, of which the last counts; under the "
    "plural key they are ignored, and the export holds every event of the tenant.",
    "contract.md 3.1, 6; run",
)
BULK_HAS_NO_FILES = Habit(
    "bulk-names-no-files",
    "In process, files_manifest is null: labels are named by id, and every original is listed as <unknown>.",
    "contract.md 6 (bulk-fetch, bulk-data); run",
)
TOKEN_AS_PATH = Habit(
    "token-as-path",
    "in process: `next_cursor` is requested as it stands, so a bare token, as the OpenAPI file's examples show it, is "
    "asked for as a path of the host; the 404 ends the export after its first page",
    "contract.md 1.3 (next_cursor trap)",
)
NEEDS_DATA_UNIT = Habit(
    "needs-data-unit",
    "In process, one task without a data unit ends the export: data_unit_id of a v2 list row must be an integer.",
    "contract.md 1.3, 6; run",
)
KEYS_PASS = Habit(
    "unknown-keys-pass",
    "A key that no list knows is sent all the same, and ignored: task or workshops on assignments export the project.",
    "incidents.md 1 (SYN-7398, SYN-7574); run",
)
KEYS_REFUSED = Habit(
    "unknown-keys-refused",
    "A key that the target does not know ends the export, after one count probe that carries it.",
    "contract.md 3.2; run",
)
EVENTS_BY_GROUND_TRUTH = Habit(
    "events-by-ground-truth",
    "An event is called by the id of its ground truth: without a file its label has that name, and of several events "
    "of one ground truth the last written stays.",
    "contract.md 3.2; run",
)
ONE_STEM_AN_ID = Habit(
    "one-stem-an-id",
    "An id keeps the stem that it got first, so several events of one ground truth write over each other, and "
    "filename_collisions.json is silent about it.",
    "contract.md 3.2; run",
)
EVERY_FILE = Habit(
    "every-file-downloaded",
    "Walking ground truth downloads every file of every row as pages come, besides the originals that are saved.",
    "contract.md 3.5, incidents.md 2 (SYN-7573); run",
)
FOREIGN_PAYLOAD = Habit(
    "reissue-by-ground-truth",
    "An expired payload URL of ground truth is asked for anew by id, which the list of events ignores: the row is "
    "saved with the payload of the tenant's newest event, and the export succeeds.",
    "contract.md 3.3, incidents.md 6.8; run",
)


@dataclass(frozen=True)
class Client:
    """One version of the reference client.

    Args:
        version: As on the package index.
        heads: The heads that can be reached without changing the package.
        habits: Every habit that ``habits.py`` applies to it.
        naming: Which stem each row writes under.
        label: Bytes of a label.
        lists_by_v2: Whether its in-process head takes ids from the v2 list and payloads from bulk fetch.
        rejects_unknown_keys: Whether it refuses a filter key that the target does not have.
        sends_schema: Whether ``to_task`` sends its parameter ``schema``.
        shard_size: Rows above which a delegated export becomes several jobs; ``None`` when that head is out of reach.
    """

    version: str
    heads: Sequence[Head]
    habits: Sequence[Habit]
    naming: Callable[[Sequence[ClientRow]], Naming]
    label: Callable[[Json], bytes]
    lists_by_v2: bool
    rejects_unknown_keys: bool
    sends_schema: bool
    shard_size: int | None


CLIENTS: Mapping[str, Client] = {
    client.version: client
    for client in (
        Client(
            version="2026.1.128",
            heads=("delegated", "in-process"),
            habits=(
                LABELS_INDENTED,
                LAST_WRITTEN_STAYS,
                ERROR_LIST,
                V2_FILTER,
                V2_VERSIONS,
                BULK_HAS_NO_FILES,
                NEEDS_DATA_UNIT,
                TOKEN_AS_PATH,
                KEYS_PASS,
                EVENTS_BY_GROUND_TRUTH,
                EVERY_FILE,
                NONE_VANISHES,
                GUIDE_KEYS_PASS,
                ZERO_SUCCEEDS,
                DEPLOYS_FIRST,
                SCHEMA_UNSENT,
            ),
            naming=own_stems,
            label=indented,
            lists_by_v2=True,
            rejects_unknown_keys=False,
            sends_schema=False,
            shard_size=10_000,  # contract.md 2.2
        ),
        Client(
            version="2026.2.17",
            heads=("in-process",),
            habits=(
                LABELS_SPACED,
                RENAMED,
                ERROR_LIST,
                KEYS_REFUSED,
                EVENTS_BY_GROUND_TRUTH,
                ONE_STEM_AN_ID,
                EVERY_FILE,
                FOREIGN_PAYLOAD,
                NONE_VANISHES,
                GUIDE_KEYS_PASS,
                ZERO_SUCCEEDS,
                DEPLOYS_FIRST,
            ),
            naming=claimed_stems,
            label=spaced,
            lists_by_v2=False,
            rejects_unknown_keys=True,
            sends_schema=True,
            shard_size=None,
        ),
    )
}
