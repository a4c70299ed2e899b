"""The pause between bulk calls: kept, and not kept twice."""

from __future__ import annotations

from itertools import pairwise

import pytest
from export_rig import IN_PROCESS, document, rigged

from sdk.plugins.actions.export import BaseExporter, ExportAction

TASKS, BULK, LOOK_AHEAD = 40, 2, 8  # rows that the fetcher pulls ahead of those that are saved (contract.md 3.3)
THROTTLE = 10.0


@pytest.mark.parametrize(("saving", "apart"), [(0.0, 10.0), (3.0, 10.0), (5.0, 10.0), (7.0, 14.0)])
def test_saving_rows_counts_as_the_pause(saving, apart) -> None:
    """Between two bulk calls lies the throttle or, where saving their rows takes longer, no more than that."""
    with rigged(document(TASKS)) as rig:
        clock = rig.backend.clock

        class Slow(BaseExporter):
            def convert_data(self, data):
                clock.sleep(saving)
                return data

        action = type("Slowly", (ExportAction,), {"action_name": "slowly", "entrypoint": Slow})
        rig.export(
            IN_PROCESS, action, export_v2_page_size=BULK, export_throttle_seconds=THROTTLE, save_original_file=False
        )
        asked = [entry.at for entry in rig.backend.journal if entry.path.endswith("/bulk-fetch/")]

    gaps = [(after - before).total_seconds() for before, after in pairwise(asked)]
    assert TASKS // BULK == len(asked)
    assert {apart} == set(gaps[LOOK_AHEAD // BULK + 1 :])
    assert all(gap >= THROTTLE for gap in gaps)
