"""A plugin's ``config.yaml``: what it is called, and which class each of its actions is.

Source: export guide, Plugin Configuration.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from sdk.plugins.action import BaseAction
from sdk.plugins.enums import PluginCategory
from sdk.plugins.errors import PluginConfigError

if TYPE_CHECKING:
    from pathlib import Path

FILE = "config.yaml"


class ActionConfig(BaseModel):
    """One action of a plugin.

    Args:
        entrypoint: Where its class is, ``package.module.Class`` or ``package.module:Class``.
        annotation_types: Kinds of data that it is offered for; for the platform, without effect on a run.
        config: Its tunables, below parameters and above the environment; see ``sdk.plugins.actions.export.settings``.
    """

    model_config = ConfigDict(extra="forbid")

    entrypoint: str
    annotation_types: list[str] = Field(default_factory=list)
    config: dict[str, Any] = Field(default_factory=dict)

    def load(self) -> type[BaseAction[Any]]:
        """Return the action's class, with ``config`` on it.

        Raises:
            PluginConfigError: There is no such module or class, or it is no action. What a plugin's module itself
                raises is handed on.
        """
        module_name, _, class_name = self.entrypoint.replace(":", ".").rpartition(".")
        refusal = PluginConfigError(
            f"The entrypoint {self.entrypoint!r} names no module that can be imported from here; "
            "package.module.Class is needed, below the directory of config.yaml."
        )
        if module_name.startswith("."):  # relative, and to nothing
            raise refusal
        try:
            module = importlib.import_module(module_name)
        except (ModuleNotFoundError, ValueError) as error:
            missing = getattr(error, "name", None)
            if missing and not f"{module_name}.".startswith(f"{missing}."):
                raise  # an import of the plugin's own
            raise refusal from error
        action = getattr(module, class_name, None)
        if not (isinstance(action, type) and issubclass(action, BaseAction)):
            kind = "has no such class" if action is None else "holds something else under that name"
            raise PluginConfigError(
                f"The entrypoint {self.entrypoint!r} is no action: {module_name} {kind}; a subclass of BaseAction is "
                "needed."
            )
        return type(action.__name__, (action,), {"config": self.config}) if self.config else action


class PluginConfig(BaseModel):
    """What ``config.yaml`` says; keys that it does not have are refused, since a misspelt one would do nothing.

    Args:
        name: For people.
        code: For the platform.
        version: Of the plugin.
        category: What it is for.
        actions: By name.
    """

    model_config = ConfigDict(extra="forbid")

    name: str
    code: str
    version: str = "0.1.0"
    category: PluginCategory = PluginCategory.CUSTOM
    actions: dict[str, ActionConfig] = Field(default_factory=dict)

    @classmethod
    def read(cls, directory: Path) -> PluginConfig:
        """Read the configuration of the plugin in a directory.

        Args:
            directory: Holds ``config.yaml``.

        Raises:
            PluginConfigError: There is no such file, it is no YAML mapping, or a key or value is not one of the above.
        """
        path = directory / FILE
        try:
            document = yaml.safe_load(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is not UTF-8"
            raise PluginConfigError(
                f"{path} cannot be read: {why.lower()}; run this in the directory of a plugin."
            ) from error
        except yaml.YAMLError as error:
            raise PluginConfigError(f"{path} is no YAML: {' '.join(str(error).split())}.") from error
        if not isinstance(document, dict):
            raise PluginConfigError(f"{path} holds {type(document).__name__}; a mapping with name and code is needed.")
        try:
            return cls.model_validate(document)
        except ValidationError as error:
            raise PluginConfigError(f"{path}: {'; '.join(map(_sentence, error.errors()))}.") from error

    def action(self, name: str) -> ActionConfig:
        """Return one action.

        Raises:
            PluginConfigError: There is none of this name.
        """
        if name not in self.actions:
            known = ", ".join(sorted(self.actions)) or "none"
            raise PluginConfigError(f"The plugin {self.code!r} has no action {name!r}; it has: {known}.")
        return self.actions[name]


def _sentence(error: Any) -> str:
    *place, key = map(str, error["loc"])
    if error["type"] == "extra_forbidden":
        model = ActionConfig if place else PluginConfig
        where = f" in {'.'.join(place)}" if place else ""
        return f"unknown key {key!r}{where}; known are {', '.join(sorted(model.model_fields))}"
    received = "" if error["type"] == "missing" else f" (received {error['input']!r})"
    return f"{'.'.join([*place, key])}: {error['msg']}{received}"
