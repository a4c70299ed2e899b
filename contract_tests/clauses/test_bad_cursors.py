"""Cursors that are none, or of something else: what is refused, with which words, and what passes by convention."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64decode
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from contract_tests import strategies
from contract_tests.clauses.lists import LISTS
from contract_tests.clauses.walking import walk
from contract_tests.verify.outcome import TARGETS, Target
from fake_backend import FakeBackend, Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SHARED_OUT = settings(max_examples=settings().max_examples // len(TARGETS))  # the profile's number is that of all
ROWS = range(123_450, 123_457)  # seven rows whose numbers stand out
MOMENTS = dict(zip(ROWS, strategies.INSTANTS * 2, strict=False))
SEALED = Settings(cursor="sealed")
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=/+"
for_both_apis = pytest.mark.parametrize("first", [True, False], ids=["v1", "v2"])
for_each_target = pytest.mark.parametrize("target", TARGETS)


class Asked:
    """One list of a backend, and how it answers a cursor."""

    def __init__(self, backend: FakeBackend, target: Target, *, first: bool) -> None:
        held = LISTS[target]
        self.target, self.first, self.key = target, first, held.key
        self.url = backend.url + (held.first if first else held.second)
        self.headers: Mapping[str, str] = backend.tokens[strategies.MAIN_TENANT].headers
        confines = held.confines if first else held.second_confines
        self.query: dict[str, Any] = {**confines, **self.ordered(f"-{held.key}"), **self.sized(2)}
        if first:
            self.query["pagination"] = "cursor"

    def ordered(self, order: str) -> dict[str, str]:
        """Return what orders the list."""
        return {"ordering" if self.first else "sort": order}

    def sized(self, size: int) -> dict[str, int]:
        """Return what sets its pages' size."""
        return {"page_size" if self.first else "per_page": size}

    def tokens(self, **more: Any) -> list[str]:
        """Return the tokens of a walk, page by page."""
        links = [page.next for page in walk(self.url, self.headers, {**self.query, **more})][:-1]
        return [unquote(str(link).rpartition("cursor=")[2].partition("&")[0]) for link in links]

    def get(self, cursor: str, headers: Mapping[str, str] | None = None, **more: Any) -> requests.Response:
        """Ask for the page of a cursor."""
        query = {**self.query, "cursor": cursor, **more}
        return requests.get(self.url, headers=headers or self.headers, params=query, timeout=30)

    def keys(self, cursor: str, **more: Any) -> list[int]:
        """Return the keys that the page of a cursor shows."""
        body = self.get(cursor, **more).json()
        return [row[self.key] for row in body["data" if "data" in body else "results"]]

    def refusal(self, cursor: str, **more: Any) -> str:
        """Return the sentence of a cursor's 404, which is that of an invalid cursor."""
        answer = self.get(cursor, **more)
        body = answer.json()
        told = body.get("error", body)
        assert (404, "invalid_cursor") == (answer.status_code, told["code"]), cursor
        return str(told["message" if "error" in body else "detail"])


@contextmanager
def asked(target: Target, *, first: bool, conventions: Settings | None = None, seed: int = 0) -> Iterator[Asked]:
    """Yield a list of seven rows, two a page."""
    document = strategies.listed(target, MOMENTS)
    with FakeBackend(seed=document, settings=conventions, world_seed=seed) as backend:
        yield Asked(backend, target, first=first)


@for_both_apis
@for_each_target
def test_what_is_no_token_is_a_404_as_in_the_framework(target: Target, *, first: bool) -> None:
    """No base64, a negative offset, an offset or a direction that is no number, no ASCII: ``Invalid cursor``."""
    with asked(target, first=first) as listed:
        for garbage in ("AAA", "bz0tMQ==", "bz1h", "cj14", "한글", "null"):
            assert "Invalid cursor" == listed.refusal(garbage)


@for_both_apis
def test_a_cursor_of_another_order_is_refused(*, first: bool) -> None:
    """A moment is no place among keys, nor a key among moments."""
    with asked("task", first=first) as listed:
        for order, other in (("-id", "-created"), ("created", "id")):
            token = listed.tokens(**listed.ordered(order))[0]

            assert "Invalid cursor" == listed.refusal(token, **listed.ordered(other))


