"""Rules in force: what they match, how they count, draw and end, and that none of them disturbs another."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from fake_backend.core.clock import VirtualClock
from fake_backend.core.errors import BadRequest
from fake_backend.faults import Faults, NeverFired
from fake_backend.faults.arrival import Arrival, JobFacts


class Link:
    """A stand-in for a connection: an object that can be referred to weakly."""


def rule(name="one", effect=None, **fields):
    """Return a rule's document."""
    return {"id": name, "effect": effect or {"status": 503}, **fields}


def get(path="/sdk/tasks/", **fields) -> Arrival:
    """Return a request for a page."""
    return Arrival(**{"target": "api", "method": "GET", "path": path, **fields})


def faults(*rules, seed=0):
    """Return the faults of a new world with one plan in force, and its clock."""
    clock = VirtualClock()
    found = Faults(clock)
    found.put({"rules": list(rules), "seed": seed})
    return found, clock


def struck(found, *arrivals):
    """Return for each arrival whether anything struck it."""
    return [found.strike(arrival) is not None for arrival in arrivals]


@pytest.mark.parametrize(
    ("match", "yes", "no"),
    [
        ({"target": "storage"}, get(target="storage"), get()),
        ({"method": "get"}, get(), get(method="PUT")),
        ({"method": ["PUT", "POST"]}, get(method="PUT"), get()),
        ({"route": "/sdk/*/"}, get(), get("/sdk/tasks/files/")),
        ({"route": "/sdk/**"}, get("/sdk/tasks/files/"), get("/v2/tasks/")),
        ({"route": "/v2/async_jobs/*/progress/"}, get("/v2/async_jobs/1/progress/"), get("/v2/async_jobs/1/")),
        ({"query": {"page": "3"}}, get(query="a=1&page=3"), get(query="page=33")),
        ({"query": {"cursor": None}}, get(query="page=3"), get(query="cursor=x")),
        ({"query": {"cursor": "*"}}, get(query="cursor=x"), get(query="page=3")),
        ({"header": {"User-Agent": "python-requests/*"}}, get(headers={"user-agent": "python-requests/2"}), get()),
        ({"job": {"kind": "plugin_export"}}, get(job=lambda: JobFacts("plugin_export", 1)), get()),
        ({"job": {"number": 2}}, get(job=lambda: JobFacts("x", 2)), get(job=lambda: JobFacts("x", 1))),
    ],
)
def test_all_that_a_match_names_has_to_hold(match, yes, no) -> None:
    """One term that does not hold is enough for peace."""
    found, _ = faults(rule(match=match))

    assert [True, False] == struck(found, yes, no)


@example(value="[1,2]", other="1")
@given(value=st.text("ab[]!-^,1", min_size=1, max_size=6), other=st.text("ab[]!-^,1", min_size=1, max_size=6))
def test_a_value_without_wild_cards_is_itself_alone(value, other) -> None:
    """Brackets too, as a list in a query or an address in a header has them."""
    for match, arrival in [
        ({"query": {"ids": value}}, lambda text: get(query=f"ids={text}")),
        ({"header": {"X-Ids": value}}, lambda text: get(headers={"x-ids": text})),
    ]:
        found, _ = faults(rule(match=match))

        assert [True, value == other] == struck(found, arrival(value), arrival(other))


@given(between=st.lists(st.sampled_from(["v2", "a", "tasks", "x.y"]), max_size=4))
def test_two_stars_are_any_number_of_segments(between) -> None:
    """Also none, wherever they stand for whole segments."""
    path = "/".join(["/sdk", *between, "tasks/"])
    for route in ("/sdk/**/tasks/", "/**/sdk/**/tasks/", "/sdk/**", "/**/tasks/**"):
        found, _ = faults(rule(match={"route": route}))

        assert [True, False] == struck(found, get(path), get(path.replace("sdk", "sdks").replace("tasks/", "task/")))


def test_a_worker_is_struck_by_rules_for_workers_alone() -> None:
    """A rule without a target is about requests; a step of a job is none."""
    found, _ = faults(rule(), rule("two", {"worker": {"kill": True}}, match={"target": "worker"}))

    told = [found.strike(Arrival("worker")), found.strike(get())]
    assert [("two",), ("one",)] == [strike.rules for strike in told if strike]


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("world", [False, True, False, False]),
        ("connection", [False, False, True, True]),
        ("client", [False, False, True, True]),
    ],
)
def test_calls_are_counted_in_their_scope(scope, expected) -> None:
    """The second call of the world, of each connection, of each client."""
    found, _ = faults(rule(match={"call": 2, "per": scope}))
    one, two = Link(), Link()
    arrivals = [
        get(connection=link, client=client) for link, client in ((one, "a"), (two, "b"), (one, "a"), (two, "b"))
    ]

    assert expected == struck(found, *arrivals)


