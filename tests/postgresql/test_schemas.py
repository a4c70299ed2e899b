"""A world's schema on a server: whose it is, what is in it, and how a backend lets go of it."""

from __future__ import annotations

import pytest
import requests
from sqlalchemy import make_url, text

from fake_backend import DatabaseUnusable, FakeBackend
from fake_backend.core.folding import folded
from fake_backend.store.schema import metadata
from tests.http.small_backend import small_document


def schema_of(url):
    return make_url(url).query["schema"]


def tables(sql, url):
    """Return (schema, name) of all tables of users, but for those of other worlds of this run."""
    found = set(
        sql(
            "SELECT nspname, relname FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace "
            "WHERE nspname NOT LIKE 'pg\\_%%' AND nspname <> 'information_schema' AND relkind = 'r'"
        )
    )
    return {(schema, name) for schema, name in found if schema == schema_of(url) or not schema.startswith("world_")}


def test_a_world_makes_its_tables_in_its_schema_alone(url, sql) -> None:
    """Nothing is made beside it, and what was there stays; a reset and a close leave the tables."""
    before = tables(sql, url)
    with FakeBackend(seed=small_document(), database=url) as backend:
        backend.reset()
    assert {(schema_of(url), name) for name in metadata.tables} == tables(sql, url) - before
    assert before <= tables(sql, url)


def test_one_schema_is_one_backends_at_a_time(url, worlds) -> None:
    """A second one is refused in a sentence, one on another schema is not; the first goes on, then lets go."""
    with FakeBackend(seed=small_document(), database=url) as backend:
        with pytest.raises(DatabaseUnusable, match=r"is in use by another backend, whose jobs .* name another schema"):
            FakeBackend(seed=small_document(), database=url)
        with worlds.lent() as other, FakeBackend(seed=small_document(), database=other):
            pass
        answer = requests.get(f"{backend.url}/sdk/tasks/", headers=backend.tokens["acme"].headers, timeout=10)
        assert 200 == answer.status_code
    with FakeBackend(seed=small_document(), database=url) as backend:
        assert 8 == backend.counts()["tasks"]


def test_a_backend_whose_session_is_gone_says_so(url, sql) -> None:
    """It answers 503 from then on, never with old rows; a new backend on the same schema goes on."""
    with FakeBackend(seed=small_document(), database=url) as backend:
        headers = backend.tokens["acme"].headers
        backend.remove_tasks([1])
        with backend._world.database.transaction() as connection:
            session = connection.execute(text("SELECT pg_backend_pid()")).scalar_one()
        sql(f"SELECT pg_terminate_backend({session})")
        for _ in range(2):
            answer = requests.get(f"{backend.url}/v2/tasks/", headers=headers, timeout=10)
            assert 503 == answer.status_code, answer.text
            assert "session" in answer.json()["error"]["message"]
    with FakeBackend(seed=small_document(), database=url) as backend:
        assert 7 == backend.counts()["tasks"]


def test_a_schema_of_another_make_is_refused(url, sql) -> None:
    """One table of somebody else's is enough; it is left as it was."""
    sql(f"CREATE SCHEMA {schema_of(url)}")
    sql(f"CREATE TABLE {schema_of(url)}.tasks (id integer)")
    with pytest.raises(DatabaseUnusable, match="was made by another version or another program"):
        FakeBackend(seed="empty", database=url)
    assert [(0,)] == sql(f"SELECT count(*) FROM {schema_of(url)}.tasks")


def test_a_schema_that_is_there_and_empty_is_taken(url, sql) -> None:
    """Whoever may not make schemas can be given one."""
    sql(f"CREATE SCHEMA {schema_of(url)}")
    with FakeBackend(seed="empty", database=url) as backend:
        assert 2 == backend.counts()["users"]


def test_a_world_of_another_seed_is_refused(url) -> None:
    """As in a file of SQLite."""
    with FakeBackend(seed="empty", database=url):
        pass
    with pytest.raises(DatabaseUnusable, match="holds a world of seed 0, not 5"):
        FakeBackend(seed="empty", database=url, world_seed=5)


def test_no_password_is_shown(url) -> None:
    """Neither by a backend nor by the refusal of one."""
    secret = make_url(url).set(password="hush").render_as_string(hide_password=False)
    with FakeBackend(seed="empty", database=secret) as backend:
        assert "hush" not in repr(backend._world.database)
        with pytest.raises(DatabaseUnusable, match=r"fake:\*\*\*@") as caught:
            FakeBackend(seed="empty", database=secret)
        assert "hush" not in str(caught.value)


def test_a_database_that_is_not_there_is_refused(url) -> None:
    """In the server's own words."""
    nowhere = make_url(url).set(database="nowhere").render_as_string(hide_password=False)
    with pytest.raises(DatabaseUnusable, match='database "nowhere" does not exist'):
        FakeBackend(seed="empty", database=nowhere)


def test_names_are_folded_as_the_server_folds_them(sql) -> None:
    """Letter by letter, the server's ``upper`` in a libc locale and ours agree from Latin to Armenian."""
    ((collation,),) = sql("SELECT min(collname) FROM pg_collation WHERE collname IN ('C.utf8', 'C.UTF-8')")
    letters = [chr(number) for number in range(1, 0x588) if chr(number).isalpha()]
    listed = ",".join(f"({number}, U&'\\{ord(letter):04X}')" for number, letter in enumerate(letters))
    ours = [(number, folded(letter)) for number, letter in enumerate(letters)]
    found = sql(f'SELECT n, upper(letter COLLATE "{collation}") FROM (VALUES {listed}) AS t(n, letter) ORDER BY n')
    assert [] == [
        (letters[n], theirs, mine) for (n, theirs), (_, mine) in zip(found, ours, strict=True) if theirs != mine
    ]
