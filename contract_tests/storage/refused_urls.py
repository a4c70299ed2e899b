"""Presigned URLs that S3 refuses."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import requests
from botocore.config import Config

from contract_tests.storage.answers import ANY, Refusal
from contract_tests.storage.sides import KEY
from contract_tests.storage.signers import TIMEOUT, now, url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from contract_tests.storage.sides import Side

WEEK = 604_800  # seconds
MISMATCH = Refusal(
    403,
    "SignatureDoesNotMatch",
    "The request signature we calculated does not match the signature you provided. Check your key and signing method.",
    dict.fromkeys(
        (
            *("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"),
            *("CanonicalRequest", "CanonicalRequestBytes"),
        ),
        ANY,
    ),
)
UNSIGNED_HEADERS = "There were headers present in the request which were not signed"
UNREADABLE = "AuthorizationQueryParametersError"
EXPIRED = {"X-Amz-Expires": ANY, "Expires": ANY, "ServerTime": ANY}


def _get(target: str) -> requests.Response:
    return requests.get(target, timeout=TIMEOUT)


def _put(target: str, headers: Mapping[str, str] | None = None) -> requests.Response:
    return requests.put(target, data=b"changed", headers=headers, timeout=TIMEOUT)


def _good_for(side: Side, expires: Any) -> requests.Response:
    return _get(url(side, KEY, expires=expires))


def _expired(side: Side) -> requests.Response:
    return _get(url(side, KEY, expires=2, at=now() - timedelta(seconds=4)))


def _altered(side: Side) -> requests.Response:
    signed = url(side, KEY)
    return _get(signed[:-1] + ("0" if signed[-1] != "0" else "1"))


def _without(side: Side) -> requests.Response:
    return _get(url(side, KEY).replace("X-Amz-Date", "X-Date"))


def _doubly_encoded(side: Side) -> requests.Response:
    return _get(url(side, KEY).replace("%2F", "%252F"))


def _other_type(side: Side) -> requests.Response:
    signed = url(side, KEY, method="PUT", headers={"content-type": "text/plain"})
    return _put(signed, {"Content-Type": "image/png"})


def _metadata_missing(side: Side) -> requests.Response:
    return _put(url(side, KEY, method="PUT", headers={"x-amz-meta-foo": "bar"}))


def _metadata_unsigned(side: Side) -> requests.Response:
    return _put(url(side, KEY, method="PUT"), {"x-amz-meta-wrong": "1"})


def _expiry_as_header(side: Side) -> requests.Response:
    return _put(url(side, KEY, method="PUT"), {"x-amz-expires": "5"})


def _parameter_added(side: Side) -> requests.Response:
    signed = url(side, KEY, method="PUT", headers={"x-amz-request-payer": "requester"})
    added = signed.replace("?", "?x-amz-request-payer=non-valid&", 1)
    return _put(added, {"x-amz-request-payer": "requester"})


def _stranger(side: Side) -> requests.Response:
    return _get(url(side, KEY).replace(side.credentials.access_key, "AKIA2222222222222222"))


def _sigv2(side: Side) -> requests.Response:
    client = side.client(config=Config(signature_version="s3"))
    signed = client.generate_presigned_url("get_object", {"Bucket": side.bucket, "Key": KEY})
    client.close()
    return _get(signed)


def _ahead(side: Side) -> requests.Response:
    return _get(url(side, KEY, at=now() + timedelta(minutes=16)))


ROWS = (
    ("url-expired", "GET, expired by 2 s", _expired, Refusal(403, "AccessDenied", "Request has expired", EXPIRED)),
    ("url-altered", "GET, one character of the signature altered", _altered, MISMATCH),
    (
        "url-unsigned",
        "GET without a signature",
        lambda side: _get(f"{side.bucket_url}/{KEY}"),
        Refusal(403, "AccessDenied", "Access Denied", {}),
    ),
    ("url-other-method", "PUT with a URL for GET", lambda side: _put(url(side, KEY)), MISMATCH),
    ("url-other-type", "PUT, another Content-Type than the signed one", _other_type, MISMATCH),
    ("url-header-missing", "PUT without a header that is signed", _metadata_missing, MISMATCH),
    (
        "url-header-unsigned",
        "PUT with an `x-amz-*` header that is not signed",
        _metadata_unsigned,
        Refusal(403, "AccessDenied", UNSIGNED_HEADERS, {"HeadersNotSigned": "x-amz-meta-wrong"}),
    ),
    (
        "url-expiry-as-header",
        "PUT, `X-Amz-Expires` once more as a header",
        _expiry_as_header,
        Refusal(403, "AccessDenied", UNSIGNED_HEADERS, {"HeadersNotSigned": "x-amz-expires"}),
    ),
    ("url-parameter-added", "PUT, a signed header once more as a parameter", _parameter_added, MISMATCH),
    (
        "url-over-a-week",
        "GET, `X-Amz-Expires` of 604,801",
        lambda side: _good_for(side, WEEK + 1),
        Refusal(400, UNREADABLE, "X-Amz-Expires must be less than a week (in seconds)..."),
    ),
    (
        "url-for-no-time",
        "GET, `X-Amz-Expires` of 0",
        lambda side: _good_for(side, 0),
        Refusal(403, "AccessDenied", "Request has expired"),
    ),
    (
        "url-negative",
        "GET, `X-Amz-Expires` of -1",
        lambda side: _good_for(side, -1),
        Refusal(400, UNREADABLE, "X-Amz-Expires must be non-negative"),
    ),
    (
        "url-no-number",
        "GET, `X-Amz-Expires` of `soon`",
        lambda side: _good_for(side, "soon"),
        Refusal(400, UNREADABLE, "X-Amz-Expires should be a number"),
    ),
    (
        "url-without-date",
        "GET without `X-Amz-Date`",
        _without,
        Refusal(
            400,
            UNREADABLE,
            "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, "
            "X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            {},
        ),
    ),
    (
        "url-doubly-encoded",
        "GET, the credential percent-encoded twice",
        _doubly_encoded,
        Refusal(
            400,
            UNREADABLE,
            "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting "
            '"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".',
            {},
        ),
    ),
    (
        "url-ahead",
        "GET, dated 16 minutes ahead",
        _ahead,
        Refusal(
            403,
            "AccessDenied",
            "Request is not yet valid",
            {"X-Amz-Date": ANY, "Expires": ANY, "ServerTime": ANY},
        ),
    ),
    (
        "url-stranger",
        "GET, signed by an unknown access key",
        _stranger,
        Refusal(
            403,
            "InvalidAccessKeyId",
            "The AWS Access Key Id you provided does not exist in our records.",
            {"AWSAccessKeyId": "AKIA2222222222222222"},
        ),
    ),
    (
        "url-sigv2",
        "GET, signed by SigV2",
        _sigv2,
        Refusal(
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    ),
)
