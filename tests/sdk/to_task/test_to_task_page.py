"""``docs/to-task.md`` is executed, and its tables are held to the code."""

from __future__ import annotations

import contextlib
import io
import re
from pathlib import Path

from to_task_rig import SPECIFICATION, annotations

from sdk.clients.lists import TASKS
from sdk.plugins.categories.pre_annotation.actions.to_task import ToTaskParams, errors
from sdk.plugins.categories.pre_annotation.actions.to_task.filters import _KEYS

PAGE = (Path(__file__).parents[3] / "docs" / "to-task.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```(?:\s*```text\n(.*?)```)?", PAGE, re.DOTALL)


def prepare(world) -> None:
    """Give the world what the page's examples speak of."""
    coco = {"annotations": [{"id": 7, "category_id": 2, "bbox": [1, 2, 3, 4]}]}
    for number in world.tasks:
        files = world._files(number) | {"coco": {"url": f"{world.url}/documents/{100 + number}.json"}}
        world.documents[100 + number] = coco
        unit = {"id": 1000 + number, "files": files}
        world.tasks[number]["data_unit"] = unit if number == 2 else unit | {"width": 640, "height": 480}
    world.collection["file_specifications"].append({"name": "coco", "file_type": "data"})
    box = annotations()["objects"][0]["coordinates"]
    world.infer = lambda params: {"boxes": [box] * (params["json"]["confidence_threshold"] == 0.5)}


def test_the_examples_of_the_page_run_and_print_what_it_shows(rig) -> None:
    """Read from top to bottom, as a reader types them; ``run_instance`` is the page's own."""
    prepare(rig.world)
    console = io.StringIO()
    namespace = {"client": rig.client, "__name__": "page"}
    printed, shown = [], []
    for block, output in BLOCKS:
        with contextlib.redirect_stdout(console):
            started = console.tell()
            exec(compile(block, "to-task.md", "exec"), namespace)  # noqa: S102 (our own page)
        if output:
            lines = console.getvalue()[started:].splitlines(keepends=True)
            printed.append("".join(line for line in lines if not re.match(r"\[(\w+|Task \d+)\] ", line)))
            shown.append(output)

    assert 6 == len(shown)
    assert shown == printed
    assert rig.world.tasks[2]["data"] == annotations(2)  # the size of its picture is not known
    assert "coco_7" not in str(rig.world.tasks[3])


def test_the_page_names_every_parameter_and_every_filter() -> None:
    """And no other."""
    parameters = PAGE.partition("## Parameters")[2].partition("## Filters")[0]
    rows = {name for line in parameters.splitlines() if line.startswith("| `") for name in _names(line.split("|")[1])}
    filters = PAGE.partition("## Filters")[2].partition("```")[0]

    assert rows == {field.alias or name for name, field in ToTaskParams.model_fields.items()}
    assert {*_KEYS, "limit"} >= TASKS.filters - {"data_collection"}
    for key in {*_KEYS, "limit"}:
        assert f"`{key.partition('__')[0]}" in filters, key


def test_the_page_shows_the_guides_words() -> None:
    """Each headline with its solution."""
    for name in dir(errors):
        kind = getattr(errors, name)
        headline, solution = getattr(kind, "headline", None), getattr(kind, "solution", "")
        if headline:
            assert any(headline in line and solution in line for line in PAGE.splitlines() if line.startswith("|")), (
                name
            )
    assert f"{SPECIFICATION}" in PAGE


def _names(cell):
    return re.findall(r"`(\w+)`", cell)
