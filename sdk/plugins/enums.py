"""Closed sets of words that plugins share."""

from __future__ import annotations

from enum import StrEnum


class PluginCategory(StrEnum):
    """What a plugin is for."""

    CUSTOM = "custom"
    DATA_VALIDATION = "data_validation"
    EXPORT = "export"
    NEURAL_NET = "neural_net"
    POST_ANNOTATION = "post_annotation"
    PRE_ANNOTATION = "pre_annotation"
    SMART_TOOL = "smart_tool"
    UPLOAD = "upload"