@for_both_apis
@for_each_target
def test_a_cursor_of_the_framework_binds_nothing(target: Target, *, first: bool) -> None:
    """It is a bare key: of another list, filter or size it is a place here too, and so it is when its end is cut off.

    A cut that leaves whole groups of four letters is another key, none at all is the first page; any other is a 404.
    """
    foreign = b64encode(f"p={ROWS[3]}".encode()).decode()
    with asked(target, first=first) as listed:
        token = listed.tokens()[0]
        assert list(ROWS)[2::-1] == listed.keys(foreign, **listed.sized(3), is_discarded="false")
        assert list(ROWS)[:-3:-1] == listed.keys("")
        for length in range(1, len(token)):
            status = listed.get(token[:length]).status_code
            assert (200 if length % 4 == 0 else 404) == status, token[:length]


@for_both_apis
@for_each_target
def test_a_sealed_cursor_is_refused_once_it_was_touched(target: Target, *, first: bool) -> None:
    """Any letter changed, cut anywhere, longer, empty, of another version, kind or backend: a 404 that says why."""
    with (
        asked(target, first=first, conventions=SEALED) as listed,
        asked(target, first=first, conventions=SEALED, seed=1) as other,
    ):
        tokens = listed.tokens()

        @SHARED_OUT
        @given(st.sampled_from(tokens), st.data())
        def touched(token: str, data: st.DataObject) -> None:
            place = data.draw(st.integers(3, len(token) - 1))
            letter = data.draw(st.sampled_from(ALPHABET.replace(token[place], "")))
            for bad in (token[:place] + letter + token[place + 1 :], token[:place], token + letter):
                assert "cut or altered" in listed.refusal(bad)

        touched()
        assert "cut or altered" in listed.refusal(other.tokens()[0])
        assert "cut or altered" in listed.refusal("s1.")
        for version in ("s0", "s2", "s10"):
            assert f"version {version}" in listed.refusal(version + tokens[0].removeprefix("s1"))
        for kind in ("", "cD0z", "null", "1", tokens[0].partition(".")[2], "한글"):
            assert "no sealed cursor" in listed.refusal(kind)


@for_both_apis
@for_each_target
def test_a_sealed_cursor_is_good_for_one_walk_alone(target: Target, *, first: bool) -> None:
    """With another filter, order, size, list or tenant it is a 404 that names which; how rows are shown is free."""
    with asked(target, first=first, conventions=SEALED) as listed:
        token, here = listed.tokens()[0], listed.url
        narrowed = {"is_discarded": "false", "ids": "1-5", "pgh_obj_id__in": "1"}  # each list takes one of them
        others: dict[str, dict[str, Any]] = {
            "filter": narrowed,
            "order": listed.ordered("-created"),
            "size": listed.sized(3),
        }
        for what, query in others.items():
            assert f"made for another {what}" in listed.refusal(token, **query)
        foreign = {**listed.headers, "Synapse-Tenant": strategies.OTHER_TENANT}
        assert "made for another caller" in listed.refusal(token, headers=foreign)
        own = LISTS[target].first if first else LISTS[target].second
        for path in {path for held in LISTS.values() for path in (held.first, held.second)} - {own}:
            listed.url = here.removesuffix(own) + path
            assert "made for another list" in listed.refusal(token, pagination="cursor")

        listed.url = here
        same = {"response_mode": "presigned", "no_such_key": "1", "expand": "data_unit"}
        assert list(ROWS)[4:2:-1] == listed.keys(token) == listed.keys(token, **same)


@for_both_apis
@for_each_target
def test_a_sealed_cursor_does_not_show_where_it_stands(target: Target, *, first: bool) -> None:
    """All tokens are equally long, and neither key nor moment nor filter stands in them, encoded or not."""
    with asked(target, first=first, conventions=SEALED) as listed:
        by_key, by_moment = listed.tokens(), listed.tokens(**listed.ordered("created"))
        bodies = [urlsafe_b64decode(f"{token[3:]}{'=' * (-len(token[3:]) % 4)}") for token in by_key + by_moment]

    assert 1 == len({len(token) for token in by_key})
    assert len(bodies) == len({body[16:40] for body in bodies}), "a beginning that repeats shows what is hidden"
    for shown in (b"12345", b"2026-01", b"/", b"project", b"acme", listed.key.encode() + b'"'):
        assert not any(shown in body for body in bodies if len(shown) > 3)


def test_a_sealed_walk_goes_on_after_a_restart(tmp_path: Path) -> None:
    """The key is the world's, not the process's: a token that was given out is good in every life of a backend."""
    place = f"sqlite:///{tmp_path / 'world.db'}"
    with FakeBackend(seed=strategies.listed("task", MOMENTS), database=place, settings=SEALED) as backend:
        token = Asked(backend, "task", first=True).tokens()[0]
    with FakeBackend(seed="empty", database=place, settings=SEALED) as backend:
        assert list(ROWS)[4:2:-1] == Asked(backend, "task", first=True).keys(token)
