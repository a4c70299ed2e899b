"""Client of the v1 API (contract.md 1, 3, 5 and 7)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Literal, Self

from sdk.clients.connected import ConnectedClient
from sdk.clients.credentials import Credentials, credentials_from
from sdk.clients.errors import ClientError
from sdk.clients.pagination import Page, Params, Row, fetch_page, row_of, walk_pages
from sdk.clients.retry import PagePolicy, Timeouts
from sdk.clients.transport import Transport
from sdk.clock import Clock, SystemClock
from sdk.storage import StorageRoot, StorageSession, open_storage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


TASKS = "/sdk/tasks/"
TASK_PAGE_SIZE = 50  # contract.md 3.2: rows that carry a payload
ID_PAGE_SIZE = 1000  # contract.md 3.2: the most that a caller may ask for
DEFAULT_TIMEOUTS = Timeouts(connect=5, read=15)  # contract.md 1.1
NO_SESSION = frozenset({404, 405})  # a backend without ``session/`` (contract.md 7)


class BackendClient(ConnectedClient):
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
        credentials = Credentials(user_token, access_token, tenant)
        self.clock: Clock = clock or SystemClock()
        super().__init__(
            Transport(
                base_url,
                headers=credentials.v1_headers(),
                secrets=credentials.secrets,
                clock=self.clock,
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

    def get(self, path: str, params: Params | None = None, *, timeouts: Timeouts | None = None) -> Any:
        """Send a GET and return its decoded body."""
        return self._transport.request("GET", path, params=params, timeouts=timeouts)

    def post(self, path: str, json: object = None, *, params: Params | None = None) -> Any:
        """Send a POST and return its decoded body."""
        return self._transport.request("POST", path, json=json, params=params)

    def patch(self, path: str, json: object = None, *, params: Params | None = None) -> Any:
        """Send a PATCH and return its decoded body."""
        return self._transport.request("PATCH", path, json=json, params=params)

    def put(self, path: str, json: object = None, *, params: Params | None = None) -> Any:
        """Send a PUT and return its decoded body."""
        return self._transport.request("PUT", path, json=json, params=params)

    def page(self, path: str, params: Params | None = None, *, policy: PagePolicy | None = None) -> Page:
        """Return one page of a list.

        Args:
            path: Path of the list, for example ``sdk/tasks``.
            params: Filters and options.
            policy: Page retries; none when absent.
        """
        return fetch_page(self._transport, path, params, policy or PagePolicy())

    def walk_pages(
        self, path: str, params: Params | None = None, *, policy: PagePolicy | None = None, cursor: bool = True
    ) -> Iterator[Page]:
        """Yield the pages of a list, one request each, as they are asked for.

        Args:
            path: Path of the list.
            params: Filters and options of the first page; ``next`` links carry them on.
            policy: Page retries and throttle; none when absent.
            cursor: Ask for ``pagination=cursor`` unless ``params`` says otherwise.
        """
        given = dict(params or {})
        if cursor:
            given.setdefault("pagination", "cursor")
        return walk_pages(self._transport, path, given, policy or PagePolicy())

    def walk(
        self, path: str, params: Params | None = None, *, policy: PagePolicy | None = None, cursor: bool = True
    ) -> Iterator[Row]:
        """Yield the rows of a list; see ``walk_pages``."""
        for page in self.walk_pages(path, params, policy=policy, cursor=cursor):
            yield from page.results

    def count(self, path: str, filters: Params | None = None) -> int | None:
        """Return how many rows a list has, by a page of one row.

        Args:
            path: Path of the list.
            filters: Filters.

        Returns:
            The count; ``None`` when the backend does not say it or the request fails, whatever the failure.
        """
        try:
            return self.page(path, {**(filters or {}), "page_size": 1}).count
        except ClientError:
            return None

    def get_tasks(self, filters: Params | None = None) -> tuple[Iterator[Row], int]:
        """Return the tasks of a filter, newest id first, and their number.

        Args:
            filters: Filters; ``page_size``, ``ordering``, ``expand`` and the like win over the defaults.

        Returns:
            A lazy iterator of rows with ``data`` and ``data_unit``, and the count.
        """
        given = dict(filters or {})
        options = {"expand": "data_unit", "page_size": TASK_PAGE_SIZE, "ordering": "-id", **given}
        counted = self.page(TASKS, {**given, "page_size": 1}).count
        if counted is None:
            ids = {**given, "fields": "id", "ordering": "-id", "page_size": ID_PAGE_SIZE}
            counted = sum(1 for _ in self.walk(TASKS, ids))
        return self.walk(TASKS, options, policy=PagePolicy.export_default()), counted

    def get_project(self, project_id: int) -> Row:
        """Return a project."""
        return row_of(self.get(f"/projects/{project_id}/"), what=f"project {project_id}")

    def get_job(self, job_id: str) -> Row:
        """Return a job."""
        return row_of(self.get(f"/jobs/{job_id}/"), what=f"job {job_id}")

    def get_storage(self, storage_id: int) -> StorageSession:
        """Return a storage with its configuration, which does not expire.

        Raises:
            UnsupportedStorageError: The answer describes no usable storage.
        """
        body = self.get(f"/storages/{storage_id}/", {"with_configuration": True})
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
            body = self.post(f"/storages/{storage_id}/session/", {"purpose": purpose})
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
