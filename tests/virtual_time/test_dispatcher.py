"""Whose time is told to whom, what parallel sleepers cost, and who holds the originals."""

from __future__ import annotations

import dataclasses
import enum
import functools
import threading
import time
import typing
from concurrent.futures import ThreadPoolExecutor
from types import FunctionType, ModuleType

import pytest
from freezegun import freeze_time
from hypothesis import given, settings
from hypothesis import strategies as st

from fake_backend.core.clock import VirtualClock
from fake_backend.virtual_time.dispatcher import CLOCKS, Dispatcher
from fake_backend.virtual_time.holders import holders


@pytest.fixture
def switched():
    """Yield a dispatcher that tells the time of a clock of its own, and that clock; ``time`` itself is left alone."""
    clock, dispatcher = VirtualClock(), Dispatcher()
    dispatcher.switch_on(clock)
    yield dispatcher, clock
    dispatcher.switch_off()


def module(name: str, source: str, **names) -> ModuleType:
    """Return a module of some source."""
    made = ModuleType(name)
    vars(made).update(names)
    exec(compile(source, f"{name}.py", "exec", dont_inherit=True), vars(made))  # noqa: S102 (our own text)
    return made


def test_what_is_off_passes_through() -> None:
    """Nobody's time changes by our being there."""
    dispatcher = Dispatcher()
    before = time.monotonic()

    assert before <= dispatcher.functions["monotonic"]() <= time.monotonic()
    dispatcher.functions["sleep"](0)


@pytest.mark.parametrize(
    ("name", "virtual"), [("client.retry", True), ("_pytest.runner", False), ("hypothesis", False)]
)
def test_the_test_runner_lives_in_real_time_always(switched, name, virtual) -> None:
    """Who asks is told by the module that calls; a client's prediction of a name is no matter."""
    dispatcher, clock = switched
    clock.advance(10**6)
    caller = module(name, "def ask(): return time()", time=dispatcher.functions["time"])

    assert virtual == (caller.ask() > time.time() + 10**5)


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_every_clock_of_time_is_the_worlds(switched, name) -> None:
    """Also in nanoseconds, which are whole, and of one epoch with the seconds."""
    dispatcher, clock = switched
    unit = 1e9 if name.endswith("_ns") else 1
    caller = module("client", f"def ask(): return {name}()", **{name: dispatcher.functions[name]})
    begun = caller.ask()
    clock.advance(1800)
    ended = caller.ask()

    assert type(begun) is type(getattr(time, name)())
    assert 1800 == round((ended - begun) / unit, 3)
    assert dispatcher.functions[name.removesuffix("_ns")]() == pytest.approx(ended / unit, abs=1e-3)


@pytest.mark.parametrize("name", sorted(CLOCKS))
def test_while_it_is_off_a_frozen_time_passes_through_too(name) -> None:
    """A client that has taken the function by name is no other one to freezegun than with the original."""
    caller = module("client", f"def ask(): return {name}()", **{name: Dispatcher().functions[name]})
    with freeze_time("2030-01-01") as frozen:
        begun = caller.ask()
        assert begun == getattr(time, name)()
        frozen.tick(5)
        assert 5 == round((caller.ask() - begun) / (1e9 if name.endswith("_ns") else 1), 3)
    assert caller.ask() != begun


def test_a_sleep_costs_no_real_time_and_moves_the_world(switched) -> None:
    """Events that fall into it run at their own instants."""
    dispatcher, clock = switched
    seen = []
    clock.scheduler.after(1800, lambda: seen.append(clock.monotonic()))
    dispatcher.functions["sleep"](3600)

    assert ([1800], 3600) == (seen, clock.monotonic())
    for wrong in (-1, float("nan")):
        with pytest.raises(ValueError, match="non-negative"):
            dispatcher.functions["sleep"](wrong)


