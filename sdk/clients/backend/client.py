"""Client of the v1 API (contract.md 1, 3, 5 and 7)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, Self, overload

from sdk.clients.backend.annotating import AnnotatingClient
from sdk.clients.backend.rows import SelectedRows
from sdk.clients.backend.serving import ServingClient
from sdk.clients.credentials import Credentials, credentials_from
from sdk.clients.errors import ClientError
from sdk.clients.lists import ASSIGNMENTS, GROUND_TRUTH_EVENTS, TASKS
from sdk.clients.pagination import Params, Row, row_of
from sdk.clients.reading import read
from sdk.clients.retry import Timeouts
from sdk.clients.transport import Transport
from sdk.clock import Clock, SystemClock
from sdk.storage import StorageRoot, StorageSession, open_storage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


DEFAULT_TIMEOUTS = Timeouts(connect=5, read=15)  # contract.md 1.1
NO_SESSION = frozenset({404, 405})  # a backend without ``session/`` (contract.md 7)


class BackendClient(AnnotatingClient, ServingClient):
    """The v1 API as one caller sees it; safe to share between threads.

    Args:
        base_url: Address of the backend.
        user_token: Token of a user; preferred when both are given.
        access_token: Access token.
        tenant: Tenant code.
        clock: Tells the time and waits; the machine's own when absent.
        timeouts: Limits of a request that names none.
        url_host: ``internal`` asks for presigned URLs of the private network (contract.md 1.1).

    Raises:
        ConfigurationError: Address or a token cannot be used.
    """

    def __init__(
        self,
        base_url: str,
        *,
        user_token: str | None = None,
        access_token: str | None = None,
        tenant: str | None = None,
        clock: Clock | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
        url_host: str | None = None,
    ) -> None:
        credentials = self._credentials = Credentials(user_token, access_token, tenant)
        super().__init__(
            Transport(
                base_url,
                headers=credentials.v1_headers(),
                secrets=credentials.secrets,
                clock=clock or SystemClock(),
                timeouts=timeouts,
                extra_query={"url_host": url_host} if url_host else None,
            )
        )

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None, *, clock: Clock | None = None) -> Self:
        """Return a client for SYNAPSE_HOST with the tokens of the environment.

        Args:
            environ: Variables; those of the process when absent.
            clock: As the class.

        Raises:
            ConfigurationError: Host or token is missing.
        """
        variables = os.environ if environ is None else environ
        host, credentials = credentials_from(variables)
        return cls(
            host,
            user_token=credentials.user_token,
            access_token=credentials.access_token,
            tenant=credentials.tenant,
            clock=clock,
            url_host=variables.get("SYNAPSE_PLUGIN_RUN_URL_HOST", "").strip() or None,
        )

    def get_tasks(self, filters: Params | None = None) -> tuple[Iterator[Row], int]:
        """Return the tasks of a filter, the newest first, and their number.

        Args:
            filters: Filters; ``page_size``, ``ordering``, ``expand`` and the like win over the defaults.

        Returns:
            A lazy iterator of rows with ``data``, the payload itself, and ``data_unit``; and the count.

        Raises:
            FilterError: A filter that the list does not take; nothing is sent.
            ClientError: The rows cannot be counted.
        """
        return _iterator_and_count(SelectedRows(self, TASKS, filters))

    def count_tasks(self, filters: Params | None = None) -> int:
        """Return how many tasks a filter selects; raises as ``get_tasks``."""
        return SelectedRows(self, TASKS, filters).count()

    def get_assignments(self, filters: Params | None = None) -> tuple[Iterator[Row], int]:
        """Return the assignments of a filter, the newest first, and their number; arguments as ``get_tasks``.

        Returns:
            A lazy iterator of rows with ``data``, ``file`` and ``data_unit {id, name, width, height, files}``; and the
            count.
        """
        return _iterator_and_count(SelectedRows(self, ASSIGNMENTS, filters))

    def get_assignments_stream(self, filters: Params | None = None) -> Iterator[Row]:
        """Return the rows of ``get_assignments`` without counting them; nothing is sent before the first is taken."""
        return SelectedRows(self, ASSIGNMENTS, filters).walk()

    def count_assignments(self, filters: Params | None = None) -> int:
        """Return how many assignments a filter selects; raises as ``get_tasks``."""
        return SelectedRows(self, ASSIGNMENTS, filters).count()

    def get_ground_truth_events(self, filters: Params | None = None) -> tuple[Iterator[Row], int]:
        """Return the ground-truth events of a filter, the newest first, and their number; arguments as ``get_tasks``.

        ``ground_truth_dataset_version`` is sent as ``ground_truth_dataset_versions``; the list ignores the singular.

        Returns:
            A lazy iterator of rows with ``id`` (the ground truth's, not unique), ``pgh_id`` (unique), ``data``,
            ``files`` and ``data_unit``; and the count.
        """
        return _iterator_and_count(SelectedRows(self, GROUND_TRUTH_EVENTS, filters))

    @overload
    def list_ground_truth_events(
        self, params: Params | None = None, *, list_all: Literal[False] = False
    ) -> dict[str, Any]: ...

    @overload
    def list_ground_truth_events(self, params: Params | None = None, *, list_all: Literal[True]) -> list[Row]: ...

    def list_ground_truth_events(
        self, params: Params | None = None, *, list_all: bool = False
    ) -> dict[str, Any] | list[Row]:
        """Return ground-truth events: all of them as a list, or one page as it is.

        Args:
            params: Filters and options, as in ``get_ground_truth_events``.
            list_all: Whether every page is walked; the list is then held as a whole.

        Returns:
            The rows; or ``{count, next, previous, results}``.

        Raises:
            FilterError: A filter that the list does not take; nothing is sent.
        """
        selected = SelectedRows(self, GROUND_TRUTH_EVENTS, params)
        if list_all:
            return list(selected.walk())
        page = selected.page()
        return {"count": page.count, "next": page.next, "previous": page.previous, "results": page.results}

    def get_ground_truth_dataset_version(self, version_id: int) -> Row:
        """Return a version of a ground-truth dataset: ``ground_truth_dataset``, ``name``, ``is_released``."""
        path = f"/ground_truth_dataset_versions/{version_id}/"
        return row_of(self.read(path), what=f"ground truth dataset version {version_id}")

    def get_project(self, project_id: int) -> Row:
        """Return a project."""
        return row_of(self.read(f"/projects/{project_id}/"), what=f"project {project_id}")

    def get_job(self, job_id: str) -> Row:
        """Return a job."""
        return row_of(self.read(f"/jobs/{job_id}/"), what=f"job {job_id}")

    def get_storage(self, storage_id: int) -> StorageSession:
        """Return a storage with its configuration, which does not expire.

        Raises:
            UnsupportedStorageError: The answer describes no usable storage.
        """
        body = self.read(f"/storages/{storage_id}/", {"with_configuration": True})
        return StorageSession.from_json(body, storage_id=storage_id)

    def open_storage_session(self, storage_id: int, purpose: Literal["read", "write"]) -> StorageSession:
        """Ask for access to a storage.

        A backend that has no ``session/`` answers 404 or 405, and then the configuration is read the old way; every
        other error is handed on (contract.md 7).

        Args:
            storage_id: Id of the storage.
            purpose: What it is for.

        Raises:
            UnsupportedStorageError: The answer describes no usable storage.
        """
        failure: ClientError
        try:
            # a session has no lasting effect, so a lost one is simply opened again
            body = read(self._transport, "POST", f"/storages/{storage_id}/session/", json={"purpose": purpose})
            return StorageSession.from_json(body, storage_id=storage_id)
        except ClientError as error:
            failure = error
        if failure.status not in NO_SESSION:
            raise failure
        return self.get_storage(storage_id)

    def open_storage(self, storage_id: int, purpose: Literal["read", "write"]) -> StorageRoot:
        """Open a storage; a session that expires is asked for anew while it is in use.

        Args:
            storage_id: Id of the storage.
            purpose: What it is for.

        Raises:
            UnsupportedStorageError: Its provider cannot be opened here.
        """
        session = self.open_storage_session(storage_id, purpose)
        return open_storage(session, renew=lambda: self.open_storage_session(storage_id, purpose), clock=self.clock)

    def patch_job(self, job_id: str, body: Mapping[str, Any]) -> None:
        """Report on a job: sent once, whatever happens (contract.md 5).

        Args:
            job_id: Id of the job.
            body: ``progress_record``, ``metrics_record``, ``status``, ``result``.
        """
        self._transport.request("PATCH", f"/jobs/{job_id}/", json=dict(body), once=True)

    def post_logs(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Hand in log entries: one as an object, more as a list, none not at all; sent once (contract.md 5).

        Args:
            entries: ``event``, ``data``, ``datetime``, ``job`` and what else an entry has.
        """
        if not entries:
            return
        body: object = dict(entries[0]) if len(entries) == 1 else [dict(entry) for entry in entries]
        self._transport.request("POST", "/logs/", json=body, once=True)


def _iterator_and_count(selected: SelectedRows) -> tuple[Iterator[Row], int]:
    return selected.walk(), selected.count()
