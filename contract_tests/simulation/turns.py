"""Runs what may run side by side in an order that is drawn, one after the other, without threads."""

from __future__ import annotations

from concurrent.futures import Executor, Future
from functools import partial
from typing import TYPE_CHECKING, Any, override

if TYPE_CHECKING:
    from collections.abc import Callable

    from contract_tests.simulation.lot import Lot

AT_ONCE = 0.3  # chance that something runs before whoever submits goes on


class _Turn[T](Future[T]):
    """A call that runs when it is its turn, at the latest when somebody waits for it."""

    def __init__(self, until: Callable[[Future[Any]], None]) -> None:
        super().__init__()
        self._until = until

    @override
    def result(self, timeout: float | None = None) -> T:
        self._until(self)
        return super().result(0)

    @override
    def exception(self, timeout: float | None = None) -> BaseException | None:
        self._until(self)
        return super().exception(0)


class Turns(Executor):
    """An executor that takes calls in a drawn order.

    As with threads, as many calls may overtake each other as there are workers; unlike with threads each of them is
    over before the next begins, so the order is the whole story.

    Args:
        workers: Calls that may be under way at a time.
        lot: What draws.
    """

    def __init__(self, workers: int, lot: Lot) -> None:
        self._workers = workers
        self._lot = lot
        self._waiting: list[tuple[Future[Any], Callable[[], Any]]] = []
        self._is_over = False

    @override
    def submit[**P, T](self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        if self._is_over:
            raise RuntimeError("cannot schedule new futures after shutdown")
        turn = _Turn[T](self._run_until)
        self._waiting.append((turn, partial(fn, *args, **kwargs)))
        while self._waiting and self._lot.happens(AT_ONCE):
            self._run_one()
        return turn

    @override
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._is_over = True
        if cancel_futures:
            for turn, _ in self._waiting:
                turn.cancel()
        while self._waiting:
            self._run_one()

    def _run_until(self, turn: Future[Any]) -> None:
        while not turn.done() and self._waiting:
            self._run_one()

    def _run_one(self) -> None:
        turn, call = self._waiting.pop(self._lot.randrange(min(self._workers, len(self._waiting))))
        if not turn.set_running_or_notify_cancel():
            return
        try:
            turn.set_result(call())
        except BaseException as error:  # noqa: BLE001 (whoever waits for it gets it, as from any executor)
            turn.set_exception(error)
