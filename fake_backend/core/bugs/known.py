"""The bugs that there are.

Each is decided where the right behaviour is, as ``if "<id>" in bugs``, and nowhere else.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from fake_backend.core.bugs.bug import Bug

_ACCESS: Final = "contract_tests/clauses/test_access.py::"
_BUNDLES: Final = "contract_tests/clauses/test_bundles.py::"
_GATE: Final = "contract_tests/clauses/test_gate.py::"
_RULINGS: Final = "contract_tests/clauses/test_rulings.py::"
_SECOND: Final = "contract_tests/clauses/test_second_api.py::"
_WALKS: Final = "contract_tests/clauses/test_walks.py::"
_WRAPPERS: Final = "contract_tests/clauses/test_wrappers.py::"

_CURSORS: Final = (
    Bug(
        id="cursor-repeats-a-row",
        sentence="the page behind a cursor begins with the last row of the page before",
        ticket="SYN-7533",
        topic="cursor",
        clause=f"{_WALKS}test_a_walk_of_v2_gives_each_row_once",
        seen_by_simulation=True,
    ),
    Bug(
        id="cursor-skips-a-row",
        sentence="the page behind a cursor leaves out the row that it should begin with",
        ticket="SYN-7533",
        topic="cursor",
        clause=f"{_WALKS}test_a_keyset_walk_of_v1_gives_each_row_once_in_order",
        seen_by_simulation=True,
    ),
    Bug(
        id="cursor-never-ends",
        sentence="the last page of a walk names itself as the next one",
        ticket="SYN-7533",
        topic="cursor",
        clause=f"{_WALKS}test_a_walk_of_v2_gives_each_row_once",
        seen_by_simulation=True,
    ),
    Bug(
        id="cursor-loses-the-last-page",
        sentence="the last page of a walk comes without its rows, unless it is the first too",
        ticket="SYN-7542",
        topic="cursor",
        clause=f"{_WALKS}test_a_keyset_walk_of_v1_gives_each_row_once_in_order",
        seen_by_simulation=True,
    ),
    Bug(
        id="cursor-forgets-filters",
        sentence="a link to a neighbouring page has lost the filters of the query",
        ticket="contract.md 1.3",
        topic="cursor",
        clause=f"{_WALKS}test_a_link_is_a_whole_url_that_repeats_every_parameter",
        seen_by_simulation=True,
    ),
    Bug(
        id="cursor-loses-ties",
        sentence="a cursor is the value of the last row alone, so that rows of an equal value behind it are lost",
        ticket="SYN-7533",
        topic="cursor",
        clause=f"{_WALKS}test_a_walk_over_ties_gives_each_row_once",
    ),
)

_FILTERS: Final = (
    Bug(
        id="delegated-filter-loss",
        sentence="an export job ignores every filter key but the project",
        ticket="SYN-7438",
        topic="filter",
        clause=f"{_BUNDLES}test_a_job_keeps_to_its_filter",
        seen_by_simulation=True,
    ),
    Bug(
        id="slim-list-filter-loss",
        sentence="a list of the second API ignores every filter key but the project",
        ticket="SYN-7182",
        topic="filter",
        clause=f"{_SECOND}test_a_slim_list_keeps_to_each_filter_that_it_declares",
    ),
    Bug(
        id="plural-tasks-ignored",
        sentence="the lists of assignments ignore tasks, as they ignore task",
        ticket="SYN-7574",
        topic="filter",
        clause=f"{_SECOND}test_one_letter_decides_whether_assignments_are_filtered",
        seen_by_simulation=True,
    ),
    Bug(
        id="singular-task-understood",
        sentence="the lists of assignments take task for tasks, and hide a client's slip",
        ticket="SYN-7574",
        topic="filter",
        clause=f"{_SECOND}test_one_letter_decides_whether_assignments_are_filtered",
    ),
    Bug(
        id="plural-versions-ignored",
        sentence="the first API's list of events ignores ground_truth_dataset_versions and shows every version's",
        ticket="SYN-7385",
        topic="filter",
        clause="contract_tests/clauses/test_ground_truth_events.py::test_the_first_list_takes_the_plural_key_alone",
        seen_by_simulation=True,
    ),
    Bug(
        id="date-range-ignored",
        sentence="lists take the bounds of an instant and do not apply them",
        ticket="SYN-7519",
        topic="filter",
        clause=f"{_RULINGS}test_an_instant_that_is_null_passes_no_bound",
        seen_by_simulation=True,
    ),
)

_BULK: Final = (
    Bug(
        id="bulk-drops-rows",
        sentence="a bulk answer leaves out one of the rows that it was asked for",
        ticket="incidents.md 6.4",
        topic="bulk",
        clause=f"{_SECOND}test_bulk_answers_in_the_order_of_the_request_and_drops_what_is_unknown",
        seen_by_simulation=True,
    ),
    Bug(
        id="bulk-loses-order",
        sentence="a bulk answer has its rows in the order of their keys, whatever the order of the request",
        ticket="contract.md 6",
        topic="bulk",
        clause=f"{_SECOND}test_bulk_answers_in_the_order_of_the_request_and_drops_what_is_unknown",
    ),
    Bug(
        id="bulk-swaps-payloads",
        sentence="two rows of a bulk answer carry each other's payload, size and digest",
        ticket="incidents.md 6.4",
        topic="bulk",
        clause=f"{_SECOND}test_bulk_answers_in_the_order_of_the_request_and_drops_what_is_unknown",
        seen_by_simulation=True,
    ),
    Bug(
        id="bulk-wrapper-without-url",
        sentence="a large payload of a bulk answer is cut, and nothing says where the whole of it is",
        ticket="contract.md 3.3",
        topic="bulk",
        clause=f"{_WRAPPERS}test_a_wrapper_of_a_bulk_answer_leads_to_its_own_payload",
        seen_by_simulation=True,
    ),
)

_PRESIGN: Final = (
    Bug(
        id="presign-never-expires",
        sentence="a presigned URL is good for ever",
        ticket="SYN-7490",
        topic="presign",
        clause=f"{_GATE}test_a_url_expires_by_the_worlds_clock",
    ),
    Bug(
        id="presign-too-short",
        sentence="a presigned URL of the backend is good for a sixtieth of its time",
        ticket="SYN-7490",
        topic="presign",
        clause=f"{_GATE}test_a_url_expires_by_the_worlds_clock",
    ),
    Bug(
        id="presign-wrong-object",
        sentence="a presigned URL of the backend leads to the next object of the bucket",
        ticket="incidents.md 6.4",
        topic="presign",
        clause=f"{_WRAPPERS}test_a_wrapper_of_a_v1_list_leads_to_its_own_payload",
        seen_by_simulation=True,
    ),
    Bug(
        id="presign-any-method",
        sentence="a presigned URL to read an object lets it be overwritten and deleted too",
        ticket="contract.md 3.3",
        topic="presign",
        clause=f"{_GATE}test_a_url_is_good_for_its_method_alone",
    ),
)

_JOBS: Final = (
    Bug(
        id="bundle-short-part",
        sentence="the first part of a bundle lacks the last of the lines that the manifest counts",
        ticket="incidents.md 6.5",
        topic="bundle",
        clause=f"{_BUNDLES}test_a_part_has_the_lines_that_the_manifest_counts",
        seen_by_simulation=True,
    ),
    Bug(
        id="bundle-count-wrong",
        sentence="the manifest counts one record too many",
        ticket="incidents.md 6.5",
        topic="bundle",
        clause=f"{_BUNDLES}test_the_manifest_adds_up",
        seen_by_simulation=True,
    ),
    Bug(
        id="bundle-part-missing",
        sentence="the manifest names a last part that was never written",
        ticket="SYN-7218",
        topic="bundle",
        clause=f"{_BUNDLES}test_a_part_has_the_lines_that_the_manifest_counts",
        seen_by_simulation=True,
    ),
    Bug(
        id="bundle-manifest-flat",
        sentence="the manifest tells dir, records and parts of its target without saying which target it is",
        ticket="contract.md 2.5",
        topic="bundle",
        clause=f"{_BUNDLES}test_the_manifest_adds_up",
    ),
    Bug(
        id="bundle-outlives-cancel",
        sentence="what a job had written when it was cancelled stays in the storage",
        ticket="SYN-7166",
        topic="bundle",
        clause=f"{_BUNDLES}test_a_cancelled_job_leaves_nothing",
    ),
    Bug(
        id="job-ends-twice",
        sentence="a progress stream tells the end of its job two times",
        ticket="contract.md 2.3",
        topic="job",
        clause="contract_tests/clauses/test_progress_stream.py::test_a_stream_is_well_formed_and_tells_the_job_in_order",
    ),
    Bug(
        id="job-progress-regresses",
        sentence="a job counts fewer rows than it had counted before",
        ticket="contract.md 2.4",
        topic="job",
        clause="contract_tests/clauses/test_progress_stream.py::test_a_stream_is_well_formed_and_tells_the_job_in_order",
    ),
    Bug(
        id="job-status-lower-case",
        sentence="a job shows its status in lower case, as only the answer to its enqueue does",
        ticket="contract.md 6",
        topic="job",
        clause=f"{_SECOND}test_a_job_is_queued_in_lower_case_and_shown_in_upper_case",
    ),
)

_REST: Final = (
    Bug(
        id="lists-leak-tenants",
        sentence="lists show the rows of every tenant",
        ticket="contract.md 1.1",
        topic="access",
        clause=f"{_ACCESS}test_another_tenants_lists_are_empty",
    ),
    Bug(
        id="keys-leak-tenants",
        sentence="whoever names the key of a row is shown it, whatever its tenant",
        ticket="contract.md 1.1",
        topic="access",
        clause=f"{_ACCESS}test_another_tenants_bulk_and_job_are_out_of_reach",
    ),
    Bug(
        id="jobs-leak-owners",
        sentence="an export job answers every user of its tenant, not its owner alone",
        ticket="contract.md 6",
        topic="access",
        clause=f"{_ACCESS}test_an_async_job_is_its_owners_alone",
    ),
    Bug(
        id="annotation-written-twice",
        sentence="an annotation is stored with each of its objects two times",
        ticket="SYN-7486",
        topic="annotation",
        clause="contract_tests/clauses/test_second_api_rows.py::test_both_paths_of_annotating_leave_the_same_task",
        seen_by_simulation=True,
    ),
    Bug(
        id="serving-status-stale",
        sentence="the list of serve applications shows, for a minute, the status before the last one",
        ticket="SYN-7259",
        topic="serving",
        clause="contract_tests/clauses/test_serving.py::test_the_list_shows_the_status_of_this_moment",
    ),
)

KNOWN: Final = MappingProxyType(
    {bug.id: bug for bugs in (_CURSORS, _FILTERS, _BULK, _PRESIGN, _JOBS, _REST) for bug in bugs}
)
"""Every bug, by its id."""
