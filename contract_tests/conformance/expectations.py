"""What each export must come to, and what the journal must then show: the oracle's rows, with the version's habits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from contract_tests.conformance.habits import (
    NOTHING,
    Expected,
    declared_by_v1,
    declared_by_v2,
    sent_to_v1,
    written,
)
from contract_tests.conformance.rows import client_rows, other_files, with_foreign_payloads, without_files
from contract_tests.conformance.targets import TARGETS, VERSION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from contract_tests.conformance.cases import Case
    from contract_tests.conformance.rows import ClientRow
    from contract_tests.conformance.versions import Client

type Surface = Literal["job", "v1", "v2"]
type Mark = Literal[
    "bulk",
    "count probe",
    "cursor walk",
    "id scan",
    "job",
    "page walk",
    "payload",
    "project",
    "reissue",
    "stream",
    "v2 list",
]


def surface(case: Case, client: Client) -> Surface:
    """Return what the filter is given to: an export job, the v1 list or the v2 list."""
    if case.head == "delegated":
        return "job"
    return "v2" if client.lists_by_v2 and not case.forced_v1 else "v1"


def applied_scope(case: Case, client: Client) -> dict[str, object]:
    """Return the filter as the backend applies it to what the client asks."""
    target = TARGETS[case.target]
    declared = declared_by_v2 if surface(case, client) == "v2" else declared_by_v1
    return declared(case.scope, target)


def ignored_keys(case: Case, client: Client) -> frozenset[str]:
    """Return the query keys that the backend must note as meaning nothing to it.

    Every export begins with a count probe of the v1 list. What a job ignores of its filter is noted as
    ``filter.<key>``.
    """
    target = TARGETS[case.target]
    ignored = set(sent_to_v1(case.scope)) - set(declared_by_v1(case.scope, target))
    if surface(case, client) == "job":
        ignored |= {f"filter.{key}" for key in ignored}
    if surface(case, client) == "v2":
        ignored |= set(case.scope) - set(declared_by_v2(case.scope, target))
    if case.expires and case.target == "ground_truth":
        ignored.add("id")
    return frozenset(ignored)


def expected(case: Case, client: Client, document: Mapping[str, Any]) -> Expected:
    """Return what an export must leave behind.

    Args:
        case: The export.
        client: The version.
        document: What the backend was seeded with.
    """
    if case.refused:
        return NOTHING
    rows = _rows(case, client, document)
    if surface(case, client) == "v2" and not case.backend.bulk_files_manifest:
        rows = without_files(rows)
    if case.expires and case.target == "ground_truth":
        rows = with_foreign_payloads(rows, client_rows(document, {}, case.target)[0].data)
    return written(rows, client.naming(rows), client.label, originals=case.originals)


def marks(case: Case, client: Client, document: Mapping[str, Any]) -> frozenset[Mark]:
    """Return what the journal must show that the client did, no more and no less.

    Args:
        case: The export.
        client: The version.
        document: What the backend was seeded with.

    Source: contract.md 2.2, 3.1, 3.2, 3.3.
    """
    due: set[Mark] = {"count probe"}
    if not case.refused and _has_project(case, document):
        due.add("project")
    match surface(case, client):
        case _ if not case.asks_for_rows:
            return frozenset(due)
        case "job":
            due |= {"job", "stream"}
            if case.jobs > 1:
                due.add("id scan")
        case "v2":
            due.add("v2 list")
            if not case.refused:
                due |= _payload(case, client, document)
                due.add("bulk")
        case "v1" if client.lists_by_v2:
            due.add("page walk")
        case "v1":
            due |= _payload(case, client, document)
            due.add("cursor walk")
            if case.expires:
                due.add("reissue")
    return frozenset(due)


def fetched_beside(case: Case, client: Client, document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the files that are no row's original and are downloaded all the same.

    For ground truth the walk of the v1 list downloads every file of every row as pages come: 1.128 always, 2.17 when
    originals are saved.

    Args:
        case: The export.
        client: The version.
        document: What the backend was seeded with.

    Source: contract.md 3.5, incidents.md 2 (SYN-7573).
    """
    walked = surface(case, client) == "v1" and case.asks_for_rows
    if case.target == "ground_truth" and walked and (case.originals or client.lists_by_v2):
        return frozenset(other_files(document, applied_scope(case, client), case.target))
    return frozenset()


def _rows(case: Case, client: Client, document: Mapping[str, Any]) -> list[ClientRow]:
    return client_rows(document, applied_scope(case, client), case.target)


def _has_project(case: Case, document: Mapping[str, Any]) -> bool:
    """Return whether the client finds the project whose configuration it reads.

    Of ground truth it asks for the dataset of one version, under the singular key alone, and takes its project if it
    has one (SYN-7303).
    """
    if case.target != "ground_truth":
        return True
    version = case.scope.get(VERSION)
    datasets = {row["id"]: row["ground_truth_dataset"] for row in document.get("ground_truth_dataset_versions", [])}
    projects = {row["id"]: row.get("project") for row in document.get("ground_truth_datasets", [])}
    return isinstance(version, int) and projects[datasets[version]] is not None


def _payload(case: Case, client: Client, document: Mapping[str, Any]) -> set[Mark]:
    """Return the mark of payloads fetched by URL, if there is a row whose payload lies in an object."""
    if case.target in case.backend.inline:
        return set()
    return {"payload"} if any(row.is_externalised for row in _rows(case, client, document)) else set()
