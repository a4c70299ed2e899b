"""Forms with a policy, held to what AWS was recorded to answer.

Each test sends one of `contract_tests.storage.refused_forms`.
"""

from __future__ import annotations

from contract_tests.clauses.refused import hold


def test_an_expired_policy_is_refused() -> None:
    """A form whose policy has expired is 403 AccessDenied."""
    hold("form-expired")


def test_a_policy_that_was_tampered_with_does_not_match() -> None:
    """A form whose policy is not the signed one is 403 SignatureDoesNotMatch, before anybody reads it."""
    hold("form-policy-cut")


def test_a_policy_cannot_be_replaced() -> None:
    """A form whose policy was replaced by one that allows everything is 403 SignatureDoesNotMatch."""
    hold("form-policy-replaced")


def test_a_form_needs_its_signature() -> None:
    """A form without its signature is 400 InvalidArgument and names the field."""
    hold("form-without-signature")


def test_a_form_needs_all_that_signs_it() -> None:
    """A form that lacks several of the fields that sign is told the first of them."""
    hold("form-without-algorithm")


def test_a_form_that_nothing_signs_is_denied() -> None:
    """A form with no field that signs is 403 AccessDenied."""
    hold("form-unsigned")


def test_a_form_needs_a_key() -> None:
    """A form without a key is 400 InvalidArgument and names the field."""
    hold("form-without-key")


def test_a_form_needs_a_file() -> None:
    """A form without a file is 400 InvalidArgument."""
    hold("form-without-file")


def test_a_field_has_to_equal_its_condition() -> None:
    """A field that is not as `eq` says is 403 AccessDenied and shown the condition."""
    hold("form-not-equal")


def test_a_value_is_compared_with_its_case() -> None:
    """Values are compared with their case."""
    hold("form-other-case")


def test_a_condition_names_a_field_with_a_dollar() -> None:
    """A condition that names its field without `$` is never met."""
    hold("form-no-variable")


def test_a_field_has_to_start_as_its_condition_says() -> None:
    """A field that does not start as `starts-with` says is 403 AccessDenied and shown the condition."""
    hold("form-other-start")


def test_a_simple_condition_has_one_property() -> None:
    """A simple condition of two properties is 400 InvalidPolicyDocument."""
    hold("form-two-in-one")


def test_a_file_may_be_too_large() -> None:
    """A file above content-length-range is 400 EntityTooLarge, with both sizes."""
    hold("form-too-large")


def test_a_file_may_be_too_small() -> None:
    """A file below content-length-range is 400 EntityTooSmall, with both sizes."""
    hold("form-too-small")


def test_a_range_has_numbers_for_ends() -> None:
    """A content-length-range whose end is no number is never met."""
    hold("form-range-no-number")


def test_every_field_needs_a_condition() -> None:
    """A field that no condition names is 403 AccessDenied and named."""
    hold("form-extra-field")


def test_a_form_is_multipart() -> None:
    """A POST to a bucket that is no multipart/form-data is 412 PreconditionFailed."""
    hold("form-other-content")


def test_a_form_of_sigv2_is_refused() -> None:
    """A form signed by SigV2 is 400 InvalidRequest in a region as young as ap-northeast-2."""
    hold("form-sigv2")


def test_a_policy_is_json() -> None:
    """A policy that is no JSON is 400 InvalidPolicyDocument."""
    hold("form-policy-no-json")


def test_a_policy_ends_at_an_instant() -> None:
    """A policy whose expiration is no instant is 400 InvalidPolicyDocument."""
    hold("form-policy-no-date")


def test_a_form_says_little_beside_its_file() -> None:
    """More than 20 KB beside the file are 400 MaxPostPreDataLengthExceeded, with the limit."""
    hold("form-too-wordy")
