"""The tunables of an export, and who may set them.

Precedence, highest first: field of the params > ``extra_params`` > configuration of the action > environment >
default. One exception: the environment's kill switch cannot be undone by any of the others.

Source: export guide, delegation gate and thresholds; contract.md 1.4 and 2.4 for names and defaults.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Self

from sdk.clients.retry import PagePolicy, Timeouts
from sdk.plugins.actions.export.errors import ExportSettingError

if TYPE_CHECKING:
    from collections.abc import Mapping

KILL_SWITCH = "SYNAPSE_EXPORT_DISABLE_ASYNC_DELEGATE"
FORCE_V1 = "SYNAPSE_FORCE_V1_EXPORT"
BULK_LIMIT = 200  # ids that a bulk call takes, and rows that a v2 page holds (contract.md 3.1)
PAGE_LIMIT = 1000  # rows that a v1 page holds at most (contract.md 3.2)
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


@dataclass(frozen=True)
class Sources:
    """Where settings come from, highest precedence first.

    Args:
        fields: Fields of the params model; ``None`` means not given.
        extra_params: ``ExportParams.extra_params``.
        config: Configuration of the action.
        environ: Environment variables, the plugin's own before those of the process.
        process: Those of the process alone, where the operator sets what nobody undoes.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    extra_params: Mapping[str, Any] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=dict)
    process: Mapping[str, str] = field(default_factory=dict)

    def first(self, field_name: str, key: str, variable: str) -> tuple[str, Any] | None:
        """Return the winning value with the name of its source; ``None`` when nobody sets it.

        Args:
            field_name: Its name in the params model.
            key: Its name in ``extra_params`` and in the configuration.
            variable: Its name in the environment; blank there means not given.
        """
        places = (
            (field_name, self.fields.get(field_name)),
            (f"extra_params[{key!r}]", self.extra_params.get(key)),
            (f"config[{key!r}]", self.config.get(key)),
            (variable, self.environ.get(variable, "").strip() or None),
        )
        return next(((name, value) for name, value in places if value is not None), None)

    def number(
        self,
        key: str,
        default: float,
        low: float,
        high: float = float("inf"),
        *,
        whole: bool = False,
        field_name: str | None = None,
    ) -> float:
        """Return a tunable number.

        Args:
            key: Its name as key; the environment spells it ``SYNAPSE_<KEY>``.
            default: What it is when nobody sets it.
            low: The least that is taken.
            high: The most that is taken.
            whole: Whether it has to be a whole number.
            field_name: Its name as field, where that is another.

        Raises:
            ExportSettingError: The winning value is no such number.
        """
        found = self.first(field_name or key, key, f"SYNAPSE_{key.upper()}")
        if found is None:
            return default
        name, raw = found
        try:
            value = float(raw) if not isinstance(raw, bool) else float("nan")
        except (TypeError, ValueError):
            value = float("nan")
        if not low <= value <= high or (whole and not value.is_integer()):
            kind = "whole number" if whole else "number"
            limits = f"of at least {low:g}" if high == float("inf") else f"from {low:g} to {high:g}"
            raise ExportSettingError(f"The export setting {name} is {raw!r}; a {kind} {limits} is needed.")
        return value

    def flag(self, field_name: str, key: str, variable: str) -> tuple[str, bool] | None:
        """Return a switch with the name of its source; ``None`` when nobody sets it.

        Raises:
            ExportSettingError: The winning value is neither true nor false.
        """
        found = self.first(field_name, key, variable)
        return None if found is None else (found[0], truth(*found))


def truth(name: str, value: object) -> bool:
    """Return what a switch says.

    Args:
        name: Where it is set, for the sentence.
        value: A boolean, or 1, true, yes, on, 0, false, no, off in any case; blank is off.

    Raises:
        ExportSettingError: It is none of these.
    """
    word = str(value).strip().lower()
    if word in _TRUE:
        return True
    if word in _FALSE:
        return False
    raise ExportSettingError(f"The export setting {name} is {value!r}; true or false is needed.")


@dataclass(frozen=True)
class ExportSettings:
    """The tunables of one export.

    Args:
        policy: Page retries, throttle and time-outs of lists and bulk calls.
        page_size: Rows of a v1 page of ids.
        bulk_size: Rows of a v2 page, and ids of a bulk call.
        chunk_size: Rows that the server-side job reads at a time; ``None`` leaves that to the server.
        inactivity_seconds: Silence of a job after which it is given up.
        ceiling_seconds: Time after which a job is given up however lively it is; ``None`` for no such limit.
        max_payload_bytes: The largest payload that is taken.
        payload_workers: Payloads that are downloaded at a time.
        force_v1: Whether the in-process head uses the v1 surface alone.
        async_job_size_threshold: Deprecated: read and checked, since older configurations set it, and decides nothing.
    """

    policy: PagePolicy = field(default_factory=PagePolicy.export_default)
    page_size: int = PAGE_LIMIT
    bulk_size: int = BULK_LIMIT
    chunk_size: int | None = None
    inactivity_seconds: float = 3600.0
    ceiling_seconds: float | None = None
    max_payload_bytes: int = 64 * 2**20
    payload_workers: int = 8
    force_v1: bool = False
    async_job_size_threshold: int = 1000

    @classmethod
    def resolve(cls, sources: Sources, *, throttle: float = 0.2) -> Self:
        """Return the tunables that the sources ask for.

        Args:
            sources: Where they may be set.
            throttle: Seconds between two pages where none of them says it; 0.2 is that of tasks (contract.md 1.4).

        Raises:
            ExportSettingError: A value is of the wrong kind or out of range.
        """
        policy = PagePolicy.export_default(throttle)
        read = policy.timeouts or Timeouts(connect=5, read=30)
        policy = replace(
            policy,
            retries=int(sources.number("export_page_retries", policy.retries, 0, whole=True)),
            backoff=sources.number("export_page_retry_backoff", policy.backoff, 0),
            throttle=sources.number("export_throttle_seconds", policy.throttle, 0),
            timeouts=replace(read, read=sources.number("export_read_timeout", read.read, 0.001)),
        )
        chunk = sources.number("export_chunk_size", 0, 1, whole=True)
        ceiling = sources.number("export_delegate_poll_wall_clock_ceiling_seconds", 0, 0)
        threshold = sources.number(
            "export_async_job_size_threshold", 1000, 0, whole=True, field_name="async_job_size_threshold"
        )
        force = sources.flag("export_force_v1", "export_force_v1", FORCE_V1)
        return cls(
            policy=policy,
            page_size=int(sources.number("export_page_size", PAGE_LIMIT, 1, PAGE_LIMIT, whole=True)),
            bulk_size=min(BULK_LIMIT, int(sources.number("export_v2_page_size", BULK_LIMIT, 1, whole=True))),
            chunk_size=int(chunk) or None,
            inactivity_seconds=sources.number("export_delegate_poll_inactivity_deadline_seconds", 3600, 1),
            ceiling_seconds=ceiling or None,
            max_payload_bytes=int(sources.number("export_max_payload_bytes", 64 * 2**20, 1, whole=True)),
            payload_workers=int(sources.number("export_payload_workers", 8, 1, 64, whole=True)),
            force_v1=bool(force and force[1]),
            async_job_size_threshold=int(threshold),
        )
