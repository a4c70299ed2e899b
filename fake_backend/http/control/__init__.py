"""``/_fake/``: what a test tells the fake itself, and nobody else may."""

from fake_backend.http.control.views import control

__all__ = ["control"]
