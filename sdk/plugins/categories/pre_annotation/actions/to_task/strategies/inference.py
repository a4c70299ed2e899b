"""Annotations from a pre-processor (to_task guide, Inference-based Annotation Details).

There is no batch endpoint: as many requests as a batch holds are under way at a time, and the pre-processor merges them
(contract.md 4, batch). A batch is what the caller asks for, else what the release says that it takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, override

from sdk.clients.errors import ConfigurationError, NotFoundError
from sdk.plugins.categories.pre_annotation.actions.to_task.calls import Call, Inferences
from sdk.plugins.categories.pre_annotation.actions.to_task.capacity import Capacity
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import (
    DataTypeError,
    NoPreProcessorError,
    TaskFilesError,
)
from sdk.plugins.categories.pre_annotation.actions.to_task.pre_processor import PreProcessor
from sdk.plugins.categories.pre_annotation.actions.to_task.readiness import Readiness
from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.base import AnnotationStrategy

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sdk.clients.agent import AgentClient
    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
    from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.base import Annotated
    from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import Task


class InferenceAnnotation(AnnotationStrategy):
    """Sends each task's primary file to a pre-processor, and its answer to the action's hooks.

    Args:
        release: Id of the plugin release.
    """

    def __init__(self, release: int) -> None:
        self._release = release
        self._pre_processor: PreProcessor | None = None
        self._readiness: Readiness | None = None
        self._inferences: Inferences | None = None

    @override
    def prepare(self, context: ToTaskContext) -> None:
        try:
            row = context.client.get_plugin_release(self._release)
        except NotFoundError as error:
            raise NoPreProcessorError(f"release {self._release}") from error
        pre_processor = PreProcessor.of(self._release, row)
        _ensure_data_type(context, pre_processor)
        readiness = Readiness(
            client=context.client,
            agent=context.params.agent,
            pre_processor=pre_processor,
            capacity=Capacity(_agent_client(context), context.params.agent, pre_processor),
            timeout=context.params.ready_timeout,
            tell=context.log_message,
            job_id=context.runtime_ctx.job_id,
        )
        readiness.refuse_hopeless(auto_start=context.params.auto_start)
        self._pre_processor, self._readiness = pre_processor, readiness
        self._inferences = Inferences(context, pre_processor, readiness)

    @override
    def start(self, context: ToTaskContext) -> None:
        _prepared(self._readiness).ensure(auto_start=context.params.auto_start)

    @override
    def undo(self, context: ToTaskContext) -> None:
        if self._readiness is not None:
            self._readiness.stop()

    @override
    def window(self, context: ToTaskContext) -> int:
        return context.params.requested_batch or _prepared(self._pre_processor).max_batch_size

    @override
    def annotate(self, context: ToTaskContext, task: Task) -> dict[str, Any]:
        [(_, outcome)] = self.annotate_window(context, [task])
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    @override
    def annotate_window(self, context: ToTaskContext, tasks: Sequence[Task]) -> Iterator[Annotated]:
        calls = [self._call(context, task) for task in tasks]
        _prepared(self._inferences).get([call for call in calls if call.error is None])
        for call in calls:
            yield call.task, call.error or _converted(context, call)

    def _call(self, context: ToTaskContext, task: Task) -> Call:
        """Return the call of a task, with what the action's hook puts together, or why there is nothing to ask with."""
        pre_processor = _prepared(self._pre_processor)
        try:
            primary = task.primary_file()
            data_type = _data_types(context).get(primary.specification or "")
            if data_type is not None and not pre_processor.takes(data_type):
                raise TaskFilesError(f"Pre-processor {pre_processor.name} does not take {data_type}")  # noqa: TRY301
            params = context.action.setup_inference_params(
                str(primary.url),
                primary.name,
                [
                    {"url": file.url, "file_name": file.name, "specification_name": file.specification}
                    for file in task.files
                    if file.url and not file.is_primary
                ],
                model_id=context.params.model,
                pre_processor_params=dict(context.params.pre_processor_params),
                pre_processor_config=dict(pre_processor.config),
                task_data=task.row,
            )
        except Exception as error:  # noqa: BLE001  (a plugin's hook may raise anything)
            return Call(task, error=error)
        return Call(task, params)


def _converted(context: ToTaskContext, call: Call) -> dict[str, Any] | Exception:
    try:
        return context.action.convert_data_from_inference(call.answer, task_data=call.task.row)
    except Exception as error:  # noqa: BLE001  (a plugin's hook may raise anything)
        return error


def _prepared[T](value: T | None) -> T:
    if value is None:
        raise RuntimeError("The pre-processor is not known yet; prepare() has to come first.")
    return value


def _data_types(context: ToTaskContext) -> dict[str, str]:
    """Return the type of data of each specification that says it."""
    return {
        str(row.get("name")): str(row["file_type"]).lower() for row in context.specifications if row.get("file_type")
    }


def _ensure_data_type(context: ToTaskContext, pre_processor: PreProcessor) -> None:
    types = _data_types(context)
    primary = {str(row.get("name")) for row in context.specifications if row.get("is_primary")}
    shown = sorted({kind for name, kind in types.items() if name in primary} or set(types.values()))
    if shown and not any(map(pre_processor.takes, shown)):
        taken = ", ".join(sorted(pre_processor.data_types))
        raise DataTypeError(
            f"Pre-processor {pre_processor.name} takes {taken}, and the project's tasks show {', '.join(shown)}",
            "Choose a pre-processor that supports the data types in your tasks.",
        )


def _agent_client(context: ToTaskContext) -> AgentClient | None:
    """Return a client of the agent, closed with the run; ``None`` where it cannot be asked (contract.md 4)."""
    if context.agent is None:
        return None
    try:
        found = context.client.agent_client(context.agent)
    except ConfigurationError as error:
        context.log_message(f"Agent {context.params.agent} is not asked for its capacity: {error}")
        return None
    if found is not None:
        context.resources.callback(found.close)
    return found
