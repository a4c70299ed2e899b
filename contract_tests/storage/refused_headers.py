"""Requests signed by header that S3 refuses, and lists that it refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import requests

from contract_tests.storage.answers import ANY, Refusal
from contract_tests.storage.refused_urls import MISMATCH
from contract_tests.storage.sides import KEY
from contract_tests.storage.signers import TIMEOUT, chunked, now, signed_headers, url

if TYPE_CHECKING:
    from contract_tests.storage.sides import Side

STREAMING = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"


def _target(side: Side) -> str:
    return f"{side.bucket_url}/{KEY}"


def _dated(side: Side, minutes: int) -> requests.Response:
    at = now() + timedelta(minutes=minutes)
    return requests.get(_target(side), headers=signed_headers(side, "GET", _target(side), at=at), timeout=TIMEOUT)


def _other_body(side: Side) -> requests.Response:
    headers = signed_headers(side, "PUT", _target(side), body=b"signed")
    return requests.put(_target(side), data=b"sent", headers=headers, timeout=TIMEOUT)


def streamed(side: Side, *, altered: bool) -> requests.Response:
    """Put an object in signed chunks, the second of which may be altered on its way."""
    at, chunks = now(), [b"a" * 8_192, b"b" * 100]
    told = {"x-amz-decoded-content-length": "8292", "Content-Encoding": "aws-chunked"}
    headers = signed_headers(side, "PUT", _target(side), at=at, headers=told, payload=STREAMING)
    body = chunked(side, chunks, at, headers["Authorization"].rpartition("=")[2])
    if altered:
        body = body.replace(b"bb", b"bc", 1)
    headers["X-Amz-Content-SHA256"] = STREAMING
    return requests.put(_target(side), data=body, headers=headers, timeout=TIMEOUT)


def _twice_signed(side: Side) -> requests.Response:
    headers = {"Authorization": signed_headers(side, "GET", _target(side))["Authorization"]}
    return requests.get(url(side, KEY), headers=headers, timeout=TIMEOUT)


def _garbled_token(side: Side) -> requests.Response:
    target = f"{side.bucket_url}?list-type=2&continuation-token=garbage"
    return requests.get(target, headers=signed_headers(side, "GET", target), timeout=TIMEOUT)


SKEWED = Refusal(
    403,
    "RequestTimeTooSkewed",
    "The difference between the request time and the current time is too large.",
    {"RequestTime": ANY, "ServerTime": ANY, "MaxAllowedSkewMilliseconds": "900000"},
)
ROWS = (
    ("header-behind", "GET by header, dated 16 minutes ago", lambda side: _dated(side, -16), SKEWED),
    ("header-ahead", "GET by header, dated 16 minutes ahead", lambda side: _dated(side, 16), SKEWED),
    (
        "header-other-body",
        "PUT by header, another body than the signed one",
        _other_body,
        Refusal(
            400,
            "XAmzContentSHA256Mismatch",
            "The provided 'x-amz-content-sha256' header does not match what was computed.",
            {"ClientComputedContentSHA256": ANY, "S3ComputedContentSHA256": ANY},
        ),
    ),
    (
        "chunk-altered",
        "PUT in signed chunks, one of them altered",
        lambda side: streamed(side, altered=True),
        Refusal(403, "SignatureDoesNotMatch", MISMATCH.message),
    ),
    (
        "signed-twice",
        "GET, signed by URL and by header",
        _twice_signed,
        Refusal(
            400,
            "InvalidArgument",
            "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string "
            "parameter or the Authorization header should be specified",
        ),
    ),
    (
        "list-bad-token",
        "ListObjectsV2, a continuation token that nobody gave",
        _garbled_token,
        Refusal(
            400,
            "InvalidArgument",
            "The continuation token provided is incorrect",
            {"ArgumentName": "continuation-token"},
        ),
    ),
)
