"""The nine steps of an export: two heads that gather rows, one tail that saves them."""

from sdk.plugins.actions.export.steps.bundle_read import BundleReadStep
from sdk.plugins.actions.export.steps.convert_data import ConvertDataStep
from sdk.plugins.actions.export.steps.delegate_enqueue import DelegateEnqueueStep
from sdk.plugins.actions.export.steps.delegate_stream_progress import DelegateStreamProgressStep
from sdk.plugins.actions.export.steps.fetch_results import FetchResultsStep
from sdk.plugins.actions.export.steps.finalize import FinalizeStep
from sdk.plugins.actions.export.steps.initialize import InitializeStep
from sdk.plugins.actions.export.steps.prepare_export import PrepareExportStep
from sdk.plugins.actions.export.steps.save_files import SaveFilesStep

__all__ = [
    "BundleReadStep",
    "ConvertDataStep",
    "DelegateEnqueueStep",
    "DelegateStreamProgressStep",
    "FetchResultsStep",
    "FinalizeStep",
    "InitializeStep",
    "PrepareExportStep",
    "SaveFilesStep",
]
