"""Actions that come with the SDK, by category of plugin."""
