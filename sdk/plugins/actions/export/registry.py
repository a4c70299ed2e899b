"""The one registry of an export: nine steps, always the same, whichever head runs.

Source: export guide, fixed nine-step registry; contract.md 2 for names and shares.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sdk.plugins.actions.export.steps import (
    BundleReadStep,
    ConvertDataStep,
    DelegateEnqueueStep,
    DelegateStreamProgressStep,
    FetchResultsStep,
    FinalizeStep,
    InitializeStep,
    PrepareExportStep,
    SaveFilesStep,
)

if TYPE_CHECKING:
    from sdk.plugins.actions.export.context import ExportContext
    from sdk.plugins.steps import StepRegistry


def register_export_steps(registry: StepRegistry[ExportContext]) -> None:
    """Register the in-process head, the delegated head and the shared tail, in this order.

    Args:
        registry: Takes the steps.
    """
    for step in (
        InitializeStep(),
        FetchResultsStep(),
        PrepareExportStep(),
        DelegateEnqueueStep(),
        DelegateStreamProgressStep(),
        BundleReadStep(),
        ConvertDataStep(),
        SaveFilesStep(),
        FinalizeStep(),
    ):
        registry.register(step)
