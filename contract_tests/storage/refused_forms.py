"""Forms that S3 refuses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests

from contract_tests.storage.answers import ANY, Refusal
from contract_tests.storage.refused_urls import MISMATCH
from contract_tests.storage.signers import TIMEOUT, form, policy, post

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contract_tests.storage.sides import Side

REDIRECT = "http://localhost.test/random"  # that of the recorded answers
FORM_MISMATCH = Refusal(
    MISMATCH.status,
    MISMATCH.code,
    MISMATCH.message,
    dict.fromkeys(("AWSAccessKeyId", "StringToSign", "SignatureProvided", "StringToSignBytes"), ANY),
)


def _without(side: Side, *names: str) -> requests.Response:
    return post(side, {name: value for name, value in form(side).items() if name not in names})


def _with(side: Side, **fields: str) -> requests.Response:
    return post(side, {**form(side), **fields})


def _redirected(side: Side, condition: Any, given: str = REDIRECT) -> requests.Response:
    field = {"success_action_redirect": given}
    return post(side, form(side, conditions=[condition], fields=field))


def _sized(side: Side, ends: Sequence[Any], size: int) -> requests.Response:
    return post(side, form(side, conditions=[["content-length-range", *ends]]), b"a" * size)


def _by_document(side: Side, document: Any) -> requests.Response:
    return post(side, form(side, document=document))


def _cut_policy(side: Side) -> requests.Response:
    fields = form(side)
    return post(side, {**fields, "policy": fields["policy"][:-2]})


def _of_another_type(side: Side) -> requests.Response:
    prepared = requests.Request("POST", side.bucket_url, data=form(side), files={"file": b"posted"}).prepare()
    return requests.post(side.bucket_url, data=prepared.body, headers={"Content-Type": "text/html"}, timeout=TIMEOUT)


def _without_file(side: Side) -> requests.Response:
    fields = {name: (None, value) for name, value in form(side).items()}
    return requests.post(side.bucket_url, files=fields, timeout=TIMEOUT)


def _failed(condition: str) -> Refusal:
    return Refusal(403, "AccessDenied", f"Invalid according to Policy: Policy Condition failed: {condition}", {})


def _missing(name: str) -> Refusal:
    told = (
        f"Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields."
    )
    return Refusal(400, "InvalidArgument", told, {"ArgumentName": name, "ArgumentValue": ""})


def _no_policy(sentence: str) -> Refusal:
    return Refusal(400, "InvalidPolicyDocument", f"Invalid Policy: {sentence}")


ROWS = (
    (
        "form-expired",
        "POST, the policy expired",
        lambda side: post(side, form(side, expires=-2)),
        Refusal(403, "AccessDenied", "Invalid according to Policy: Policy expired.", {}),
    ),
    ("form-policy-cut", "POST, the policy cut short", _cut_policy, FORM_MISMATCH),
    (
        "form-policy-replaced",
        "POST, the policy replaced by `{}`",
        lambda side: _with(side, policy="e30="),
        FORM_MISMATCH,
    ),
    (
        "form-without-signature",
        "POST without its signature",
        lambda side: _without(side, "x-amz-signature"),
        _missing("X-Amz-Signature"),
    ),
    (
        "form-without-algorithm",
        "POST without algorithm and credential",
        lambda side: _without(side, "x-amz-algorithm", "x-amz-credential"),
        _missing("X-Amz-Algorithm"),
    ),
    (
        "form-unsigned",
        "POST with key and policy alone",
        lambda side: _without(side, "x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date"),
        Refusal(403, "AccessDenied", "Access Denied", {}),
    ),
    ("form-without-key", "POST without a key", lambda side: _without(side, "key"), _missing("key")),
    (
        "form-without-file",
        "POST without a file",
        _without_file,
        Refusal(
            400,
            "InvalidArgument",
            "POST requires exactly one file upload per request.",
            {"ArgumentName": "file", "ArgumentValue": "0"},
        ),
    ),
    (
        "form-not-equal",
        "POST, a field differs from `eq`",
        lambda side: _redirected(side, ["eq", "$success_action_redirect", REDIRECT], "http://wrong.location/test"),
        _failed(f'["eq", "$success_action_redirect", "{REDIRECT}"]'),
    ),
    (
        "form-other-case",
        "POST, a field differs from `eq` in case",
        lambda side: _redirected(side, ["eq", "$success_action_redirect", REDIRECT.replace("http", "HTTP")]),
        _failed(f'["eq", "$success_action_redirect", "{REDIRECT.replace("http", "HTTP")}"]'),
    ),
    (
        "form-no-variable",
        "POST, a condition on a field without its `$`",
        lambda side: _redirected(side, ["eq", "success_action_redirect", REDIRECT]),
        _failed(f'["eq", "success_action_redirect", "{REDIRECT}"]'),
    ),
    (
        "form-other-start",
        "POST, a field does not start as `starts-with` says",
        lambda side: _redirected(
            side, ["starts-with", "$success_action_redirect", "http://localhost"], "http://wrong.location/test"
        ),
        _failed('["starts-with", "$success_action_redirect", "http://localhost"]'),
    ),
    (
        "form-two-in-one",
        "POST, a simple condition of two properties",
        lambda side: _redirected(side, {"bucket": side.bucket, "success_action_redirect": REDIRECT}),
        Refusal(
            400,
            "InvalidPolicyDocument",
            "Invalid Policy: Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
            {},
        ),
    ),
    (
        "form-too-large",
        "POST, 12 bytes where 5 to 10 are allowed",
        lambda side: _sized(side, [5, 10], 12),
        Refusal(
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
            {"ProposedSize": "12", "MaxSizeAllowed": "10"},
        ),
    ),
    (
        "form-too-small",
        "POST, 1 byte where 5 to 10 are allowed",
        lambda side: _sized(side, [5, 10], 1),
        Refusal(
            400,
            "EntityTooSmall",
            "Your proposed upload is smaller than the minimum allowed size",
            {"ProposedSize": "1", "MinSizeAllowed": "5"},
        ),
    ),
    (
        "form-range-no-number",
        "POST, a range from `test` to 10",
        lambda side: _sized(side, ["test", "10"], 10),
        _failed('["content-length-range", "test", "10"]'),
    ),
    (
        "form-extra-field",
        "POST, a field without a condition",
        lambda side: post(side, form(side, fields={"x-amz-meta-foo": "bar"})),
        Refusal(403, "AccessDenied", "Invalid according to Policy: Extra input fields: x-amz-meta-foo"),
    ),
    (
        "form-other-content",
        "POST of another content than `multipart/form-data`",
        _of_another_type,
        Refusal(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
            {"Condition": "Bucket POST must be of the enclosure-type multipart/form-data"},
        ),
    ),
    (
        "form-sigv2",
        "POST, signed by SigV2",
        lambda side: post(
            side,
            {
                "key": "posted",
                "AWSAccessKeyId": side.credentials.access_key,
                "policy": form(side)["policy"],
                "signature": "c2lnbmVk",
            },
        ),
        Refusal(
            400,
            "InvalidRequest",
            "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
        ),
    ),
    (
        "form-policy-no-json",
        "POST, a policy that is no JSON",
        lambda side: _by_document(side, b"no JSON"),
        _no_policy("Invalid JSON."),
    ),
    (
        "form-policy-no-date",
        "POST, a policy with another form of date",
        lambda side: _by_document(side, {**policy([]), "expiration": "tomorrow"}),
        _no_policy("Invalid 'expiration' value: 'tomorrow'"),
    ),
    (
        "form-too-wordy",
        "POST, more than 20 KB beside the file",
        lambda side: post(side, form(side, fields={"x-ignore-it": "a" * 20_480})),
        Refusal(
            400,
            "MaxPostPreDataLengthExceeded",
            "Your POST request fields preceeding the upload file was too large.",
            {"MaxPostPreDataLengthBytes": "20480"},
        ),
    ),
)
