"""Secrets show as ``***``, wherever text leaves the SDK."""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING, override
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Iterable

MASK = "***"
FOREIGN_LOGGERS = (  # those that write addresses of requests or signed headers
    "urllib3.connectionpool",
    "urllib3.connection",
    "urllib3.poolmanager",
    "urllib3.response",
    "urllib3.util.retry",
    "requests",
    "botocore.auth",
    "botocore.endpoint",
    "botocore.hooks",
    "botocore.parsers",
    "botocore.retryhandler",
    "botocore.httpsession",
)
_PARAMETER = re.compile(
    r"(?i)((?:X-Amz|X-Goog)-(?:Signature|Credential|Security-Token)|\bAWSAccessKeyId|\bSignature)"
    r"(=|%3D|[\"']?\s*:\s*[\"']?)(?!\*\*\*)[^&\s\"'<>,;\\]+"
)
_AUTH_HEADER = re.compile(
    r"(?i)(\b(?:Authorization|Synapse-Access-Token)[\"']?\s*[:=]\s*b?[\"']?)((?:Token|Bearer|Basic)\s+)?"
    r"(?!\*\*\*|(?:Token|Bearer|Basic)\s)[^\s\"',}]+"
)
_USER_INFO = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^/\s@\"']+@")


def redact_urls(text: str) -> str:
    """Mask signatures, credentials and user info of every URL, and auth headers, in a text.

    Args:
        text: Anything that may hold a presigned URL.

    Returns:
        The text with ``***`` for the values of X-Amz-Signature, X-Amz-Credential, X-Amz-Security-Token (and their
        kin of SigV2 and of GCS), for ``user:password@``, and for the values of auth headers.
    """
    text = _PARAMETER.sub(rf"\1\2{MASK}", text)
    text = _AUTH_HEADER.sub(rf"\1\2{MASK}", text)
    return _USER_INFO.sub(rf"\1{MASK}@", text)


class Redactor:
    """Masks a set of known tokens besides what ``redact_urls`` masks.

    Args:
        secrets: Tokens; ``None`` and empty ones are left out.
    """

    def __init__(self, secrets: Iterable[str | None] = ()) -> None:
        known = {form for secret in secrets if secret for form in (secret, quote(secret, safe=""), quote_plus(secret))}
        alternatives = "|".join(re.escape(form) for form in sorted(known, key=len, reverse=True))
        self._known = re.compile(alternatives) if alternatives else None

    def text(self, text: str) -> str:
        """Return ``text`` with every secret masked."""
        if self._known is not None:
            text = self._known.sub(MASK, text)
        return redact_urls(text)

    def value(self, value: object) -> object:
        """Return a JSON value with every secret in its strings masked, keys included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key) if isinstance(key, str) else key: self.value(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.value(item) for item in value]
        return value

    def __repr__(self) -> str:
        return "Redactor(***)"


class LogMask(logging.Filter):
    """Masks secrets in the records of other libraries' loggers, from ``attach`` until ``detach``.

    Args:
        redactor: What to mask.
    """

    def __init__(self, redactor: Redactor) -> None:
        super().__init__()
        self._redactor = redactor

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        try:
            message = record.getMessage()
        except (TypeError, ValueError):  # arguments that do not fit: shown as they are, the handler could not either
            message = f"{record.msg} {record.args!r}"
        record.msg, record.args = self._redactor.text(message), None
        if record.exc_info:
            record.exc_text = self._redactor.text(logging.Formatter().formatException(record.exc_info))
            record.exc_info = None
        return True

    def attach(self) -> None:
        """Mask from now on."""
        for name in FOREIGN_LOGGERS:
            logging.getLogger(name).addFilter(self)

    def detach(self) -> None:
        """Leave the loggers as they were."""
        for name in FOREIGN_LOGGERS:
            logging.getLogger(name).removeFilter(self)
