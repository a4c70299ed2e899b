"""Presigned URLs, held to what AWS was recorded to answer.

Each test sends one request of `contract_tests.storage.refused_urls`.
"""

from __future__ import annotations

from contract_tests.clauses.refused import hold


def test_an_expired_url_is_told_its_times() -> None:
    """An expired URL is 403 AccessDenied, `Request has expired`, with X-Amz-Expires, Expires and ServerTime."""
    hold("url-expired")


def test_another_signature_is_told_what_was_reckoned() -> None:
    """A signature that does not fit is 403 SignatureDoesNotMatch, with the texts that were signed in its place."""
    hold("url-altered")


def test_an_object_is_private() -> None:
    """A request without a signature is 403 AccessDenied."""
    hold("url-unsigned")


def test_a_url_to_read_does_not_write() -> None:
    """A PUT with a URL for GET is 403 SignatureDoesNotMatch, and the object stays as it was."""
    hold("url-other-method")


def test_a_signed_content_type_counts() -> None:
    """A Content-Type that was signed has to come as it was signed: 403 SignatureDoesNotMatch."""
    hold("url-other-type")


def test_a_signed_header_has_to_come() -> None:
    """A header that was signed and does not come is 403 SignatureDoesNotMatch."""
    hold("url-header-missing")


def test_a_header_of_amazons_has_to_be_signed() -> None:
    """An x-amz-* header that was not signed is 403 AccessDenied, and named in HeadersNotSigned."""
    hold("url-header-unsigned")


def test_the_expiry_cannot_be_sent_as_a_header() -> None:
    """A parameter of the signature that comes as a header too is a header left unsigned."""
    hold("url-expiry-as-header")


def test_a_parameter_cannot_be_added() -> None:
    """A parameter that was not signed is 403 SignatureDoesNotMatch, even where a header of its name was."""
    hold("url-parameter-added")


def test_a_url_is_good_for_a_week_and_no_longer() -> None:
    """X-Amz-Expires is 604,800 seconds at most: more is 400 AuthorizationQueryParametersError."""
    hold("url-over-a-week")


def test_a_url_for_no_time_has_expired() -> None:
    """A URL for 0 seconds is never good: 403, expired."""
    hold("url-for-no-time")


def test_a_url_for_less_than_no_time_is_refused() -> None:
    """A negative X-Amz-Expires is 400 AuthorizationQueryParametersError."""
    hold("url-negative")


def test_an_expiry_that_is_no_number_is_refused() -> None:
    """An X-Amz-Expires that is no number is 400 AuthorizationQueryParametersError."""
    hold("url-no-number")


def test_a_url_has_all_its_parts() -> None:
    """A URL that lacks a part of its signature is 400, with a sentence that names all six."""
    hold("url-without-date")


def test_a_credential_encoded_twice_is_none() -> None:
    """A credential that was percent-encoded twice is 400 AuthorizationQueryParametersError."""
    hold("url-doubly-encoded")


def test_a_url_of_the_future_is_not_yet_valid() -> None:
    """A URL dated more than 15 minutes ahead of the storage is 403 AccessDenied, `Request is not yet valid`."""
    hold("url-ahead")


def test_an_unknown_access_key_is_refused() -> None:
    """An access key of nobody is 403 InvalidAccessKeyId, and shown."""
    hold("url-stranger")


def test_sigv2_is_refused() -> None:
    """SigV2 is 400 InvalidRequest in a region as young as ap-northeast-2."""
    hold("url-sigv2")