def test_an_attempt_is_the_very_same_request_of_one_client_again() -> None:
    """Another query, another body or another client is another request; a signature is no difference."""
    found, _ = faults(rule(match={"attempt": "2-"}))
    requests = [
        get(query="id=1&X-Amz-Signature=a", client="a"),
        get(query="id=1&X-Amz-Signature=b", client="a"),
        get(query="id=2", client="a"),
        get(query="id=1", client="b"),
        get(query="id=1", client="a", body=lambda: b"{}"),
        get(query="id=1", client="a"),
    ]

    assert [False, True, False, False, False, True] == struck(found, *requests)


@pytest.mark.parametrize("queries", [["", "page=2", "page=3", "page=3"], ["", "cursor=b", "cursor=c", "cursor=c"]])
def test_the_pages_of_a_walk_are_counted_alike_by_number_and_by_cursor(queries) -> None:
    """A page that is asked for again is the same page."""
    found, _ = faults(rule(match={"page": 3}))

    assert [False, False, True, True] == struck(found, *(get(query=query) for query in queries))


def test_a_walk_that_begins_anew_is_counted_anew() -> None:
    """Its first page is its first page again."""
    found, _ = faults(rule(match={"page": 2}))
    queries = ("", "cursor=b", "", "cursor=z")

    assert [False, True, False, True] == struck(found, *(get(query=query) for query in queries))


@given(order=st.lists(st.permutations(["project=1", "page_size=5", "pagination=cursor"]), min_size=3, max_size=3))
def test_a_walk_is_the_same_in_whatever_order_its_query_comes(order) -> None:
    """A server's link to the next page sorts its keys, and a client's first request does not."""
    found, _ = faults(rule(match={"page": 3}))
    queries = ["&".join([*keys, *place]) for keys, place in zip(order, ([], ["cursor=b"], ["cursor=c"]), strict=True)]

    assert [False, False, True] == struck(found, *(get(query=query) for query in queries))


def test_a_window_is_of_the_worlds_time_since_the_plan_came_into_force() -> None:
    """Both ends belong to it."""
    clock = VirtualClock()
    clock.advance(100)
    found = Faults(clock)
    found.put({"rules": [rule(match={"since": 10, "until": 20})]})
    told = []
    for seconds in (9, 1, 10, 1):
        clock.advance(seconds)
        told += struck(found, get())

    assert [False, True, True, False] == told


def test_a_budget_ends() -> None:
    """After so many strikes the rule is as if it were not there, and its report says how many there were."""
    found, clock = faults(rule(times=2))
    told = []
    for _ in range(4):
        told += struck(found, get())
        clock.advance(5)

    (report,) = found.report()
    assert [True, True, False, False] == told
    assert (2, 4, 0, 5) == (report.fired, report.matched, report.first, report.last)


@given(seed=st.integers(0, 10**6), extra=st.lists(st.floats(0.05, 0.95), max_size=4), place=st.integers(0, 4))
def test_a_rule_that_is_added_changes_no_others_draws(seed, extra, place) -> None:
    """Each draws from a stream made of the plan's seed and its own name, wherever it stands."""
    own = rule("own", match={"probability": 0.5})
    others = [rule(f"other-{n}", match={"probability": share}, activation=share) for n, share in enumerate(extra)]
    alone, _ = faults(own, seed=seed)
    together, _ = faults(*others[:place], own, *others[place:], seed=seed)
    expected = [strike is not None for strike in (alone.strike(get()) for _ in range(30))]

    told = [strike is not None and "own" in strike.rules for strike in (together.strike(get()) for _ in range(30))]
    assert expected == told


@given(seed=st.integers(0, 10**6))
def test_equal_seeds_draw_alike(seed) -> None:
    """A plan is the same plan in every process."""
    two = [faults(rule(match={"probability": 0.3}, activation=0.5), seed=seed)[0] for _ in range(2)]

    assert struck(two[0], *[get()] * 20) == struck(two[1], *[get()] * 20)


def test_some_rules_are_not_there_in_a_run_and_others_are() -> None:
    """Activation is drawn once: a rule strikes all or nothing."""
    runs = [struck(faults(rule(activation=0.5), seed=seed)[0], *[get()] * 3) for seed in range(40)]

    assert {(True,) * 3, (False,) * 3} == {tuple(run) for run in runs}


def test_what_an_earlier_rule_says_goes_before_what_a_later_one_says() -> None:
    """And what it leaves open, the later one fills."""
    found, _ = faults(rule(effect={"status": 503}), rule("two", {"status": 500, "delay": 3}))
    strike = found.strike(get())

    assert strike is not None
    assert (503, 3, ("one", "two")) == (strike.effect.status, strike.effect.delay, strike.rules)


