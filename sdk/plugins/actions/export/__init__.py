"""Export actions: names that plugins use."""

from sdk.plugins.actions.export.action import BaseExportAction, ExportAction
from sdk.plugins.actions.export.context import ExportContext
from sdk.plugins.actions.export.exporter import BaseExporter
from sdk.plugins.actions.export.handler_factory import TargetHandlerFactory
from sdk.plugins.actions.export.handlers import (
    AssignmentExportTargetHandler,
    ExportTargetHandler,
    GroundTruthExportTargetHandler,
    TaskExportTargetHandler,
)
from sdk.plugins.actions.export.metrics import ExportStatus, MetricsRecord
from sdk.plugins.actions.export.params import ExportParams
from sdk.plugins.actions.export.run_adapter import ExporterRunAdapter

__all__ = [
    "AssignmentExportTargetHandler",
    "BaseExportAction",
    "BaseExporter",
    "ExportAction",
    "ExportContext",
    "ExportParams",
    "ExportStatus",
    "ExportTargetHandler",
    "ExporterRunAdapter",
    "GroundTruthExportTargetHandler",
    "MetricsRecord",
    "TargetHandlerFactory",
    "TaskExportTargetHandler",
]
