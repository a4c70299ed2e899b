"""Who runs what may run side by side: threads, unless the runtime context has it otherwise."""

from __future__ import annotations

from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Protocol


class Executors(Protocol):
    """Makes the executors that downloads and inferences run on.

    A simulation brings its own, which takes turns by a seed instead of starting threads; what is handed to it may run
    at any moment between ``submit`` and the end of ``result``.
    """

    def __call__(self, workers: int, name: str) -> Executor:
        """Return a new executor, which its user shuts down.

        Args:
            workers: Calls that may be under way at a time.
            name: What for; threads are named by it.
        """
        ...


def threads(workers: int, name: str) -> Executor:
    """Return a pool of threads."""
    return ThreadPoolExecutor(workers, thread_name_prefix=name)
