"""What an action is, and the way into it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic import ValidationError as PydanticValidationError

from sdk.loggers.levels import LogLevel
from sdk.plugins.errors import ParamsError
from sdk.plugins.steps import BaseStepContext, Orchestrator, StepRegistry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.backend import BackendClient
    from sdk.clock import Clock
    from sdk.loggers import BaseLogger
    from sdk.plugins.context import RuntimeContext
    from sdk.plugins.enums import PluginCategory


class BaseAction[P: BaseModel]:
    """One thing that a plugin can do, with validated parameters.

    A subclass overrides ``execute`` (simple mode) or ``setup_steps`` (step mode); steps take precedence.
    Source: export guide, BaseExportAction and execution modes.

    Args:
        params: Validated parameters.
        ctx: Logger, settings, clients and clock.
    """

    action_name: ClassVar[str | None] = None
    category: ClassVar[PluginCategory | None] = None
    params_model: type[BaseModel]

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "params_model" in cls.__dict__:
            return
        for base in getattr(cls, "__orig_bases__", ()):
            for argument in get_args(base) if isinstance(get_origin(base), type) else ():
                if isinstance(argument, type) and issubclass(argument, BaseModel):
                    cls.params_model = argument

    def __init__(self, params: P, ctx: RuntimeContext) -> None:
        self.params = params
        self.ctx = ctx

    @classmethod
    def dispatch(cls, params: P | Mapping[str, Any], ctx: RuntimeContext) -> Any:
        """Validate parameters, run the action, and hand its result back.

        What the logger holds back is sent at the end, on success and on failure; ``ctx.logger.finish()`` stays with
        the caller.

        Args:
            params: Parameters as a mapping, or as the model.
            ctx: What the run uses.

        Raises:
            ParamsError: The model refuses the parameters; each offending field is named, values are not shown.
        """
        action = cls(cls._validated(params), ctx)
        try:
            return action.run()
        finally:
            ctx.logger.flush()

    @property
    def logger(self) -> BaseLogger:
        """Logger of the context."""
        return self.ctx.logger

    @property
    def clock(self) -> Clock:
        """Clock of the context."""
        return self.ctx.clock

    @property
    def client(self) -> BackendClient:
        """The v1 client of the context.

        Raises:
            RuntimeError: The context has none.
        """
        if self.ctx.client is None:
            raise RuntimeError("No client in the runtime context; give RuntimeContext(client=...) one.")
        return self.ctx.client

    def run(self) -> Any:
        """Run the action: its steps where there are any, else ``execute``."""
        registry: StepRegistry[Any] = StepRegistry()
        self.setup_steps(registry)
        if not registry:
            return self.execute()
        return Orchestrator(registry, self.create_context()).execute()

    def execute(self) -> Any:
        """Do the work in simple mode.

        Raises:
            NotImplementedError: Neither this nor ``setup_steps`` is overridden.
        """
        raise NotImplementedError(f"{type(self).__name__} overrides neither execute() nor setup_steps().")

    def setup_steps(self, registry: StepRegistry[Any]) -> None:
        """Register the steps of step mode; by default there are none.

        Args:
            registry: Takes the steps in order.
        """

    def create_context(self) -> BaseStepContext:
        """Return the context that the steps share."""
        return BaseStepContext(runtime_ctx=self.ctx)

    def set_progress(self, current: int, total: int, step: str | None = None, *, category: str | None = None) -> None:
        """Report progress.

        Args:
            current: Units done.
            total: Units in all.
            step: What the units belong to, for example ``dataset_conversion``.
            category: Other name of ``step``.
        """
        self.ctx.set_progress(current, total, step or category)

    def set_metrics(self, value: Mapping[str, Any], step: str) -> None:
        """Report counters; see ``RuntimeContext.set_metrics``."""
        self.ctx.set_metrics(value, step)

    def log(
        self, event: str, data: Mapping[str, Any], *, level: LogLevel = LogLevel.INFO, file: str | None = None
    ) -> None:
        """Report an event; see ``RuntimeContext.log``."""
        self.ctx.log(event, data, level=level, file=file)

    def log_message(self, message: str, level: LogLevel = LogLevel.INFO, *, key: str | None = None) -> None:
        """Tell the user something; see ``RuntimeContext.log_message``."""
        self.ctx.log_message(message, level, key=key)

    @classmethod
    def _validated(cls, params: P | Mapping[str, Any]) -> P:
        model = getattr(cls, "params_model", None)
        if model is None:
            raise TypeError(f"{cls.__name__} names no params_model.")
        if isinstance(params, model):
            return cast("P", params)
        failure: ParamsError
        try:
            return cast("P", model.model_validate(dict(params)))
        except PydanticValidationError as error:
            found: list[dict[str, Any]] = [
                {"loc": entry["loc"], "msg": entry["msg"], "type": entry["type"]}
                for entry in error.errors(include_input=False, include_context=False, include_url=False)
            ]
            told = "; ".join(f"{'.'.join(map(str, entry['loc'])) or 'params'}: {entry['msg']}" for entry in found)
            failure = ParamsError(f"{cls.__name__} cannot run with these parameters: {told}.", found)
        raise failure
