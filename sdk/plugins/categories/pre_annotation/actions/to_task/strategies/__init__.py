"""Where annotations come from: files, or a pre-processor; and the base of those that plugins write."""

from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.base import (
    Annotated,
    AnnotationStrategy,
    ValidationStrategy,
)
from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.file import FileAnnotation
from sdk.plugins.categories.pre_annotation.actions.to_task.strategies.inference import InferenceAnnotation

__all__ = ["Annotated", "AnnotationStrategy", "FileAnnotation", "InferenceAnnotation", "ValidationStrategy"]
