"""``docs/seeding.md`` says what the rows say, and its examples run."""

from __future__ import annotations

import contextlib
import io
import json
import re
from dataclasses import MISSING, fields
from pathlib import Path

import pytest

from fake_backend.seeding import validate
from fake_backend.seeding.rows import ROWS, FileRow, SeedDocument

PAGE = (Path(__file__).parents[2] / "docs" / "seeding.md").read_text(encoding="utf-8")
TABLES = {
    heading: re.findall(r"^\| `(\w+)` \|(.*?)\|", body, re.MULTILINE)
    for heading, body in re.findall(r"^### `(\w+)`.*?$(.*?)(?=^##|\Z)", PAGE, re.MULTILINE | re.DOTALL)
}


def _blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_the_complete_example_is_valid_and_complete() -> None:
    """It has a row of each resource, and every key of tasks."""
    document = json.loads(_blocks("json")[0])

    rows = validate(document)

    assert [*ROWS] == [*document]
    assert 0 not in rows.counts().values()
    assert {key.name for key in fields(ROWS["tasks"])} == document["tasks"][0].keys()


def test_the_python_example_prints_what_the_page_shows() -> None:
    """Run as written."""
    shown = io.StringIO()
    with contextlib.redirect_stdout(shown):
        exec(_blocks("python")[0], {})  # noqa: S102 - the page is ours

    assert _blocks("text")[0] == shown.getvalue()


@pytest.mark.parametrize(("heading", "row"), [*ROWS.items(), ("files", FileRow)])
def test_every_key_is_in_the_table_with_its_default(heading: str, row: type) -> None:
    """Keys in the order of the rows; a key without default is required, one with a plain default shows it."""
    documented = dict(TABLES[heading])

    assert [key.name for key in fields(row)] == [*documented]
    for key in fields(row):
        shown = documented[key.name].strip(" `")
        if key.default is MISSING and key.default_factory is MISSING:
            assert "" == shown
        elif key.default_factory is dict:
            assert "{}" == shown
        elif key.default == () or isinstance(key.default, (bool, str)):
            assert json.dumps(key.default) == shown


def test_the_page_has_every_resource_and_no_other() -> None:
    """One section a resource, in the document's order, and one for files."""
    assert [key.name for key in fields(SeedDocument)] == [*ROWS] == [name for name in TABLES if name != "files"]
