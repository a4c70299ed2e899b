"""The context that an action runs in."""

from sdk.plugins.context.environment import PluginEnvironment
from sdk.plugins.context.runtime import RuntimeContext

__all__ = ["PluginEnvironment", "RuntimeContext"]
