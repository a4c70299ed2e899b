"""What a database URL names, and what it never shows."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import psycopg

from fake_backend.store import postgresql
from fake_backend.store.addresses import DatabaseUnusable, address
from fake_backend.store.columns import NulInText, Words
from fake_backend.store.database import Database

WORDS = st.text(st.characters(min_codepoint=0x41, max_codepoint=0x7A, categories=["L"]), min_size=6)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
@pytest.mark.parametrize(("query", "schema"), [("", "fake_backend"), ("?schema=mine_2", "mine_2")])
def test_a_server_is_reached_by_psycopg_and_a_world_has_a_schema(scheme, query, schema) -> None:
    """Whatever a hoster spells, the driver is psycopg 3; ``schema`` is ours and does not reach it."""
    named = address(f"{scheme}://kim:hush@db.example:5433/worlds{query}")
    assert "postgresql+psycopg://kim:hush@db.example:5433/worlds" == named.url.render_as_string(hide_password=False)
    assert schema == named.schema
    assert named.file is None


def test_a_file_is_absolute(tmp_path, monkeypatch) -> None:
    """It is the same one wherever the process goes."""
    monkeypatch.chdir(tmp_path)
    assert Path(tmp_path, "world.db") == address("sqlite:///world.db").file
    assert address("sqlite://").file is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("nonsense", "it is no URL"),
        ("postgresql://kim:hush@host:port/x", "it is no URL"),
        ("mysql://kim:hush@host/x", "mysql is neither sqlite nor postgresql"),
        ("postgresql+psycopg2://kim:hush@host/x", "psycopg 3"),
        ("postgresql://kim:hush@host/x?schema=Mine", "lower-case letters"),
        ("postgresql://kim:hush@host/x?schema=a&schema=b", "lower-case letters"),
        ("postgresql://kim:hush@host/x?schema=" + "a" * 64, "63 characters"),
        ("postgresql://kim:hush@host/x?schema=public", "for others too"),
        ("postgresql://kim:hush@host/x?schema=pg_mine", "for others too"),
    ],
)
def test_what_cannot_be_a_world_is_refused_without_its_password(url, words) -> None:
    """The sentence says what is wrong and shows the URL, but for its secrets."""
    with pytest.raises(DatabaseUnusable, match=words) as caught:
        address(url)
    assert "hush" not in str(caught.value)


@given(WORDS, WORDS)
def test_a_password_is_shown_nowhere(password, other) -> None:
    """Neither where URLs have it nor where libpq takes it too, nor in what a driver says of it."""
    named = address(f"postgresql://kim:0{password}0@host/x?password=1{other}1")
    told = named.unusable(f"authentication of kim with 0{password}0 or 1{other}1 failed\nmore")
    for text in (repr(named), named.told, str(told)):
        assert f"0{password}0" not in text
        assert f"1{other}1" not in text
    assert str(told).endswith("authentication of kim with *** or *** failed")


def test_a_missing_driver_is_told_with_what_to_install(monkeypatch) -> None:
    """Nothing else needs it, so that it is not there for everybody."""
    postgresql._dialect.cache_clear()
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DatabaseUnusable, match=r"driver is not installed; pip install 'fake-backend\[postgres\]'"):
        Database("postgresql://host/x")


def test_a_text_with_nul_reaches_no_database() -> None:
    """It is refused as a value to store or to look for, in any dialect."""
    with pytest.raises(NulInText, match="Null characters"):
        Words().process_bind_param("a\0b", psycopg.dialect())
