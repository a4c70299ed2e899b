"""The guides' blocks are here to the letter: indentation restored, the package by our name, nothing else changed."""

from __future__ import annotations

import pytest
from guide_blocks import HERE, blocks, digest, path

from contract_tests.ledger.nodes import test_nodes as nodes_of  # pytest would take the name for a test

INDEX = blocks()
ROOT = HERE.parents[1]
OF_GUIDES = {"export": 27, "to_task": 23}  # code blocks, counted in their text


@pytest.mark.parametrize("guide", OF_GUIDES)
def test_no_block_of_a_guide_is_missing(guide) -> None:
    """Every block has its file and every file its block, numbered in the guide's order."""
    files = [block.file for block in INDEX if block.file.startswith(f"{guide}/")]

    assert OF_GUIDES[guide] == len(files)
    assert sorted(f"{guide}/{file.name}" for file in (HERE / guide).iterdir()) == files
    assert [f"{number:02}" for number in range(1, len(files) + 1)] == [file.split("/")[1][:2] for file in files]


def test_every_block_belongs_to_a_guide() -> None:
    """None is counted for none of them."""
    assert sum(OF_GUIDES.values()) == len(INDEX)


@pytest.mark.parametrize("block", INDEX, ids=lambda block: block.file)
def test_a_block_is_its_guides_own_text(block) -> None:
    """Its lines are those of the guide, but for white space and the package's name."""
    assert block.sha256 == digest(path(block.file).read_text(encoding="utf-8"))


def test_the_digest_sees_a_changed_character_and_no_indentation() -> None:
    """What may differ is white space and the name of the package; any other character may not."""
    ours = "from sdk.steps import A\n\nclass B:\n    c = 1\n"

    assert digest("from synapse_sdk.steps import A\nclass B:\nc = 1") == digest(ours)
    assert digest(ours) != digest(ours.replace("c = 1", "c = 2"))


def test_every_block_is_run_by_a_test_that_exists() -> None:
    """The index names the test that judges each block, and each judges one block alone."""
    named = [block.test for block in INDEX]

    assert len(named) == len(set(named))
    assert set(named) <= nodes_of(ROOT, "tests/guide")
