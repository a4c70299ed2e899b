"""Parameters are checked before anything is requested (to_task guide, Parameter Reference and Input validation)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from to_task_rig import AGENT, PROJECT, RELEASE, SPECIFICATION

from sdk.plugins.categories.pre_annotation.actions.to_task import CriticalError, ToTaskAction, ToTaskParams
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import InvalidParamsError
from sdk.plugins.errors import ParamsError

BASE = {
    "name": "AI_Auto_Annotation",
    "project": PROJECT,
    "agent": AGENT,
    "task_filters": {"status": "pending"},
    "method": "inference",
    "pre_processor": RELEASE,
}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"name": "File Annotation"}, "name: .*'File Annotation' contains whitespace"),
        ({"name": "tab\tbed"}, "contains whitespace"),
        ({"name": "wide\u3000space"}, "contains whitespace"),
        ({"name": ""}, "name: "),
        ({"project": "123"}, "project: "),
        ({"project": True}, "project: "),
        ({"project": 0}, "project: "),
        ({"agent": None}, "agent: "),
        ({"task_filters": None}, "task_filters: "),
        ({"method": "magic"}, "method: .*'file' or 'inference'"),
        ({"method": "file"}, "target_specification_name is required for file method"),
        ({"method": "file", "target_specification_name": " "}, "target_specification_name is required for file method"),
        ({"pre_processor": None}, "pre_processor is required for inference method"),
        ({"pre_processor": "789"}, "pre_processor: "),
        ({"pre_processor_params": [1]}, "pre_processor_params: "),
        (
            {"pre_processor_params": {"confidence_threshold": 1.01}},
            "confidence_threshold is 1.01; a number from 0 to 1",
        ),
        ({"pre_processor_params": {"confidence_threshold": True}}, "confidence_threshold is True"),
        ({"pre_processor_params": {"confidence_threshold": "0.5"}}, "confidence_threshold is '0.5'"),
        ({"pre_processor_params": {"post_processing": {"nms_threshold": -0.1}}}, r"post_processing\.nms_threshold is"),
        ({"pre_processor_params": {"model_config": {"batch_size": 0}}}, r"model_config\.batch_size is 0"),
        ({"pre_processor_params": {"batch_size": True}}, "batch_size is True"),
        ({"batch_size": 0}, "batch_size: "),
        ({"ready_timeout": 0}, "ready_timeout: "),
        ({"schema": "dm_schema_v9"}, "schema: "),
        ({"allowed_hosts": ["https://files.example/"]}, "allowed_hosts: .*'https://files.example/' is no host"),
        ({"overwrit": True}, "overwrit: "),
    ],
)
def test_what_cannot_be_met_is_refused_by_name(rig, fields, words) -> None:
    """A critical error with its remedy; nothing was requested. Also a ``ParamsError``, as of every action."""
    with pytest.raises(CriticalError, match=words) as refusal:
        ToTaskAction(run=rig.run_instance(), params=BASE | fields).start()

    assert isinstance(refusal.value, ParamsError)
    assert refusal.value.errors
    assert "Correct the parameters; nothing was requested." == refusal.value.remedy
    assert [] == rig.world.asked


@pytest.mark.parametrize("missing", ["name", "project", "agent", "task_filters", "method"])
def test_required_parameters_are_required(rig, missing) -> None:
    """Guide, Required Parameters."""
    params = {key: value for key, value in BASE.items() if key != missing}
    with pytest.raises(InvalidParamsError, match=f"{missing}: Field required"):
        ToTaskAction(run=rig.run_instance(), params=params).start()


def test_the_guides_parameters_are_taken() -> None:
    """Guide, Example 2, Pre-processor Parameters and File-based Annotation: every key that it shows."""
    shown = {
        "confidence_threshold": 0.85,
        "nms_threshold": 0.5,
        "model_config": {"batch_size": 16, "device": "cuda", "use_fp16": True},
        "post_processing": {"nms_threshold": 0.5, "min_size": 10},
        "class_filter": [1, 2, 3],
        "min_object_size": 20,
        "max_objects": 100,
        "include_masks": True,
        "output_format": "coco",
    }
    params = ToTaskParams.model_validate(BASE | {"description": "Auto-detect", "pre_processor_params": shown})
    by_file = BASE | {"method": "file", "target_specification_name": SPECIFICATION, "pre_processor_params": {}}
    del by_file["pre_processor"]

    assert shown == params.pre_processor_params
    assert {} == ToTaskParams.model_validate(by_file).pre_processor_params
    assert {} == ToTaskParams.model_validate(BASE | {"pre_processor_params": None}).pre_processor_params


@given(share=st.floats(0, 1) | st.sampled_from([0, 1]), other=st.floats().filter(lambda value: not 0 <= value <= 1))
def test_a_threshold_is_a_share(share, other) -> None:
    """From 0 to 1, both included; neither NaN nor infinity is."""
    taken = ToTaskParams.model_validate(BASE | {"pre_processor_params": {"confidence_threshold": share}})
    assert share == taken.confidence_threshold
    with pytest.raises(ValueError, match="a number from 0 to 1 is needed"):
        ToTaskParams.model_validate(BASE | {"pre_processor_params": {"nms_threshold": other}})


@pytest.mark.parametrize(
    ("fields", "batch"),
    [
        ({}, None),
        ({"batch_size": 4}, 4),
        ({"pre_processor_params": {"batch_size": 8}}, 8),
        ({"pre_processor_params": {"model_config": {"batch_size": 16}}}, 16),
        ({"batch_size": 4, "pre_processor_params": {"batch_size": 2}}, 4),
        ({"pre_processor_params": {"model_config": "fast"}}, None),
    ],
)
def test_a_batch_may_be_asked_for_in_three_places(fields, batch) -> None:
    """contract.md 4, batch, and the guide's ``model_config``: the largest counts."""
    assert batch == ToTaskParams.model_validate(BASE | fields).requested_batch


def test_an_action_needs_a_run() -> None:
    """There is nothing that it could do without."""
    with pytest.raises(TypeError, match="needs a run"):
        ToTaskAction(params=BASE)
