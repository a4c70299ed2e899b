"""The policy of a PostObject: a signed document of what a form may say, and until when.

Source: S3 API reference, "POST Policy" (sigv4-HTTPPOSTConstructPolicy). Sentences, unless a comment names another
source: recorded from AWS on 2026-02-21 in LocalStack's ``tests/aws/services/s3/test_s3.snapshot.json``,
``TestS3PresignedPost``.
"""

from __future__ import annotations

import binascii
import json
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from fake_backend.objects.errors import AccessDenied, EntityTooLarge, EntityTooSmall, InvalidPolicyDocument

if TYPE_CHECKING:
    from collections.abc import Mapping

# What needs no condition: S3 API reference, "POST Policy", "Conditions"
UNCONDITIONAL = ("x-amz-signature", "file", "policy")
IGNORED_PREFIX = "x-ignore-"
OPERATORS = ("eq", "starts-with", "content-length-range")  # no set: a document may have what no set takes
_ACCORDING = "Invalid according to Policy:"
_EXPIRATION = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?Z", re.ASCII)


@dataclass(frozen=True)
class Match:
    """A condition on a field.

    Args:
        operator: ``eq`` or ``starts-with``.
        name: The field's name as it was written, ``$`` and all.
        value: What it is held against.
    """

    operator: str
    name: str
    value: Any

    @property
    def field(self) -> str | None:
        """Lower-case name of the field; ``None`` without the ``$`` that makes it one."""
        return self.name[1:].lower() if self.name.startswith("$") else None

    def judge(self, fields: Mapping[str, str], _: int) -> None:
        """Refuse a form that does not meet the condition.

        Raises:
            AccessDenied: It does not.
        """
        given = None if self.field is None else fields.get(self.field)
        if given is None and self.operator == "starts-with" and self.value == "" and self.field is not None:
            return  # any value will do, also none
        if given is None or not isinstance(self.value, str) or not self._holds(given, self.value):
            raise _failed([self.operator, self.name, self.value], received=given)

    def _holds(self, given: str, value: str) -> bool:
        if self.operator == "eq":
            return given == value
        # a list of types passes when each of them does: "POST Policy", "Condition matching"
        several = [one.strip() for one in given.split(",")] if self.field == "content-type" else [given]
        return all(one.startswith(value) for one in several)


@dataclass(frozen=True)
class Range:
    """A condition on the size of the file, in bytes; both ends are allowed. Text that is a number will do as well."""

    least: Any
    most: Any

    field = None

    def judge(self, _: Mapping[str, str], size: int) -> None:
        """Refuse a file of another size.

        Raises:
            EntityTooSmall: It has fewer bytes.
            EntityTooLarge: It has more.
            AccessDenied: The ends are no numbers.
        """
        least, most = _number(self.least), _number(self.most)
        if least is None or most is None:
            raise _failed(["content-length-range", self.least, self.most])
        proposed = {"ProposedSize": str(size)}
        if size < least:
            raise EntityTooSmall(elements={**proposed, "MinSizeAllowed": str(least)})
        if size > most:
            raise EntityTooLarge(elements={**proposed, "MaxSizeAllowed": str(most)})


@dataclass(frozen=True)
class Policy:
    """A policy, read.

    Args:
        expiration: When it ends; aware.
        conditions: In their order.
    """

    expiration: datetime
    conditions: tuple[Match | Range, ...]

    @classmethod
    def read(cls, encoded: str) -> Policy:
        """Read a policy as the form has it.

        Args:
            encoded: JSON in base64.

        Raises:
            InvalidPolicyDocument: It is none. The sentences but for the one on simple conditions are those that AWS's
                users report (ember-uploader#43, s3_direct_upload#11) and versitygw's tests hold S3 to.
        """
        try:
            document = json.loads(b64decode(encoded, validate=True))
            json.dumps(document, ensure_ascii=False).encode()  # refuses half a character, which no answer can repeat
        except binascii.Error as error:
            raise _invalid("invalid Base64 encoding.") from error
        except (ValueError, RecursionError) as error:
            raise _invalid("Invalid JSON.") from error
        if not isinstance(document, dict):
            raise _invalid("Invalid JSON.")
        for name in document.keys() - {"expiration", "conditions"}:
            raise _invalid(f'Unexpected: "{name}"')
        if "expiration" not in document:
            raise _invalid("Policy missing expiration.")
        if "conditions" not in document:
            raise _invalid("Policy missing conditions.")
        if not isinstance(document["conditions"], list):
            raise _invalid("Invalid 'conditions' value: must be a List.")
        return cls(_instant(document["expiration"]), tuple(_condition(item) for item in document["conditions"]))

    def judge(self, fields: Mapping[str, str], *, bucket: str, size: int, now: datetime) -> None:
        """Refuse a form that the policy does not allow.

        Args:
            fields: Lower-case names and values.
            bucket: Where the form was sent.
            size: Bytes of the file.
            now: The world's time.

        Raises:
            AccessDenied: The policy has expired, a condition fails, or a field has none.
            EntityTooSmall: The file is smaller than allowed.
            EntityTooLarge: It is larger.
        """
        if now >= self.expiration:
            raise AccessDenied(f"{_ACCORDING} Policy expired.")
        for condition in self.conditions:
            condition.judge({**fields, "bucket": bucket}, size)
        covered = {condition.field for condition in self.conditions}
        extra = [name for name in fields if name not in covered and name not in UNCONDITIONAL]
        extra = [name for name in extra if not name.startswith(IGNORED_PREFIX)]
        if extra:
            # the sentence: aws-sdk-php#3292, s3_direct_upload#54; which of several it names is S3's secret
            raise AccessDenied(f"{_ACCORDING} Extra input fields: {extra[0]}", received=", ".join(extra))


def _condition(item: Any) -> Match | Range:
    if isinstance(item, dict):
        if len(item) != 1:
            raise _invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.")
        ((name, value),) = item.items()
        if not isinstance(value, str):
            raise _invalid("Invalid Simple-Condition: value must be a string.")
        return Match("eq", f"${name}", value)
    if not isinstance(item, list):
        raise _invalid("Invalid condition test: must be a List or Object.")
    if not item:
        raise _invalid("Invalid Condition: missing operation identifier.")
    operator = item[0]
    if operator not in OPERATORS:
        raise _invalid(f"Invalid Condition: unknown operation '{operator}'.")
    if len(item) != 3 or (operator != "content-length-range" and not isinstance(item[1], str)):
        raise _invalid(f"Invalid {operator}: wrong number of arguments.")
    return Range(item[1], item[2]) if operator == "content-length-range" else Match(operator, item[1], item[2])


def _instant(text: Any) -> datetime:
    refusal = _invalid(f"Invalid 'expiration' value: '{text}'")
    if not isinstance(text, str) or not _EXPIRATION.fullmatch(text):
        raise refusal
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as error:  # no such day or hour
        raise refusal from error


def _number(end: Any) -> int | None:
    if isinstance(end, str) and re.fullmatch(r"-?[0-9]{1,18}", end):
        return int(end)
    return end if isinstance(end, int) and not isinstance(end, bool) else None


def _failed(condition: list[Any], received: str | None = None) -> AccessDenied:
    shown = json.dumps(condition, ensure_ascii=False)
    return AccessDenied(f"{_ACCORDING} Policy Condition failed: {shown}", received=received)


def _invalid(sentence: str) -> InvalidPolicyDocument:
    return InvalidPolicyDocument(f"Invalid Policy: {sentence}")
