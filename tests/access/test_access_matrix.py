"""Every operation x everybody who may ask: the status, no data of the other side, nothing changed by who may not."""

from __future__ import annotations

import pytest

from tests.access.matrix import CONTROL_COLUMNS, allowed, ask, control_matrix, faults_heard, missing, refused
from tests.access.operations import AGENT, LIST, NOBODY, OPERATIONS, OTHERS, SELF, STRANGERS, expected, may
from tests.access.world import MARK, NOWHERE, asked_world

NAMED = [pytest.param(one, id=f"{one.method} {one.path}") for one in OPERATIONS]


@pytest.fixture(scope="module")
def world():
    """Yield a world that nobody who asks of it may change."""
    with asked_world() as opened:
        yield opened


def test_the_matrix_has_a_row_of_every_operation() -> None:
    """A route without a row is one whose access nobody has thought about."""
    assert set() == missing()


@pytest.mark.parametrize("operation", NAMED)
def test_whoever_may_not_is_told_nothing_and_changes_nothing(world, operation) -> None:
    """The status that is due, no data, the same body for an id that does not exist, and every row as it was."""
    before, names_something = world.rows(), operation.query or operation.body
    for who, (cell, absent) in refused(world, operation).items():
        assert expected(operation, who) == cell.status, (who, cell.raw)
        assert (cell.status, cell.headers, cell.text) == (absent.status, absent.headers, absent.text), who
        assert MARK not in cell.raw, who
        if cell.status == 200:
            assert operation.form == LIST
            theirs = [] if names_something else ask(world, operation, "owner", world.here).rows
            assert [] == [row for row in cell.rows if row in theirs or names_something], who
        if who in NOBODY:
            assert "WWW-Authenticate" in cell.headers, who
    assert before == world.rows()


@pytest.mark.parametrize("operation", NAMED)
def test_head_and_options_tell_no_more(world, operation) -> None:
    """HEAD has the status of GET and no body; OPTIONS takes a good token, and is the same for what is not there."""
    for who in OTHERS:
        if operation.method == "GET" and not may(operation, who):
            told = ask(world, operation, who, world.here, "HEAD")
            assert (expected(operation, who), "") == (told.status, told.text), who
        if operation.whose == AGENT:  # its address is its own, and so is the guard there
            continue
        here, nowhere = (ask(world, operation, who, ids, "OPTIONS") for ids in (world.here, NOWHERE))
        assert (here.status, here.headers, here.text) == (nowhere.status, nowhere.headers, nowhere.text), who
        assert (here.status == 401) == (who in NOBODY), who
        assert MARK not in here.raw


def test_a_user_is_told_of_itself_alone(world) -> None:
    """``/v2/users/me/`` has the owner's name for the owner, whatever tenant another user names."""
    (me,) = (one for one in OPERATIONS if one.whose == SELF)

    assert MARK in ask(world, me, "owner", world.here).raw
    for who in (*STRANGERS, "other owner"):
        assert MARK not in ask(world, me, who, world.here).raw


@pytest.mark.parametrize("operation", NAMED)
def test_whoever_may_is_served(operation) -> None:
    """The control: the owner's same request succeeds, and so does a colleague's where the thing is nobody's own."""
    answers = allowed(operation)
    for who, cell in answers.items():
        assert expected(operation, who) == cell.status, (who, cell.raw)
        assert answers["owner"].status == cell.status
        if operation.form == LIST:
            assert cell.rows, who
            assert len(answers["owner"].rows) == len(cell.rows)


def test_what_the_first_tenant_has_carries_its_mark(world) -> None:
    """Were the mark not in what the owner is shown, its absence elsewhere would prove nothing."""
    shown = {one.path for one in OPERATIONS if one.method == "GET" and MARK in ask(world, one, "owner", world.here).raw}

    assert {"/projects/{project}/", "/tasks/{task}/", "/sdk/tasks/", "/sdk/assignments/"} <= shown
    assert {"/storages/{storage}/", "/data_units/{unit}/", "/agents/", "/v2/ground-truth-datasets/"} <= shown


def test_every_control_call_has_the_same_guard() -> None:
    """The control token where one is set, else loopback; no page of another origin; nothing where it is off."""
    assert {(401, 401, 403, 403, 404)} == set(control_matrix().values())
    assert len(CONTROL_COLUMNS) == 5


def test_a_fault_is_asked_for_by_whoever_may_control() -> None:
    """``X-Fake-Fault`` has the guard of the control calls, and behind it means nothing."""
    assert [True, False, False, False, False, False] == faults_heard()
