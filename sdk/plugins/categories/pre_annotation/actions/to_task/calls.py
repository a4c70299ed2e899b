"""Inferences under way: sent, sent again when they were cut or nobody was there, and waited for when they are deferred.

Source: contract.md 4, deferred inference and batch. An inference writes nothing, so a lost one may be asked for again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sdk.clients.errors import ClientConnectionError, ClientError, ClientTimeoutError, IncompleteResponseError
from sdk.clients.retry import Timeouts
from sdk.plugins.categories.pre_annotation.actions.to_task.deferred import LONGEST_WAIT, pauses, question, ticket_of
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import (
    InferenceError,
    InferenceTimeoutError,
    NotActiveError,
)
from sdk.plugins.categories.pre_annotation.actions.to_task.standing import Place
from sdk.plugins.categories.pre_annotation.actions.to_task.writing import told

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sdk.plugins.categories.pre_annotation.actions.to_task.context import ToTaskContext
    from sdk.plugins.categories.pre_annotation.actions.to_task.pre_processor import PreProcessor
    from sdk.plugins.categories.pre_annotation.actions.to_task.readiness import Readiness
    from sdk.plugins.categories.pre_annotation.actions.to_task.tasks import Task

TIMEOUTS = Timeouts(connect=5, read=100)  # the gateway cuts at 90 s, and says so
SENDS = 3  # of one inference, while it is cut, or the pre-processor away or busy
FIRST_WAIT = 2.0  # seconds, doubling
MOST_AT_A_TIME = 32  # connections that are kept to one host
_INTERNAL = 500
_CUT = frozenset({408, 504, 522, 524})  # somebody in between has not waited for the answer
_AGAIN = _CUT | {425, 429, 502, 503, 520}  # the result is still to be had
_PENDING = _AGAIN | {500}  # about a ticket these say nothing
_NO_REASON = frozenset({"", "internal server error", "server error"})


@dataclass
class Call:
    """The inference of one task.

    Args:
        task: The task.
        params: What the pre-processor is asked with.
        answer: What it answered.
        error: Why there is no answer.
    """

    task: Task
    params: dict[str, Any] | None = None
    answer: Any = None
    error: Exception | None = None


class Inferences:
    """Gets answers from a pre-processor that may be slow, away or gone.

    Args:
        context: Of the run.
        pre_processor: The release.
        readiness: Looks at it, and waits for it.
    """

    def __init__(self, context: ToTaskContext, pre_processor: PreProcessor, readiness: Readiness) -> None:
        self._context = context
        self._pre_processor = pre_processor
        self._readiness = readiness
        self._lost: NotActiveError | None = None

    def get(self, calls: Sequence[Call]) -> None:
        """Give each call its answer, or the error that says why there is none.

        Args:
            calls: With their parameters; they are under way together.
        """
        self._send(calls)
        self._wait_for_tickets([call for call in calls if call.error is None])
        for call in calls:
            if isinstance(call.error, ClientError):
                call.error = _failure(call.error)
            elif call.error is None and not call.answer:
                call.error = InferenceError("Pre-processor returned an empty response")

    def _send(self, calls: Sequence[Call]) -> None:
        for attempt in range(SENDS):
            if self._is_lost(calls):
                return
            for call, answer in zip(calls, self._answers(calls), strict=True):
                call.answer, call.error = (None, answer) if isinstance(answer, ClientError) else (answer, None)
            calls = [call for call in calls if _is_passing(call.error)]
            if not calls or attempt + 1 == SENDS:
                return
            asked_for = max(getattr(call.error, "retry_after", None) or 0.0 for call in calls)
            self._context.clock.sleep(max(FIRST_WAIT * 2.0**attempt, asked_for))
            self._recover()

    def _recover(self) -> None:
        """Wait until the pre-processor runs again, starting it if it may be; note when that is in vain."""
        try:
            self._readiness.ensure(auto_start=self._context.params.auto_start)
        except NotActiveError as error:
            self._lost = error
        except ClientError:
            return  # nothing is known; the next attempt tells

    def _is_lost(self, calls: Sequence[Call]) -> bool:
        """Return whether the pre-processor is gone, and say so of the calls; it is not waited for a second time."""
        lost = self._lost
        if lost is not None and self._is_back():
            lost = self._lost = None
        if lost is None:
            return False
        for call in calls:
            call.error = InferenceError(lost.message)
        return True

    def _is_back(self) -> bool:
        try:
            return self._readiness.look().place is Place.RUNNING
        except ClientError:
            return False

    def _answers(self, calls: Sequence[Call]) -> list[Any]:
        """Return an answer or a ``ClientError`` for each call, in order."""
        if len(calls) <= 1:
            return [self._run(call.params) for call in calls]
        executors = self._context.runtime_ctx.executors
        with executors(min(len(calls), MOST_AT_A_TIME), "inference") as pool:
            return list(pool.map(lambda call: self._run(call.params), calls))

    def _run(self, params: object) -> Any:
        body = {
            "agent": self._context.params.agent,
            "action": "inference",
            "version": self._pre_processor.version,
            "params": params,
            "language": "en",
        }
        try:
            return self._context.client.run_plugin(self._pre_processor.code, body, timeouts=TIMEOUTS)
        except ClientError as error:
            return error

    def _wait_for_tickets(self, calls: Sequence[Call]) -> None:
        """Ask in rounds for what is deferred, until all of it is there or given up."""
        clock = self._context.clock
        until = clock.monotonic() + LONGEST_WAIT
        waiting = [(call, ticket) for call in calls if (ticket := _ticket(call)) is not None]
        for pause in pauses():
            if not waiting:
                return
            if clock.monotonic() >= until:
                break
            clock.sleep(pause)
            waiting = [(call, left) for call, ticket in waiting if (left := self._asked(call, ticket)) is not None]
        for call, _ in waiting:
            call.error = InferenceTimeoutError(f"no result after {LONGEST_WAIT:g} s")

    def _asked(self, call: Call, ticket: object) -> object:
        """Ask for the result of a ticket; return the ticket while there is none."""
        answer = self._run(question(ticket, self._context.params.model))
        if isinstance(answer, ClientError):
            if _says_nothing(answer):
                return ticket
            call.error = answer
            return None
        call.answer = answer
        return _ticket(call)


def _ticket(call: Call) -> object:
    try:
        return ticket_of(call.answer)
    except InferenceError as error:
        call.error = error
        return None


def _failure(error: ClientError) -> InferenceError:
    """Return what a failed request for an inference means for its task."""
    if _timed_out(error) or error.status in _CUT:
        return InferenceTimeoutError(told(error))
    return InferenceError(f"Pre-processor inference failed: {told(error)}")


def _timed_out(error: ClientError) -> bool:
    return isinstance(error, ClientTimeoutError) or (isinstance(error, IncompleteResponseError) and error.timed_out)


def _is_passing(error: Exception | None) -> bool:
    """Return whether another request may go better; one that was cut may find the prediction made meanwhile."""
    return isinstance(error, ClientError) and (
        isinstance(error, ClientConnectionError | ClientTimeoutError)
        or error.status in _AGAIN
        or _is_unexplained(error)
    )


def _says_nothing(error: ClientError) -> bool:
    return isinstance(error, ClientConnectionError | ClientTimeoutError) or error.status in _PENDING


def _is_unexplained(error: ClientError) -> bool:
    """Return whether a 500 gives no reason: a model that fails says why, and would fail again."""
    said = error.detail
    if isinstance(said, dict) and set(said) <= {"detail"}:
        said = said.get("detail")
    return error.status == _INTERNAL and _is_phrase(said)


def _is_phrase(said: object) -> bool:
    text = str(said or "").strip()
    return text.startswith("<") or text.rstrip(".").lower() in _NO_REASON
