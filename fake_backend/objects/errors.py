"""What the storage endpoint refuses, with S3's own statuses, codes and sentences.

    StorageRefusal                          base: status, code, message, elements
    ├── AccessDenied                   403  unsigned, expired, not yet valid, or with headers left unsigned
    ├── SignatureDoesNotMatch          403  signed, but not for this request
    ├── InvalidAccessKeyId             403  signed by nobody this world knows
    ├── RequestTimeTooSkewed           403  dated too far from the world's time
    ├── AuthorizationQueryParametersError  400  a signed URL whose parameters cannot be read
    ├── AuthorizationHeaderMalformed   400  an ``Authorization`` header that cannot be read
    ├── InvalidToken                   400  a session token, which this world never issues
    ├── InvalidRequest                 400  SigV2, or a header that the call needs is missing
    ├── InvalidArgument                400  a parameter out of its range
    ├── InvalidURI                     400  a path that is not UTF-8
    ├── InvalidBucketName              400
    ├── KeyTooLong                     400
    ├── MalformedXML                   400
    ├── InvalidPolicyDocument          400  the policy of a form cannot be read
    ├── MalformedPOSTRequest           400  the form itself
    ├── MaxPostPreDataLengthExceeded   400
    ├── IncompleteBody                 400
    ├── ContentMismatch                400  ``XAmzContentSHA256Mismatch``
    ├── BadDigest, InvalidDigest       400
    ├── InvalidPart, InvalidPartOrder  400
    ├── EntityTooSmall, EntityTooLarge 400
    ├── NoSuchBucket, NoSuchKey, NoSuchUpload  404
    ├── PreconditionFailed             412
    ├── InvalidRange                   416
    └── NotServed                      501  ``NotImplemented``

Source of codes, sentences and elements, unless a class names another: answers recorded from AWS on 2026-02-21 in
LocalStack's ``tests/aws/services/s3/*.snapshot.json``, and the S3 API reference, "Error responses".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

from fake_backend.core.errors import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_NO_ELEMENTS: Mapping[str, str] = MappingProxyType({})


@dataclass(eq=False)  # not frozen: contextlib assigns ``__traceback__``
class StorageRefusal(Refusal):
    """A request that the storage declines.

    Args:
        message: S3's sentence; the class's own when left out.
        received: The offending value, where it is no secret.
        expected: What would have been accepted.
        elements: Further elements of the error document, in their order.
    """

    sentence: ClassVar[str] = ""

    message: str = ""
    elements: Mapping[str, str] = field(default_factory=lambda: _NO_ELEMENTS)

    def __post_init__(self) -> None:
        """Use the class's sentence where none was given."""
        self.message = self.message or self.sentence


class AccessDenied(StorageRefusal):
    """The caller may not do this."""

    status = 403
    code = "AccessDenied"
    sentence = "Access Denied"


class SignatureDoesNotMatch(StorageRefusal):
    """The request is signed, but not as it stands."""

    status = 403
    code = "SignatureDoesNotMatch"
    sentence = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )


class InvalidAccessKeyId(StorageRefusal):
    """The access key is not this world's."""

    status = 403
    code = "InvalidAccessKeyId"
    sentence = "The AWS Access Key Id you provided does not exist in our records."


class RequestTimeTooSkewed(StorageRefusal):
    """The request's date is too far from the world's time."""

    status = 403
    code = "RequestTimeTooSkewed"
    sentence = "The difference between the request time and the current time is too large."


class AuthorizationQueryParametersError(StorageRefusal):
    """The signature parameters of a URL cannot be read."""

    code = "AuthorizationQueryParametersError"


class AuthorizationHeaderMalformed(StorageRefusal):
    """The ``Authorization`` header cannot be read."""

    code = "AuthorizationHeaderMalformed"


class InvalidToken(StorageRefusal):
    """A session token; this world issues none."""

    code = "InvalidToken"
    sentence = "The provided token is malformed or otherwise invalid."


class InvalidRequest(StorageRefusal):
    """The request contradicts itself, lacks a header, or is signed by a retired method."""

    code = "InvalidRequest"


