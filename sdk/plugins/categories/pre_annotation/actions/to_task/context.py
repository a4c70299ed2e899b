"""What the steps and strategies of one run share."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sdk.clients.payloads import PayloadFetcher
from sdk.plugins.categories.pre_annotation.actions.to_task.download import JsonDownloader
from sdk.plugins.categories.pre_annotation.actions.to_task.hosts import HostPolicy
from sdk.plugins.categories.pre_annotation.actions.to_task.outcome import Tally
from sdk.plugins.categories.pre_annotation.actions.to_task.writing import TaskWriter
from sdk.plugins.steps import BaseStepContext

if TYPE_CHECKING:
    from sdk.clients.pagination import Row
    from sdk.plugins.categories.pre_annotation.actions.to_task.action import ToTaskAction
    from sdk.plugins.categories.pre_annotation.actions.to_task.filters import TaskSelection
    from sdk.plugins.categories.pre_annotation.actions.to_task.params import ToTaskParams
    from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.base import AnnotationStrategy


@dataclass(kw_only=True)
class ToTaskContext(BaseStepContext):
    """State of one run.

    Args:
        runtime_ctx: Logger, environment, client and clock.
        action: The action, for its conversion hooks.
        params: Its parameters.
        selection: What the filters select.
        strategy: What makes annotations.
        project: The project, once it is known.
        data_collection: Its data collection with ``file_specifications``, once it is known.
        agent: The agent as the backend lists it; ``None`` where the backend lists none.
        task_ids: Tasks to annotate, in ascending order.
        tally: Counts.
        first_failure: The first line about a task that failed.
        is_writing: Whether a write may have reached a task; from then on nothing is undone.
        result: What the run hands back, in the end.
        resources: Closed at the end, whatever the end.
    """

    action: ToTaskAction
    params: ToTaskParams
    selection: TaskSelection
    strategy: AnnotationStrategy
    project: Row = field(default_factory=dict)
    data_collection: Row = field(default_factory=dict)
    agent: Row | None = None
    task_ids: list[int] = field(default_factory=list)
    tally: Tally = field(default_factory=Tally)
    first_failure: str | None = None
    is_writing: bool = False
    result: dict[str, Any] | None = None
    resources: ExitStack = field(default_factory=ExitStack, repr=False)
    _downloader: JsonDownloader | None = field(default=None, init=False, repr=False)
    _writer: TaskWriter | None = field(default=None, init=False, repr=False)
    _workspace: Path | None = field(default=None, init=False, repr=False)

    @property
    def specifications(self) -> list[Row]:
        """File specifications of the data collection."""
        found = self.data_collection.get("file_specifications")
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    @property
    def downloader(self) -> JsonDownloader:
        """Fetches annotation files from where the parameters allow."""
        if self._downloader is None:
            self._downloader = JsonDownloader(
                clock=self.clock,
                policy=HostPolicy(self.params.allowed_hosts, self.params.allow_http),
                max_bytes=self.params.max_annotation_bytes,
                base_url=self.client.base_url,
            )
            self.resources.callback(self._downloader.close)
        return self._downloader

    @property
    def writer(self) -> TaskWriter:
        """Writes annotations."""
        if self._writer is None:
            payloads = PayloadFetcher(clock=self.clock, executors=self.runtime_ctx.executors)
            self.resources.callback(payloads.close)
            self._writer = TaskWriter(self.client, payloads, self.params.schema_)
        return self._writer

    @property
    def workspace(self) -> Path:
        """A directory for temporary files, made when it is first asked for and gone when the run is over."""
        if self._workspace is None:
            self._workspace = Path(self.resources.enter_context(TemporaryDirectory(prefix="to-task-")))
        return self._workspace
