"""The second API: ``/v2/``, envelopes of data and meta, opaque errors with codes."""

from fake_backend.http.v2.async_jobs import async_jobs
from fake_backend.http.v2.plugin_exports import plugin_exports
from fake_backend.http.v2.tasks import tasks

BLUEPRINTS = (tasks, plugin_exports, async_jobs)

__all__ = ["BLUEPRINTS"]
