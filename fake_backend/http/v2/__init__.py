"""The second API: ``/v2/``, envelopes of data and meta, opaque errors with codes."""

from fake_backend.http.v2.account import account
from fake_backend.http.v2.async_jobs import async_jobs
from fake_backend.http.v2.bulk import bulk
from fake_backend.http.v2.ground_truth import ground_truth
from fake_backend.http.v2.jobs import jobs
from fake_backend.http.v2.lists import lists
from fake_backend.http.v2.plugin_exports import plugin_exports
from fake_backend.http.v2.singles import singles

BLUEPRINTS = (lists, singles, bulk, ground_truth, plugin_exports, async_jobs, jobs, account)

__all__ = ["BLUEPRINTS"]
