"""The action: checks what it is given, runs its steps, and hands back what came of it.

Source: to_task guide; contract.md 4 for the names and arguments of the conversion hooks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast, override

from sdk.clients.errors import AuthenticationError, AuthorizationError, ClientError
from sdk.loggers import LogLevel
from sdk.plugins.action import BaseAction
from sdk.plugins.categories.pre_annotation.actions.to_task.annotation_format import check_annotations
from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
from sdk.plugins.categories.pre_annotation.actions.to_task.download import INVALID_JSON
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import (
    BackendError,
    CriticalError,
    InvalidParamsError,
    NothingDetectedError,
    StrategyError,
)
from sdk.plugins.categories.pre_annotation.actions.to_task.filters import selection_of
from sdk.plugins.categories.pre_annotation.actions.to_task.params import ToTaskParams
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.annotate_task_data import AnnotateTaskDataStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.fetch_tasks import FetchTasksStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.finalize import FinalizeStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.initialize import InitializeStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.prepare import PrepareStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.start import StartStep
from sdk.plugins.categories.pre_annotation.actions.to_task.steps.validate import ValidateStep
from sdk.plugins.categories.pre_annotation.actions.to_task.strategies import (
    AnnotationStrategy,
    FileAnnotation,
    InferenceAnnotation,
    ValidationStrategy,
)
from sdk.plugins.enums import PluginCategory
from sdk.plugins.errors import ActionError, ParamsError, StepFailed
from sdk.plugins.run import Run
from sdk.plugins.steps import Orchestrator, StepRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sdk.clients.pagination import Row
    from sdk.plugins.context import RuntimeContext

INVALID_RESULT = "Pre-processor result is not in the task object format"


class ToTaskAction(BaseAction[ToTaskParams]):
    """Annotates tasks from files, or by inference through a pre-processor.

        action = ToTaskAction(run=run_instance, params=params)
        result = action.start()

    A plugin extends it: conditions of its own (``validation_strategies``), annotations of its own
    (``annotation_strategy``), or other formats of files and of pre-processors (the ``convert_`` and ``setup_`` hooks).

    Args:
        params: As ``ToTaskParams``, or as a mapping; checked by ``start``.
        ctx: Logger, client and clock; ``run`` holds them as well.
        run: The guide's ``run_instance``; ``sdk.plugins.run.Run`` makes one in one line.

    Attributes:
        context: State of the run, for hooks; ``None`` before it.
    """

    action_name = "to_task"
    category = PluginCategory.PRE_ANNOTATION
    params_model = ToTaskParams

    def __init__(
        self,
        params: ToTaskParams | Mapping[str, Any],
        ctx: RuntimeContext | None = None,
        *,
        run: Run | RuntimeContext | None = None,
    ) -> None:
        surroundings = ctx if ctx is not None else run
        if surroundings is None:
            raise TypeError("ToTaskAction needs a run: ToTaskAction(run=Run.from_environment(), params=params).")
        context = surroundings.context if isinstance(surroundings, Run) else surroundings
        super().__init__(cast("ToTaskParams", params), context)
        self.context: ToTaskContext | None = None

    def start(self) -> dict[str, Any]:
        """Run the action.

        Returns:
            ``status`` (``"SUCCEEDED"`` or ``"FAILED"``), ``message``, ``total``, ``success``, ``failed``, ``stand_by``
            and ``skipped_existing``; see ``outcome.result_of``.

        Raises:
            CriticalError: The run is over before the first task was written, and everything is as it was.
        """
        try:
            return self.run()
        finally:
            self.ctx.logger.flush()

    @override
    def run(self) -> dict[str, Any]:
        """Run the steps; see ``start``."""
        self.params = self._validated(self.params)
        registry: StepRegistry[ToTaskContext] = StepRegistry()
        self.setup_steps(registry)
        context = self.context = self.create_context()
        failure: Exception | None = None
        with context.resources:
            try:
                Orchestrator(registry, context).execute()
            except StepFailed as error:
                failure = error if context.is_writing else _critical(error)
                context.errors.remove(str(error))  # it is what is raised
        if failure is not None:
            for left in context.errors:  # what could not be rolled back
                failure.add_note(left)
            context.log_message(context.client.redact(str(failure)), LogLevel.CRITICAL)
            raise failure
        if context.result is None:
            raise ActionError("The steps of to_task came to no result; FinalizeStep has to be among them.")
        return context.result

    @override
    def setup_steps(self, registry: StepRegistry[Any]) -> None:
        """Register the seven steps."""
        registry.register(InitializeStep())
        registry.register(PrepareStep())
        registry.register(FetchTasksStep())
        registry.register(ValidateStep(self.validation_strategies()))
        registry.register(StartStep())
        registry.register(AnnotateTaskDataStep())
        registry.register(FinalizeStep())

    @override
    def create_context(self) -> ToTaskContext:
        """Return the context of one run; filters are checked here, before anything is requested.

        Raises:
            UnsupportedFilterError: The filters have a key or value that would select other tasks than it says.
        """
        return ToTaskContext(
            runtime_ctx=self.ctx,
            action=self,
            params=self.params,
            selection=selection_of(self.params.task_filters, self.params.project),
            strategy=self.annotation_strategy(),
        )

    def validation_strategies(self) -> Sequence[ValidationStrategy]:
        """Return conditions of the plugin's own; by default there are none."""
        return ()

    def annotation_strategy(self) -> AnnotationStrategy:
        """Return what makes annotations: by default what ``method`` says."""
        if self.params.method == "file":
            return FileAnnotation(str(self.params.target_specification_name))
        return InferenceAnnotation(int(self.params.pre_processor or 0))

    def convert_data_from_file(
        self,
        primary_file_url: str | None,
        primary_file_name: str | None,
        data_file_url: str,
        data_file_name: str | None,
        task_data: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return what a task is to hold, from its file of the target specification.

        By default the file is downloaded and has to be of the documented structure. A plugin with files of another
        format overrides this and may call ``download_json``.

        Args:
            primary_file_url: Where the file lies that the task is about, if it has one.
            primary_file_name: Its name.
            data_file_url: Where the annotation file lies.
            data_file_name: Its name.
            task_data: The task as the backend gave it.

        Raises:
            TaskError: The task cannot be annotated; any other exception counts as one.
        """
        del primary_file_url, primary_file_name, data_file_name, task_data
        return check_annotations(self.download_json(data_file_url), INVALID_JSON)

    def setup_inference_params(
        self,
        primary_file_url: str,
        primary_file_name: str | None,
        data_files: list[Row],
        *,
        model_id: int | None = None,
        pre_processor_params: dict[str, Any] | None = None,
        pre_processor_config: dict[str, Any] | None = None,
        task_data: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return what the pre-processor is asked with: the ``params`` of the request.

        Args:
            primary_file_url: Where the file lies that the task is about.
            primary_file_name: Its name.
            data_files: The other files: ``url``, ``file_name``, ``specification_name``.
            model_id: Parameter ``model``.
            pre_processor_params: Parameter of that name.
            pre_processor_config: Configuration of the release.
            task_data: The task as the backend gave it.

        Raises:
            TaskError: The task cannot be annotated; any other exception counts as one.
        """
        del primary_file_name, data_files, pre_processor_config, task_data
        body = {**(pre_processor_params or {}), "image_path": primary_file_url}
        return {"model": model_id, "method": "post", "json": body}

    def convert_data_from_inference(
        self, inference_data: Any, task_data: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return what a task is to hold, from what the pre-processor answered.

        By default the answer has to be of the documented structure, and detections below ``confidence_threshold`` are
        left out, whether the pre-processor heeds it or not.

        Args:
            inference_data: The answer.
            task_data: The task as the backend gave it.

        Raises:
            NothingDetectedError: No detection is left.
            TaskError: The task cannot be annotated; any other exception counts as one.
        """
        del task_data
        found = check_annotations(inference_data, INVALID_RESULT)
        threshold = self.params.confidence_threshold
        if threshold is not None:
            kept = [item for item in found["objects"] if item.get("properties", {}).get("confidence", 1) >= threshold]
            found = {**found, "objects": kept}
        if not found["objects"]:
            raise NothingDetectedError(
                f"No detection above the threshold{'' if threshold is None else f' {threshold:g}'}"
            )
        return found

    def download_json(self, url: str) -> Any:
        """Return the JSON document at an address, under the rules that the parameters set for annotation files.

        Args:
            url: Absolute, or a path of the API host.

        Raises:
            DownloadError: It cannot be had.
            AnnotationFormatError: It is no JSON.
        """
        if self.context is None:
            raise RuntimeError("download_json is for hooks, while the action runs.")
        return self.context.downloader.fetch(url)

    @classmethod
    @override
    def _validated(cls, params: ToTaskParams | Mapping[str, Any]) -> ToTaskParams:
        refusal: ParamsError
        try:
            return super()._validated(params)
        except ParamsError as error:
            refusal = error
        raise InvalidParamsError(str(refusal).removesuffix("."), refusal.errors)


def _critical(error: StepFailed) -> CriticalError:
    """Return what a failed step means for a run that has written nothing."""
    cause = error.__cause__
    if isinstance(cause, CriticalError):
        return cause
    critical: CriticalError
    if isinstance(cause, AuthenticationError | AuthorizationError):
        critical = BackendError(
            f"The backend refuses the caller: {cause}", "Check the token, the tenant and the rights."
        )
    elif isinstance(cause, ClientError):
        critical = BackendError(
            f"The backend did not answer what step {error.step!r} asks: {cause}",
            "Nothing was written; run it again when the backend is well.",
        )
    else:
        told = str(error) if cause is None else f"Step {error.step!r}: {type(cause).__name__}: {cause}"
        critical = StrategyError(told, "Correct the plugin's own code; nothing was written.")
    critical.__cause__ = cause
    return critical
