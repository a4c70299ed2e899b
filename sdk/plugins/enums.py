"""Closed sets of words that plugins share."""

from __future__ import annotations

from enum import StrEnum


class PluginCategory(StrEnum):
    """What a plugin is for."""

    NEURAL_NET = "neural_net"
    EXPORT = "export"
    UPLOAD = "upload"
    SMART_TOOL = "smart_tool"
    POST_ANNOTATION = "post_annotation"
    PRE_ANNOTATION = "pre_annotation"
    DATA_VALIDATION = "data_validation"
    CUSTOM = "custom"
