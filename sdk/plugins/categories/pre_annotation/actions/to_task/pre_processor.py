"""What a plugin release says about itself as a pre-processor (contract.md 4, prepare inference)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from sdk.plugins.categories.pre_annotation.actions.to_task.errors import NoPreProcessorError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sdk.clients.pagination import Row


@dataclass(frozen=True)
class PreProcessor:
    """One release of a pre-processor plugin.

    Args:
        release: Id of the release.
        code: Code of the plugin.
        version: Version of the release.
        config: Its configuration.
        num_cpus: Processors of a replica.
        num_gpus: Graphics processors of a replica.
        memory: Memory of a replica in bytes, if it says so.
        replicas: How many, if it says so.
        max_batch_size: Images that it takes at a time.
        data_types: Types of data that it takes, in lower case; none means that it does not say.
    """

    release: int
    code: str
    version: str
    config: Mapping[str, Any] = field(repr=False)
    num_cpus: float = 1
    num_gpus: float = 0.1
    memory: int | None = None
    replicas: int | None = None
    max_batch_size: int = 1
    data_types: frozenset[str] = frozenset()

    @classmethod
    def of(cls, release: int, row: Row) -> Self:
        """Read a release.

        Args:
            release: Its id.
            row: As the backend gives it.

        Raises:
            NoPreProcessorError: It names no plugin or version.
        """
        config = _object(row.get("config"))
        code, version = config.get("code"), row.get("version")
        if not code or not version:
            raise NoPreProcessorError(f"release {release} has no valid configuration: code and version are needed")
        actions = _object(config.get("actions"))
        needs = _object(_object(actions.get("inference")).get("required_resources"))
        options = _object(_object(actions.get("deployment")).get("serve_options"))
        size = _number(_object(options.get("batch")), "max_batch_size")
        memory, replicas = _number(needs, "memory", "memory_bytes"), _number(needs, "num_replicas")
        return cls(
            release,
            str(code),
            str(version),
            config,
            num_cpus=_number(needs, "required_cpu_count", "num_cpus", default=1),
            num_gpus=_number(needs, "required_gpu_count", "num_gpus", default=0.1),
            memory=None if memory is None else int(memory),
            replicas=None if replicas is None else int(replicas),
            max_batch_size=max(1, int(size or 1)),
            data_types=frozenset(_data_types(config)),
        )

    @property
    def name(self) -> str:
        """What it is served under."""
        return f"{self.code}@{self.version}"

    @property
    def deployment_params(self) -> dict[str, float]:
        """Parameters of its deployment."""
        more = {"num_replicas": self.replicas, "memory": self.memory}
        known = {name: value for name, value in more.items() if value is not None}
        return {"num_cpus": self.num_cpus, "num_gpus": self.num_gpus, **known}

    def takes(self, data_type: str) -> bool:
        """Return whether it takes a type of data, as far as it says."""
        return not self.data_types or data_type.lower() in self.data_types


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(values: Mapping[str, Any], *names: str, default: Any = None) -> Any:
    found = (values.get(name) for name in names)
    return next((value for value in found if isinstance(value, int | float) and not isinstance(value, bool)), default)


def _data_types(config: Mapping[str, Any]) -> list[str]:
    """Return the types of a plugin's configuration: ``data_type``, or a list, or what its tasks begin with."""
    for key in ("data_type", "supported_data_types", "supported_data_type"):
        value = config.get(key)
        named = [value] if isinstance(value, str) else value
        if isinstance(named, list) and named:
            return [str(name).lower() for name in named]
    tasks = config.get("tasks")
    return [str(task).partition(".")[0].lower() for task in tasks] if isinstance(tasks, list) else []
