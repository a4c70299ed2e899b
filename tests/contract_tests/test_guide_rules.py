"""The list of the guide's rules: read with care, held to its tests, and written as a page that is kept up to date."""

from __future__ import annotations

import pytest

from contract_tests.guide import coverage
from contract_tests.guide.__main__ import ROOT, main
from contract_tests.guide.rules import GUIDES, GuideError, Rule, docstrings_of_tests, faults, read

EXPORT, TO_TASK = GUIDES
TESTS = {"tests/test_a.py::test_a": "Export guide, a: so.", "tests/test_a.py::test_b": "To_task guide: so."}
OF_TO_TASK = 508  # lines of the to_task guide's text
LIST = '[[section]]\nname = "One"\nrules = [["is so", "tests/test_a.py::test_a"]]\n'
LINES = '[[section]]\nname = "Two"\nlines = [1, 3]\nrules = [["is it", "tests/test_a.py::test_b"]]\n'
TEST = 'def test_a():\n    """Export guide, one: so."""\n\n\ndef test_b():\n    """To_task guide, two: it."""\n'
SO = Rule("One", "is so", ("tests/test_a.py::test_a",), (1, 3))


@pytest.fixture
def project(tmp_path):
    """A project with one rule of each guide and the tests that hold them."""
    for folder in ("tests", "contract_tests/guide", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / EXPORT.source).write_text(LIST, encoding="utf-8")
    (tmp_path / TO_TASK.source).write_text(LINES, encoding="utf-8")
    (tmp_path / "tests/test_a.py").write_text(TEST, encoding="utf-8")
    return tmp_path


def test_the_projects_own_rules_are_held() -> None:
    """Each rule of a guide has tests that exist and cite it, and docs/guide-coverage.md is what it would be."""
    assert 0 == main(["coverage", "--check"])
    assert 150 < len(read(ROOT / EXPORT.source))
    assert OF_TO_TASK == (read(ROOT / TO_TASK.source)[-1].lines or (0, 0))[1]


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ([Rule("One", "is so", ())], "One: 'is so' has no test."),
        ([Rule("One", "is so", ("tests/test_a.py::test_c",))], "there is no test tests/test_a.py::test_c."),
        ([Rule("One", "is so", ("tests/test_a.py::test_b",))], "test_b does not cite the export guide."),
        ([Rule("One", "is so", ("tests/test_a.py::test_a",))] * 2, "One: 'is so' is listed twice."),
        ([Rule("One", "is so", ("tests/test_a.py::test_a",), (2, 3))], "One: it has to begin at line 1 of the guide."),
        ([SO, Rule("Two", "is it", SO.tests, (5, 6))], "Two: it has to begin at line 4 of the guide."),
        ([SO, Rule("Two", "is it", SO.tests)], "Two: it has to begin at line 4 of the guide."),
    ],
)
def test_a_rule_that_nothing_holds_is_told(rules, told) -> None:
    """No test, one that is not there, one that cites another guide, a rule that stands twice, and lines left out."""
    assert told in "\n".join(faults(rules, TESTS, EXPORT.name))
    assert [] == faults([SO, Rule("Two", "is it", SO.tests, (4, 4))], TESTS, EXPORT.name)
    assert [] == faults([Rule("One", "is so", SO.tests)], TESTS, EXPORT.name)


@pytest.mark.parametrize(
    "text",
    ["", "[[section]]\n", "[[section]]\nname = 1\n", LIST.replace('["is', '[["is'), "[", LINES.replace("3", "0")],
)
def test_a_list_that_cannot_be_read_is_refused(project, text) -> None:
    """The sentence names the file."""
    (project / EXPORT.source).write_text(text, encoding="utf-8")

    with pytest.raises(GuideError, match=r"export_rules.toml"):
        read(project / EXPORT.source)
    assert 1 == main(["coverage"], project)


def test_docstrings_are_read_without_importing(project) -> None:
    """By node id; what is no test is left out."""
    (project / "tests/test_a.py").write_text(TEST + "raise SystemExit\n\n\ndef helper():\n    pass\n", encoding="utf-8")

    wanted = {"tests/test_a.py::test_a": "Export guide, one: so.", "tests/test_a.py::test_b": "To_task guide, two: it."}
    assert wanted == docstrings_of_tests(project)


def test_the_page_is_written_and_checked(project, capsys) -> None:
    """What is out of date is told and not overwritten; writing makes it good."""
    assert 1 == main(["coverage", "--check"], project)
    assert "out of date; run `make guide-coverage`" in capsys.readouterr().err
    assert 0 == main(["coverage"], project)
    assert 0 == main(["coverage", "--check"], project)
    page = (project / coverage.PAGE).read_text(encoding="utf-8")
    assert "### One\n" in page
    assert "| is so | `tests/test_a.py::test_a` |" in page
    assert "### Two (lines 1 to 3)\n" in page

    (project / EXPORT.source).write_text(LIST.replace("is so", "is thus"), encoding="utf-8")
    assert 1 == main(["coverage", "--check"], project)
    assert page == (project / coverage.PAGE).read_text(encoding="utf-8")


def test_a_page_with_a_fault_is_not_written(project) -> None:
    """Nothing is claimed that no test holds."""
    (project / "tests/test_a.py").unlink()

    assert 1 == main(["coverage"], project)
    assert not (project / coverage.PAGE).exists()
