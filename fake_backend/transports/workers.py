"""The threads that serve connections: as many as are busy at a time, and none before it is needed.

cheroot starts all of its threads at once and never more; a server that meets a client or two would pay for hundreds
when it starts and again when it stops.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from cheroot.workers.threadpool import ThreadPool, WorkerThread

if TYPE_CHECKING:
    from cheroot.server import HTTPServer


class Workers(ThreadPool):
    """cheroot's pool of threads, which grows by one when a connection comes and all are busy.

    Args:
        server: Whose connections they serve.
        most: Connections that are served at a time; others wait for a thread.
    """

    def __init__(self, server: HTTPServer, most: int) -> None:
        super().__init__(server, min=1, max=most)
        self._lock = threading.Lock()
        self._all: list[WorkerThread] = vars(self)["_threads"]  # cheroot's stubs leave it out
        self._under_way = 0  # connections that wait for a thread or have one
        self._stopped = False

    def put(self, obj: Any) -> None:
        """Have a connection served; one that comes when the pool has stopped is closed."""
        with self._lock:
            stopped = self._stopped
            if not stopped:
                self._under_way += 1
                if len(self._all) < min(self._under_way, self.max):
                    self.grow(1)
                super().put(obj)
        if stopped:
            obj.close()

    def grow(self, amount: int) -> None:
        """Start so many threads more; cheroot's own sleeps until each has said that it runs."""
        for _ in range(amount):
            worker = WorkerThread(self.server)  # type: ignore[no-untyped-call]  # cheroot's stubs have it so
            worker.start()
            self._all.append(worker)

    def served(self) -> None:
        """Note that a thread is about to be free again."""
        with self._lock:
            self._under_way -= 1

    def stop(self, timeout: int = 5) -> None:
        """Wait for every thread to end; no new one starts from here on."""
        with self._lock:
            self._stopped = True
        super().stop(timeout)
