"""What ends a run of to_task, and what ends the annotation of one task, as one tree below ``ActionError``.

ToTaskError                      base: ``code`` and one sentence that is safe to log
├── CriticalError                the run is over, with ``message`` and ``remedy``; no task was written
│   ├── InvalidParamsError       parameters that cannot be met; nothing was requested; also a ``ParamsError``
│   │   └── UnsupportedFilterError  a task filter that would select something else
│   ├── InvalidProjectError      "Invalid project"
│   ├── NoDataCollectionError    "Project has no data collection"
│   ├── NoSpecificationError     "Target specification not found"
│   ├── AgentError               an agent that is not there, or may not work on the project
│   ├── NoPreProcessorError      "Pre-processor not found"
│   ├── DataTypeError            a pre-processor that does not take what the tasks show
│   ├── NotActiveError           "Pre-processor not active"
│   ├── NoTasksError             "No tasks found matching filters"
│   ├── SelectionError           the backend listed tasks that the filter leaves out
│   ├── BackendError             the backend did not answer what the run has to know
│   └── StrategyError            a strategy of the plugin's own failed before the first task
└── TaskError                    one task cannot be annotated and is left as it was
    ├── TaskFilesError           its data unit lacks what the method needs
    ├── DownloadError            "Failed to download JSON from URL"
    │   └── HostRefusedError     the address may not be asked
    ├── AnnotationFormatError    what was found is not of the documented structure
    ├── InferenceError           the pre-processor gave no usable answer
    │   ├── InferenceTimeoutError  "Pre-processor inference timeout"
    │   └── NothingDetectedError   nothing above the threshold
    ├── ConversionError          a hook of the plugin's own failed
    └── NotWrittenError          the backend did not take the annotations

The words in quotes are the to_task guide's (Error Handling, Common Errors and Solutions, Validation Errors).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from sdk.plugins.errors import ActionError, ParamsError

if TYPE_CHECKING:
    from collections.abc import Sequence


class ToTaskError(ActionError):
    """A run of to_task, or one task of it, that did not reach its end."""

    code: ClassVar[str] = "to_task_failed"


class CriticalError(ToTaskError):
    """The run is over before a task was written, and everything is as it was.

    Args:
        message: What is wrong, without a full stop.
        remedy: What to do about it, as a sentence.
    """

    code = "critical"

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(f"{message}. {remedy}")
        self.message = message
        self.remedy = remedy


class InvalidParamsError(CriticalError, ParamsError):
    """Parameters that cannot be met; nothing was requested.

    Args:
        message: What is wrong with which field, without a full stop.
        errors: One entry for each field, as ``ParamsError`` has them.
        remedy: What to do about it.
    """

    code = "invalid_params"

    def __init__(
        self,
        message: str,
        errors: Sequence[dict[str, Any]] = (),
        remedy: str = "Correct the parameters; nothing was requested.",
    ) -> None:
        CriticalError.__init__(self, message, remedy)
        self.errors = list(errors)


class UnsupportedFilterError(InvalidParamsError):
    """A key or value of ``task_filters`` that would select other tasks than it says; nothing was requested.

    Args:
        message: Which, and what would do; without a full stop.
    """

    code = "unsupported_filter"

    def __init__(self, message: str) -> None:
        told = {"loc": ("task_filters",), "msg": message, "type": self.code}
        super().__init__(message, [told], "Correct task_filters; nothing was requested.")


class _GuideError(CriticalError):
    """An error that the guide has words for.

    Args:
        detail: What more is known.
        remedy: What to do, where more is known than the guide's solution.

    Attributes:
        headline: The guide's words for it.
        solution: The guide's solution.
    """

    headline: ClassVar[str]
    solution: ClassVar[str]

    def __init__(self, detail: str = "", remedy: str | None = None) -> None:
        super().__init__(f"{self.headline}: {detail}" if detail else self.headline, remedy or self.solution)


class InvalidProjectError(_GuideError):
    """The project does not exist for this caller."""

    code = "invalid_project"
    headline = "Invalid project"
    solution = "Check project ID and permissions."


class NoDataCollectionError(_GuideError):
    """The project's tasks show nothing."""

    code = "no_data_collection"
    headline = "Project has no data collection"
    solution = "Link a data collection to your project before running."


class NoSpecificationError(_GuideError):
    """No file specification of the project has the target's name."""

    code = "no_target_specification"
    headline = "Target specification not found"
    solution = "Verify the target_specification_name exists in project file specifications."


class AgentError(CriticalError):
    """The agent is not there, or may not work on the project."""

    code = "agent_unusable"


class NoPreProcessorError(_GuideError):
    """There is no such plugin release, or it is no pre-processor."""

    code = "no_pre_processor"
    headline = "Pre-processor not found"
    solution = "Check pre-processor ID and status."


class DataTypeError(CriticalError):
    """The pre-processor does not take the data type of the project's tasks."""

    code = "data_type"


class NotActiveError(_GuideError):
    """The pre-processor does not run: in a terminal state, not in time, or not to be started."""

    code = "pre_processor_not_active"
    headline = "Pre-processor not active"
    solution = "Deploy and start your pre-processor before running inference annotation."


class NoTasksError(_GuideError):
    """The filter selects nothing."""

    code = "no_tasks"
    headline = "No tasks found matching filters"
    solution = "Check your task_filters criteria and verify tasks exist."


class SelectionError(CriticalError):
    """The backend listed tasks that the filter leaves out."""

    code = "selection"


class BackendError(CriticalError):
    """The backend did not answer what the run has to know."""

    code = "backend"


class StrategyError(CriticalError):
    """A strategy of the plugin's own failed before the first task."""

    code = "strategy"


class TaskError(ToTaskError):
    """One task cannot be annotated and is left as it was; its sentence is the reason that is logged."""

    code = "task_failed"


class TaskFilesError(TaskError):
    """The task's data unit lacks a file that the method needs."""

    code = "task_files"


class DownloadError(TaskError):
    """The annotation file cannot be had.

    Args:
        reason: Why.
        url: Address, signature masked.
        status: Status of the last answer, if there was one.
    """

    code = "download"
    headline: ClassVar[str] = "Failed to download JSON from URL"

    def __init__(self, reason: str, *, url: str = "", status: int | None = None) -> None:
        super().__init__(f"{self.headline}{f' {url}' if url else ''}: {reason}")
        self.url = url
        self.status = status


class HostRefusedError(DownloadError):
    """The annotation file lies where nothing may be fetched from."""

    code = "host_refused"


class AnnotationFormatError(TaskError):
    """The annotations are not of the documented structure; the sentence names the place."""

    code = "annotation_format"


class InferenceError(TaskError):
    """The pre-processor gave no usable answer."""

    code = "inference"


class InferenceTimeoutError(InferenceError):
    """The pre-processor did not answer in time."""

    code = "inference_timeout"
    headline: ClassVar[str] = "Pre-processor inference timeout"

    def __init__(self, reason: str = "") -> None:
        super().__init__(f"{self.headline}: {reason}" if reason else self.headline)


class NothingDetectedError(InferenceError):
    """The pre-processor found nothing above the threshold."""

    code = "nothing_detected"


class ConversionError(TaskError):
    """A hook of the plugin's own failed."""

    code = "conversion"


class NotWrittenError(TaskError):
    """The backend did not take the annotations, or it is not known whether it did."""

    code = "not_written"