@settings(max_examples=6)
@given(st.lists(st.lists(st.integers(1, 50), min_size=1, max_size=4), min_size=2, max_size=8))
def test_parallel_sleepers_cost_the_longest_of_them(naps) -> None:
    """Each thread sleeps its own naps one after the other; together they take as long as the longest thread."""
    clock, dispatcher = VirtualClock(), Dispatcher()
    dispatcher.switch_on(clock)
    together = threading.Barrier(len(naps))

    def run(own: list[int]) -> None:
        together.wait()
        for seconds in own:
            dispatcher.functions["sleep"](seconds)

    with ThreadPoolExecutor(len(naps)) as pool:
        list(pool.map(run, naps))
    dispatcher.switch_off()

    assert max(map(sum, naps)) == clock.monotonic()


def test_a_sleep_that_a_thread_was_given_to_call_is_the_clients() -> None:
    """``threading`` and pools call what they get; their own waits are in locks, and stay real."""
    clock, dispatcher = VirtualClock(), Dispatcher()
    sleep = dispatcher.functions["sleep"]
    dispatcher.switch_on(clock)
    threads = [threading.Thread(target=sleep, args=(600,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 600 == clock.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sleep, [600] * 4))
    dispatcher.switch_off()

    assert 1_200 == clock.monotonic()


def test_who_holds_an_original_is_named_by_place() -> None:
    """A name of a module, a default of a function or method, by keyword as well; what is ours is not."""
    originals = {name: FunctionType((lambda: 0).__code__, {}) for name in ("sleep", "time", "monotonic")}
    source = (
        "def wait(a, sleep=sleep): ...\n"
        "def other(*, clock=monotonic): ...\n"
        "class Retry:\n    def back_off(self, now=time): ...\n    @staticmethod\n    def still(sleep=sleep): ...\n"
        "del sleep, time\n"
    )
    client = module("client", source, **originals)
    innocent = module("innocent", "def wait(sleep=sleep): ...", sleep=Dispatcher().functions["sleep"])

    assert [
        "client.Retry.back_off(now=)",
        "client.Retry.still(sleep=)",
        "client.monotonic",
        "client.other(clock=)",
        "client.wait(sleep=)",
    ] == holders(originals, [client, innocent])


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("class A:\n    nap = staticmethod(sleep)", "client.A.nap"),
        ("class A:\n    nap = sleep", "client.A.nap"),
        ("class A:\n    class B:\n        nap = sleep", "client.A.B.nap"),
        ("class A:\n    @property\n    def nap(self, by=sleep): ...", "client.A.nap(by=)"),
        ("class A:\n    def __init__(self): self.nap = sleep\nheld = A()", "client.held.nap"),
        ("@dataclasses.dataclass\nclass A:\n    nap: object = sleep", "client.A.__init__(nap=)"),
        ("class A(typing.NamedTuple):\n    nap: object = sleep", "client.A.__new__(nap=)"),
        ("class A(enum.Enum):\n    NAP = functools.partial(sleep, 1)\n    WAIT = (sleep,)", "client.A.WAIT._value_[0]"),
        ("held = functools.partial(sleep, 1)", "client.held"),
        ("held = {'nap': sleep}", "client.held['nap']"),
        ("held = [1, sleep]", "client.held[1]"),
        (
            "def outer(nap):\n    def inner(): nap(1)\n    return inner\nheld = outer(sleep)",
            "client.outer.<locals>.inner.nap",
        ),
        (
            (
                "def plain(f):\n    @functools.wraps(f)\n    def call(*given): return f(*given)\n    return call\n"
                "@plain\ndef wait(by=sleep): ..."
            ),
            "client.wait(by=)",
        ),
    ],
)
def test_an_original_is_found_wherever_a_client_keeps_it(source, place) -> None:
    """What is not found lives in real time while the rest does not; it is named by the client's own module."""
    original = FunctionType((lambda: 0).__code__, {})
    names = {"dataclasses": dataclasses, "enum": enum, "functools": functools, "typing": typing, "sleep": original}
    client = module("client", f"{source}\ndel sleep", **names)

    assert place in holders({"sleep": original}, [client])
    assert [] == holders({"sleep": lambda: 0}, [client])


def test_what_goes_round_in_a_circle_is_searched_once() -> None:
    """Clients' objects know one another."""
    client = module("client", "class A: ...\nheld = A()\nheld.other = [held, {'a': held}]\nheld.client = held")

    assert [] == holders({"sleep": time.sleep}, [client])
