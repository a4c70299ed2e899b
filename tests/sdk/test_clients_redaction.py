"""Secrets show as ``***``."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sdk.clients.redaction import FOREIGN_LOGGERS, LogMask, Redactor, redact_urls

secrets = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=8, max_size=40)
names = st.sampled_from(["X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "x-amz-signature"])
texts = st.text(max_size=30)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(names, st.text("0123456789abcdef", min_size=16, max_size=64), texts)
def test_a_signature_never_survives_in_a_text(name, signature, around) -> None:
    """Wherever a presigned URL stands, its right to read does not."""
    text = f"{around}http://s/b/k?a=1&{name}={signature}&X-Amz-Expires=60 {around}"
    shown = redact_urls(text)

    assert f"{name}=***" in shown
    assert signature not in shown.replace(around, "")
    assert "X-Amz-Expires=60" in shown


@given(secrets, texts, texts)
def test_a_known_token_is_masked_as_it_is_and_as_it_is_quoted(token, before, after) -> None:
    """A token in a query string is the same token."""
    shown = Redactor([token, None, ""]).text(f"{before} {token} {quote(token, safe='')} {after}")

    assert token not in shown
    assert "***" in shown


@given(secrets, values)
def test_a_json_value_keeps_its_shape(token, value) -> None:
    """Masking changes strings and nothing else."""
    masked = Redactor([token]).value({"kept": value, "hidden": [f"Token {token}"], f"key {token}": 1})

    assert ["Token ***"] == masked["hidden"]
    assert 1 == masked["key ***"]
    assert type(value) is type(masked["kept"])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Token abcdef", "Authorization: Token ***"),
        ("{'Authorization': 'Token abcdef'}", "{'Authorization': 'Token ***'}"),
        ("{'Synapse-Access-Token': 'Token abcdef'}", "{'Synapse-Access-Token': 'Token ***'}"),
        ("SYNAPSE-ACCESS-TOKEN: abcdef", "SYNAPSE-ACCESS-TOKEN: ***"),
        ("http://me:pass@host/x", "http://***@host/x"),
        ("next=http%3A%2F%2Fs%3FX-Amz-Signature%3Dabc", "next=http%3A%2F%2Fs%3FX-Amz-Signature%3D***"),
        ('{"X-Amz-Signature": "abc"}', '{"X-Amz-Signature": "***"}'),
        ("?AWSAccessKeyId=AK&Signature=ab%3D&Expires=1", "?AWSAccessKeyId=***&Signature=***&Expires=1"),
        ("a plain sentence, 3 rows", "a plain sentence, 3 rows"),
    ],
)
def test_each_form_that_a_secret_takes_in_text_is_known(text, expected) -> None:
    """Headers as sent and as Python prints them, user info, URLs inside URLs, JSON, SigV2."""
    assert expected == redact_urls(text)
    assert expected == redact_urls(redact_urls(text))


def test_a_mask_covers_foreign_log_lines_and_leaves_without_a_trace(caplog) -> None:
    """urllib3 logs request targets and exceptions; after detaching, the loggers are as before."""
    mask = LogMask(Redactor(["token-1234"]))
    logger = logging.getLogger("urllib3.connectionpool")
    before = list(logger.filters)
    mask.attach()
    mask.attach()
    try:
        with caplog.at_level(logging.DEBUG, logger="urllib3.connectionpool"):
            failure = ValueError("/k?X-Amz-Signature=feed")
            unfitting = "%d rows of %s"
            logger.warning(unfitting, "token-1234")
            logger.warning('"GET %s HTTP/1.1" token-1234', "/k?X-Amz-Signature=beef", exc_info=failure)
    finally:
        mask.detach()

    formatted = logging.Formatter().format(caplog.records[1])
    assert "%d rows of %s ('***',)" == caplog.records[0].getMessage()
    assert '"GET /k?X-Amz-Signature=*** HTTP/1.1" ***' in formatted
    assert "beef" not in caplog.text
    assert "feed" not in caplog.text + formatted
    assert before == logger.filters
    assert all(mask not in logging.getLogger(name).filters for name in FOREIGN_LOGGERS)
