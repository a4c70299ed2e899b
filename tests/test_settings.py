"""Settings refuse what no world can keep to."""

from __future__ import annotations

from typing import Any

import pytest

from fake_backend import Refusal, Settings

NONE_SUCH = [{"empty_every": 1}, {"empty_every": -2}, {"cursor": "signed"}, {"next_cursor": "path"}]


@pytest.mark.parametrize("told", NONE_SUCH, ids=str)
def test_a_convention_that_there_is_not_is_refused(told: dict[str, Any]) -> None:
    """Before a world is made, with the value and what would do; a walk of empty pages alone would never end."""
    with pytest.raises(Refusal) as refusal:
        Settings(**told)

    assert next(iter(told.values())) == refusal.value.received
    assert refusal.value.expected
