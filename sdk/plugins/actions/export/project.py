"""Which project an export belongs to, and that project's configuration, for the exporter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ClientError, NotFoundError
from sdk.loggers import LogLevel
from sdk.plugins.actions.export.errors import UnknownProjectError, UnknownVersionError

if TYPE_CHECKING:
    from sdk.plugins.actions.export.context import ExportContext


def find_project(context: ExportContext) -> tuple[int | None, dict[str, Any]]:
    """Return the project of an export and its configuration; ``None`` and nothing where that is not known.

    The filter names it, or for ground truth the dataset of the first version does: two requests more (contract.md
    2.2, request 7; incidents.md 5, SYN-7303). The exporter may do without, so nothing but a scope that does not exist
    ends the export: in process only, as a job would not have been created for it.

    Args:
        context: Of the export.

    Raises:
        UnknownProjectError: In process, the filter's project does not exist.
        UnknownVersionError: In process, a version of the filter does not exist.
    """
    decision = context.delegation_decision
    scope = decision.scope if decision is not None else None
    if scope is None:
        return None, {}
    if scope.project_id is not None:
        return scope.project_id, _configuration(context, scope.project_id, is_chosen=True)
    project = _project_of_versions(context, scope.versions)
    return project, {} if project is None else _configuration(context, project, is_chosen=False)


def _configuration(context: ExportContext, project: int, *, is_chosen: bool) -> dict[str, Any]:
    """Return a project's configuration.

    Args:
        context: Of the export.
        project: The project.
        is_chosen: Whether the filter names it, so that the export is of nothing when it does not exist.
    """
    try:
        configuration = context.client.get_project(project).get("configuration")
    except ClientError as error:
        if is_chosen and isinstance(error, NotFoundError) and not context.is_delegated:
            raise UnknownProjectError(
                f"Project {project} does not exist for this tenant; the filter needs the id of one that does."
            ) from error
        context.log_message(f"The configuration of project {project} cannot be read: {error}", LogLevel.WARNING)
        return {}
    return configuration if isinstance(configuration, dict) else {}


def _project_of_versions(context: ExportContext, versions: tuple[int, ...]) -> int | None:
    """Return the project of the first version's dataset; in process each version is looked at."""
    first: object = None
    unknown: list[int] = []
    for version in versions if not context.is_delegated else versions[:1]:
        try:
            row = context.client.get_ground_truth_dataset_version(version)
        except NotFoundError:
            unknown.append(version)
        except ClientError as error:
            context.log_message(f"Version {version} of ground truth cannot be read: {error}", LogLevel.WARNING)
        else:
            first = row.get("ground_truth_dataset") if first is None else first
    if unknown and (first is not None or not context.total_count) and not context.is_delegated:
        # where no version at all is found and yet rows are, the backend has no such resource
        raise UnknownVersionError(
            f"Version(s) {', '.join(map(str, unknown))} of ground-truth datasets do not exist for this tenant; the "
            "filter needs the ids of some that do."
        )
    dataset = first.get("id") if isinstance(first, dict) else first
    return _project_of_dataset(context, dataset) if isinstance(dataset, int) else None


def _project_of_dataset(context: ExportContext, dataset: int) -> int | None:
    if context.v2_client is None:
        context.log_message(
            f"The project of ground-truth dataset {dataset} is not known without a v2 client.", LogLevel.WARNING
        )
        return None
    try:
        project = context.v2_client.ground_truth_datasets.retrieve(dataset).get("project_id")
    except ClientError as error:
        context.log_message(f"Ground-truth dataset {dataset} cannot be read: {error}", LogLevel.WARNING)
        return None
    return project if isinstance(project, int) and not isinstance(project, bool) else None
