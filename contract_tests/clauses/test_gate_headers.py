"""Requests signed by header, and lists, held to what AWS answers.

Each test sends one of `contract_tests.storage.refused_headers`.
"""

from __future__ import annotations

from contract_tests.clauses.refused import hold


def test_a_date_behind_is_too_skewed() -> None:
    """A request signed by header and dated more than 15 minutes ago is 403 RequestTimeTooSkewed, with both times."""
    hold("header-behind")


def test_a_date_ahead_is_too_skewed() -> None:
    """The same for one dated more than 15 minutes ahead."""
    hold("header-ahead")


def test_a_body_has_to_be_the_signed_one() -> None:
    """A body of another hash than the signed one is 400 XAmzContentSHA256Mismatch, with both."""
    hold("header-other-body")


def test_a_chunk_has_to_be_the_signed_one() -> None:
    """A chunk that is altered on its way is 403 SignatureDoesNotMatch, and nothing is stored."""
    hold("chunk-altered")


def test_two_signatures_are_one_too_many() -> None:
    """A request signed by URL and by header is 400 InvalidArgument."""
    hold("signed-twice")


def test_a_continuation_token_of_nobody_is_refused() -> None:
    """A continuation token that was never given is 400 InvalidArgument with ArgumentName, never the first page."""
    hold("list-bad-token")
