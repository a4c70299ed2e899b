"""Plugins: actions, their steps, and the context that they run in."""