class InvalidArgument(StorageRefusal):
    """A parameter is out of its range."""

    code = "InvalidArgument"


class InvalidURI(StorageRefusal):
    """The path names no bucket and key."""

    code = "InvalidURI"
    sentence = "Couldn't parse the specified URI."


class InvalidBucketName(StorageRefusal):
    """The name cannot be a bucket's."""

    code = "InvalidBucketName"
    sentence = "The specified bucket is not valid."


class KeyTooLong(StorageRefusal):
    """The key is longer than S3 takes."""

    code = "KeyTooLongError"
    sentence = "Your key is too long"


class MalformedXML(StorageRefusal):
    """The body is not the document that the call needs."""

    code = "MalformedXML"
    sentence = "The XML you provided was not well-formed or did not validate against our published schema"


class InvalidPolicyDocument(StorageRefusal):
    """The policy of a form is none."""

    code = "InvalidPolicyDocument"


class MalformedPOSTRequest(StorageRefusal):
    """The body of a POST is no form."""

    code = "MalformedPOSTRequest"
    sentence = "The body of your POST request is not well-formed multipart/form-data."


class MaxPostPreDataLengthExceeded(StorageRefusal):
    """A form says more beside its file than S3 reads; code and sentence are AWS's, spelled so in ember-uploader#45."""

    code = "MaxPostPreDataLengthExceeded"
    sentence = "Your POST request fields preceeding the upload file was too large."


class IncompleteBody(StorageRefusal):
    """The body ended early or is not framed as it says."""

    code = "IncompleteBody"
    sentence = "The request body terminated unexpectedly"


class ContentMismatch(StorageRefusal):
    """The body is not the one that was signed."""

    code = "XAmzContentSHA256Mismatch"
    sentence = "The provided 'x-amz-content-sha256' header does not match what was computed."


class BadDigest(StorageRefusal):
    """The body is not the one that the digest was taken of."""

    code = "BadDigest"


class InvalidDigest(StorageRefusal):
    """The digest is none."""

    code = "InvalidDigest"
    sentence = "The Content-MD5 you specified was invalid."


class InvalidPart(StorageRefusal):
    """A part that the completion names was not uploaded so."""

    code = "InvalidPart"
    sentence = (
        "One or more of the specified parts could not be found.  The part may not have been uploaded, "
        "or the specified entity tag may not match the part's entity tag."
    )


class InvalidPartOrder(StorageRefusal):
    """The completion names its parts out of order."""

    code = "InvalidPartOrder"
    sentence = "The list of parts was not in ascending order. Parts must be ordered by part number."


class EntityTooSmall(StorageRefusal):
    """A part other than the last, or the file of a form, is below the least size."""

    code = "EntityTooSmall"
    sentence = "Your proposed upload is smaller than the minimum allowed size"


class EntityTooLarge(StorageRefusal):
    """The file of a form is above the greatest size."""

    code = "EntityTooLarge"
    sentence = "Your proposed upload exceeds the maximum allowed size"


class NoSuchBucket(StorageRefusal):
    """This world has no such bucket."""

    status = 404
    code = "NoSuchBucket"
    sentence = "The specified bucket does not exist"


class NoSuchKey(StorageRefusal):
    """The bucket has no such object."""

    status = 404
    code = "NoSuchKey"
    sentence = "The specified key does not exist."


class NoSuchUpload(StorageRefusal):
    """The multipart upload never was, or is over."""

    status = 404
    code = "NoSuchUpload"
    sentence = (
        "The specified upload does not exist. The upload ID may be invalid, "
        "or the upload may have been aborted or completed."
    )


class PreconditionFailed(StorageRefusal):
    """The object is not in the state that the caller made a condition."""

    status = 412
    code = "PreconditionFailed"
    sentence = "At least one of the pre-conditions you specified did not hold"


class InvalidRange(StorageRefusal):
    """The range lies outside the object."""

    status = 416
    code = "InvalidRange"
    sentence = "The requested range is not satisfiable"


class NotServed(StorageRefusal):
    """An operation of S3 that this fake does not have."""

    status = 501
    code = "NotImplemented"
