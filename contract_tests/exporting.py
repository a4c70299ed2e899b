"""One export by our SDK against any backend: run it, read its tree, say what it came to."""

from __future__ import annotations

import logging
import re
import time
import warnings
from contextlib import contextmanager
from dataclasses import dataclass, field
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from contract_tests.exporters import RowAction, SheetAction
from contract_tests.verify.outcome import ExporterKind, Head, Outcome, Target
from sdk.clients.backend import BackendClient
from sdk.clients.backend_v2 import BackendV2Client
from sdk.clock import Clock, SystemClock
from sdk.errors import SdkError
from sdk.loggers import NoOpLogger
from sdk.plugins.context import PluginEnvironment, RuntimeContext

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sdk.plugins.actions.export import ExportAction
    from sdk.storage import StorageRoot

NAME = "export"  # what each export is called; its path is its own
ACTIONS: Mapping[ExporterKind, type[ExportAction]] = {"row": RowAction, "sheet": SheetAction}


@dataclass(frozen=True)
class Caller:
    """Who exports, from which backend, by which clock.

    Args:
        url: Base URL of the API.
        tenant: Tenant code.
        user_token: Token of a user, or ``None``.
        access_token: Access token, or ``None``.
        clock: What the SDK sleeps on and tells the time by.
    """

    url: str
    tenant: str | None = None
    user_token: str | None = field(default=None, repr=False)
    access_token: str | None = field(default=None, repr=False)
    clock: Clock = field(default_factory=SystemClock)

    @contextmanager
    def context(self) -> Iterator[RuntimeContext]:
        """Yield the runtime context of one run; what a failed run keeps for the next one goes with it."""
        user, access, tenant, clock = self.user_token, self.access_token, self.tenant, self.clock
        with (
            TemporaryDirectory(prefix="export-staging-") as staging,
            BackendClient(self.url, user_token=user, access_token=access, tenant=tenant, clock=clock) as client,
            BackendV2Client(self.url, user_token=user, access_token=access, tenant=tenant, clock=clock) as v2_client,
        ):
            environment = PluginEnvironment({"SYNAPSE_EXPORT_STAGING": staging})
            yield RuntimeContext(logger=NoOpLogger(), env=environment, client=client, v2_client=v2_client, clock=clock)


def export(
    caller: Caller,
    scope: Mapping[str, object],
    *,
    target: Target = "task",
    head: Head,
    exporter: ExporterKind,
    storage: int,
    path: str,
    originals: bool = True,
    requests_so_far: Callable[[], int] | None = None,
    **tunables: Any,
) -> Outcome:
    """Run one export and read what it left behind.

    Args:
        caller: Who exports.
        scope: The filter.
        target: What to export.
        head: Which acquisition head to take.
        exporter: Which exporter to use.
        storage: Id of the storage to write to.
        path: Directory of the storage to write in; this export's own.
        originals: Whether to save original files.
        requests_so_far: Counts HTTP requests, as the backend's journal does; the HTTP library's log when absent.
        **tunables: Further parameters of the export, such as ``export_page_size``.

    Returns:
        The outcome; an export that the SDK refuses or gives up is one with ``error``.

    Raises:
        SdkError: The storage cannot be read.
    """
    params = {
        "name": NAME,
        "storage": storage,
        "path": path,
        "target": target,
        "filter": dict(scope),
        "save_original_file": originals,
        "disable_async_delegate": head == "in-process",
        **tunables,
    }
    with caller.context() as context, _counted(requests_so_far) as count:
        before, begun = count(), time.perf_counter()  # wall-clock time is what is reported, whatever the world's clock
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", DeprecationWarning)  # the in-process head says so, and is wanted here
                result = ACTIONS[exporter].dispatch(params, context)
        except SdkError as refusal:
            seconds, requests = time.perf_counter() - begun, count() - before
            return Outcome(head, exporter, requests=requests, seconds=seconds, error=str(refusal), target=target)
        seconds, requests = time.perf_counter() - begun, count() - before
        assert context.client is not None
        root = context.client.open_storage(storage, "read")
        try:
            tree = _tree(root, f"{path}/{NAME}")
        finally:
            root.close()
    error = "" if result["head"] == head else f"The SDK took the {result['head']} head."
    rows = result["exported_count"] + result["failed_count"]
    return Outcome(head, exporter, tree, rows, requests, seconds, error, target)


def _tree(root: StorageRoot, folder: str) -> dict[str, bytes]:
    """Return the files below a directory of a storage by their path relative to it."""
    tree = {}
    for path in root.list(folder):
        with root.open_binary(path) as source:
            tree[path.removeprefix(f"{folder}/")] = source.read()
    return tree


ANSWERED = re.compile(r'"[A-Z]+ .* HTTP/[\d.]+" \d{3} ')


class _Log(logging.Handler):
    """Counts the requests that urllib3 logs: one line each, whoever sends them."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.requests = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line if it tells of an answered request: method, path and version stand in quotes there."""
        self.requests += ANSWERED.search(record.getMessage()) is not None


@contextmanager
def _counted(requests_so_far: Callable[[], int] | None) -> Iterator[Callable[[], int]]:
    """Yield a count of HTTP requests: the given one, or that of urllib3's log, whose lines go nowhere else."""
    if requests_so_far is not None:
        yield requests_so_far
        return
    log, handler = logging.getLogger("urllib3.connectionpool"), _Log()
    level, propagate = log.level, log.propagate
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    log.propagate = False  # the lines hold signed URLs
    try:
        yield lambda: handler.requests
    finally:
        log.removeHandler(handler)
        log.setLevel(level)
        log.propagate = propagate