@given(ways=st.lists(st.sampled_from(["drop", "reset"]), min_size=2, max_size=3), data=st.data())
def test_a_connection_breaks_as_the_first_rule_says(ways, data) -> None:
    """In its way and at its place: two of them would break it in neither's."""
    places = st.sampled_from(["before", "after", 0, 700])
    effects = [{way: data.draw(places)} for way in ways]
    found, _ = faults(*(rule(f"r{number}", effect) for number, effect in enumerate(effects)))
    strike = found.strike(get())

    assert strike is not None
    told = {"drop": strike.effect.drop, "reset": strike.effect.reset}
    assert effects[0] == {way: place for way, place in told.items() if place is not None}


@pytest.mark.parametrize(
    ("spoil", "field", "value"),
    [("no_answer", "no_answer", True), ("reset", "reset", "before"), ("drop", "drop", "before")],
)
def test_a_spoiled_connection_stays_spoiled_and_a_new_one_is_good(spoil, field, value) -> None:
    """Whatever came over it is lost from then on, when the rule is long spent (SYN-7443)."""
    found, _ = faults(rule(effect={"status": 520, "spoil": spoil}, times=1))
    bad, good = Link(), Link()
    first, again = found.strike(get(connection=bad)), found.strike(get(connection=bad))

    assert first is not None
    assert again is not None
    assert (520, value) == (first.effect.status, getattr(again.effect, field))
    assert found.strike(get(connection=good)) is None


def test_a_plan_that_never_fired_fails_the_run_that_asked_for_it() -> None:
    """What the run showed, it showed without faults; one that is inactive by chance is excused."""
    found, _ = faults()
    with pytest.raises(NeverFired, match="lonely") as complaint, found.during({"rules": [rule("lonely")]}):
        pass
    with found.during({"rules": [rule("absent", activation=0.0)]}):
        pass

    assert ("lonely",) == complaint.value.rules
    assert not found


def test_an_error_of_the_run_itself_goes_before_the_complaint() -> None:
    """Whoever fails for a reason of their own is told that reason; the plan is out of force all the same."""
    found, _ = faults()
    with pytest.raises(KeyError), found.during({"rules": [rule()]}):
        raise KeyError

    assert not found


@given(before=st.integers(0, 3), attempt=st.integers(1, 3), older=st.booleans())
def test_attempts_and_pages_are_counted_since_the_plan_came_into_force(before, attempt, older) -> None:
    """Whatever an older plan has seen, be it in force still or ended."""
    found, _ = faults(*[rule("older", match={"attempt": 99, "page": 99}) for _ in range(older)])
    ended = found.put({"rules": [rule("ended", match={"attempt": 99, "page": 99})]})
    struck(found, *[get(query="cursor=z")] * before, *[get(query="cursor=b")] * before)
    found.take(ended)
    found.put({"rules": [rule(match={"attempt": attempt}), rule("paged", match={"page": 1, "attempt": 1})]})
    told = [found.strike(get(query="cursor=b")) for _ in range(3)]

    assert [attempt == number for number in (1, 2, 3)] == [
        "one" in strike.rules if strike else False for strike in told
    ]
    assert told[0] is not None
    assert "paged" in told[0].rules


@pytest.mark.parametrize("end", ["clear", "reset"])
def test_a_plan_that_never_fired_is_told_of_whatever_became_of_it(end) -> None:
    """Who clears it or resets the world has not had it fire; one that fired before then has."""
    clock = VirtualClock()
    found = Faults(clock)
    with pytest.raises(NeverFired, match="lonely"), found.during({"rules": [rule("lonely")]}):
        getattr(found, end)()
    with found.during({"rules": [rule("struck")]}):
        found.strike(get())
        getattr(found, end)()

    assert not found


def test_a_reset_begins_kept_plans_anew_and_ends_all_others() -> None:
    """Budget, counts, chance and time are as when the plan came into force."""
    found, clock = faults(rule("put"))
    kept = rule("kept", match={"attempt": "1-3", "until": 5, "probability": 0.5}, times=2)
    with found.during({"rules": [kept], "seed": 3}):
        first = [strike is not None and "kept" in strike.rules for strike in [found.strike(get()) for _ in range(6)]]
        clock.advance(60)
        found.reset()
        again = struck(found, *[get()] * 6)
        names = [one.id for one in found.report()]

    assert any(first)
    assert (first, ["kept"]) == (again, names)


def test_two_rules_in_force_have_two_names() -> None:
    """Or nobody could say which of them fired."""
    found, _ = faults(rule())
    with pytest.raises(BadRequest, match="in force already"):
        found.put({"rules": [rule()]})

    assert ["one"] == [one.id for one in found.report()]
