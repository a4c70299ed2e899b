"""Policies of forms: what is a policy, and which forms it allows."""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.errors import AccessDenied, InvalidPolicyDocument, StorageRefusal
from fake_backend.objects.policy import Policy

END = datetime(2026, 3, 2, 10, 30, 15, tzinfo=UTC)
NAMES = st.text("abcdefghijkmz-", min_size=1, max_size=8).filter(lambda name: name not in {"file", "policy", "bucket"})
VALUES = st.text(max_size=8)


def read(conditions, **others):
    """Return the policy of a document."""
    document = {"expiration": "2026-03-02T10:30:15Z", "conditions": conditions, **others}
    return Policy.read(b64encode(json.dumps(document).encode()).decode())


def judge(policy, fields, size=1, now=END - timedelta(seconds=1)):
    """Judge a form that was sent to the bucket ``media``."""
    policy.judge(fields, bucket="media", size=size, now=now)


@given(fields=st.dictionaries(NAMES, VALUES, max_size=4), data=st.data())
def test_a_form_is_allowed_by_conditions_that_are_made_of_it(fields, data):
    """Equal or a start of it, in any order, under any case of the names; one condition less and the field is extra."""
    made = []
    for name, value in fields.items():
        cased = data.draw(st.sampled_from([name, name.upper(), name.title()]))
        start = value[: data.draw(st.integers(0, len(value)))]
        made.append(
            data.draw(
                st.sampled_from([{cased: value}, ["eq", f"${cased}", value], ["starts-with", f"${cased}", start]])
            )
        )
    made = data.draw(st.permutations(made))
    judge(read([{"bucket": "media"}, *made]), fields)

    if made:
        with pytest.raises(AccessDenied, match="Extra input fields"):
            judge(read(made[1:]), fields)


@given(name=NAMES, value=VALUES, other=VALUES)
def test_any_other_value_is_refused_and_the_condition_shown(name, value, other):
    """``eq`` holds for equal text alone, ``starts-with`` for a start alone; a field that is not there has no value."""
    for condition, holds in ((["eq", f"${name}", value], other == value), (["starts-with", f"${name}", value], None)):
        policy = read([condition])
        if other.startswith(value) if holds is None else holds:
            judge(policy, {name: other})
        else:
            with pytest.raises(AccessDenied) as refused:
                judge(policy, {name: other})
            assert json.dumps(condition, ensure_ascii=False) in refused.value.message
    with pytest.raises(AccessDenied):
        judge(read([["eq", f"${name}", value]]), {})


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 30))
def test_a_range_takes_what_lies_in_it(least, most, size):
    """Both ends included, whichever comes first in the document of a range that nothing fits."""
    policy = read([["content-length-range", least, most]])
    if least <= size <= most:
        judge(policy, {}, size)
    else:
        with pytest.raises(StorageRefusal) as refused:
            judge(policy, {}, size)
        assert (400, "EntityTooSmall" if size < least else "EntityTooLarge") == (
            refused.value.status,
            refused.value.code,
        )


def test_a_policy_ends_at_its_instant():
    """Good until then, expired at the very instant."""
    judge(read([]), {}, now=END - timedelta(microseconds=1))
    with pytest.raises(AccessDenied, match=r"Policy expired\."):
        judge(read([]), {}, now=END)


def test_a_bucket_is_the_one_that_was_asked():
    """The condition is held against where the form was sent, whatever the form says."""
    with pytest.raises(AccessDenied, match="bucket"):
        judge(read([{"bucket": "other"}]), {"bucket": "other"})


@pytest.mark.parametrize(("types", "allowed"), [("image/jpg,image/png", True), ("image/jpg,text/plain", False)])
def test_a_list_of_types_has_to_start_so_in_each(types, allowed):
    """S3's own example of a list; of any other field a comma is a comma."""
    judge(read([["starts-with", "$tag", "image/"]]), {"tag": types})
    policy = read([["starts-with", "$Content-Type", "image/"]])
    if allowed:
        judge(policy, {"content-type": types})
    else:
        with pytest.raises(AccessDenied):
            judge(policy, {"content-type": types})


def test_a_field_may_ask_to_be_ignored():
    """``x-ignore-`` needs no condition."""
    judge(read([]), {"x-ignore-it": "1", "policy": "p", "x-amz-signature": "s"})


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("e", "invalid Base64 encoding."),
        (b64encode(b"\xff").decode(), "Invalid JSON."),
        (b64encode(b"[]").decode(), "Invalid JSON."),
        (b64encode(b"[" * 100_000).decode(), "Invalid JSON."),
        ({"conditions": []}, "Policy missing expiration."),
        ({"expiration": "2026-03-02T10:30:15Z"}, "Policy missing conditions."),
        ({"EXPIRATION": "2026-03-02T10:30:15Z", "conditions": []}, 'Unexpected: "EXPIRATION"'),
        ({"expiration": 5, "conditions": []}, "Invalid 'expiration' value: '5'"),
        (
            {"expiration": "2026-02-30T10:30:15Z", "conditions": []},
            "Invalid 'expiration' value: '2026-02-30T10:30:15Z'",
        ),
        ({"expiration": "2026-03-02T10:30:15Z", "conditions": {}}, "Invalid 'conditions' value: must be a List."),
        ([5], "Invalid condition test: must be a List or Object."),
        ([[]], "Invalid Condition: missing operation identifier."),
        ([["like", "$key", "a"]], "Invalid Condition: unknown operation 'like'."),
        ([["eq", "$key"]], "Invalid eq: wrong number of arguments."),
        ([["content-length-range", 1]], "Invalid content-length-range: wrong number of arguments."),
        ([{"key": 5}], "Invalid Simple-Condition: value must be a string."),
        ([{}], "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."),
        ([[{"a": 1}, "$key", "a"]], "Invalid Condition: unknown operation '{'a': 1}'."),
    ],
)
def test_what_is_no_policy_is_told_why(document, sentence):
    """400 InvalidPolicyDocument with one sentence; whatever was signed, never an exception."""
    if isinstance(document, list):
        document = {"expiration": "2026-03-02T10:30:15Z", "conditions": document}
    encoded = document if isinstance(document, str) else b64encode(json.dumps(document).encode()).decode()
    with pytest.raises(InvalidPolicyDocument) as refused:
        Policy.read(encoded)

    assert f"Invalid Policy: {sentence}" == refused.value.message


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.sampled_from(["eq", "starts-with", "$key"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4), st.dictionaries(NAMES, VALUES, max_size=2))
def test_no_conditions_break_the_judge(conditions, fields):
    """Whatever a document has for conditions: allowed, or refused by one of S3's codes."""
    code = ""
    try:
        judge(read(conditions), fields)
    except StorageRefusal as refused:
        code = refused.code

    assert code in {"", "AccessDenied", "InvalidPolicyDocument", "EntityTooSmall", "EntityTooLarge"}
