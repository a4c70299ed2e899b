"""The reference client's path of ``PluginEnvironment``."""

from sdk.plugins.context.environment import PluginEnvironment

__all__ = ["PluginEnvironment"]
