"""A seed file is read as the document that it holds, or refused in one sentence that names the file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from seed_documents import small

from fake_backend.seeding import SeedInvalid, SeedUnreadable, read, validate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_a_file_holds_a_document(tmp_path: Path, encoding: str) -> None:
    """UTF-8 with or without the mark that some editors put first."""
    document = small()
    document["users"][0]["name"] = "김"
    file = tmp_path / "씨앗.json"
    file.write_text(json.dumps(document, ensure_ascii=False), encoding=encoding)

    assert validate(document) == read(file)
    assert validate(document) == read(str(file))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not JSON in UTF-8"),
        (b'{"tasks": [', "is not JSON in UTF-8"),
        ('{"a": "é"}'.encode("latin-1"), "is not JSON in UTF-8"),
        (b"[" * 100_000, "is not JSON in UTF-8"),
        (None, "cannot be read: No such file or directory"),
    ],
    ids=["empty", "cut", "latin-1", "deep", "missing"],
)
def test_a_file_without_a_document_is_named(tmp_path: Path, content: bytes | None, reason: str) -> None:
    """Missing, cut short, of another encoding: the sentence says which file and why."""
    file = tmp_path / "seed.json"
    if content is not None:
        file.write_bytes(content)

    with pytest.raises(SeedUnreadable) as refusal:
        read(file)

    assert (str(file), 400, "seed_unreadable") == (refusal.value.path, refusal.value.status, refusal.value.code)
    assert refusal.value.message.startswith(f"The seed file {file} {reason}")
    assert 1 == len(refusal.value.message.splitlines())


def test_a_directory_is_no_seed_file(tmp_path: Path) -> None:
    """What cannot be read is refused like what is missing."""
    with pytest.raises(SeedUnreadable, match="cannot be read"):
        read(tmp_path)


def test_a_bad_document_is_refused_with_the_file_before_the_place(tmp_path: Path) -> None:
    """The place is the document's, the sentence says which file it is in."""
    file = tmp_path / "seed.json"
    file.write_text('{"users": [{"id": 1, "tenant": "acme"}]}', encoding="utf-8")

    with pytest.raises(SeedInvalid) as refusal:
        read(file)

    assert "users[0].tenant" == refusal.value.path
    assert f'{file}: users[0].tenant is "acme"; it must be the code of a tenant (there is none).' == str(refusal.value)
