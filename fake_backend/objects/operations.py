"""Which operation of S3 a request asks for, and who serves it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from fake_backend.objects import listing, multipart, posting, reading, writing
from fake_backend.objects.answer import Answer, document
from fake_backend.objects.errors import NotServed
from fake_backend.objects.request import ObjectRequest
from fake_backend.objects.store import ObjectStore

type Operation = Callable[[ObjectRequest, ObjectStore], Answer]
type Subject = Literal["service", "bucket", "object"]


def admits_itself(request: ObjectRequest) -> bool:
    """Return whether the operation judges who may have it: a form carries its own permission."""
    return OPERATIONS.get(_asked(request)) is posting.post_object


def perform(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Serve a request that was admitted or admits itself.

    Raises:
        NotServed: S3 may have the operation, this fake has not.
        StorageRefusal: The operation declines.
    """
    _, subject, subresource = _asked(request)
    operation = OPERATIONS.get(_asked(request))
    if operation is None:
        raise NotServed(
            f"This fake does not serve {request.method} of a {subject}{subresource and f' with ?{subresource}'}.",
            expected=", ".join(sorted({f"{method} {of}{sub and f'?{sub}'}" for method, of, sub in OPERATIONS})),
        )
    return operation(request, store)


def _asked(request: ObjectRequest) -> tuple[str, Subject, str]:
    subject: Subject = "object" if request.key else "bucket" if request.bucket else "service"
    names = [name for name, _ in request.query if name in SUBRESOURCES]
    subresource = "uploadId" if "uploadId" in names else names[0] if names else ""
    return request.method, subject, subresource


def head_bucket(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Answer HeadBucket."""
    store.require(request.bucket)
    return Answer(headers={"x-amz-bucket-region": store.region, "Content-Type": "application/xml"})


def get_bucket_location(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Answer GetBucketLocation."""
    store.require(request.bucket)
    return document("LocationConstraint", store.region)


def put_or_copy(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Answer PutObject or CopyObject, which differ in a header."""
    operation = writing.copy_object if "x-amz-copy-source" in request.headers else writing.put_object
    return operation(request, store)


def upload_part(request: ObjectRequest, store: ObjectStore) -> Answer:
    """Answer UploadPart.

    Raises:
        NotServed: The part is to be copied from another object.
    """
    if "x-amz-copy-source" in request.headers:
        raise NotServed("This fake does not serve UploadPartCopy.", expected="UploadPart with the bytes in its body")
    return multipart.upload_part(request, store)


OPERATIONS: dict[tuple[str, Subject, str], Operation] = {
    ("GET", "object", ""): reading.get_object,
    ("HEAD", "object", ""): reading.head_object,
    ("PUT", "object", ""): put_or_copy,
    ("DELETE", "object", ""): writing.delete_object,
    ("POST", "object", "uploads"): multipart.create_upload,
    ("PUT", "object", "uploadId"): upload_part,
    ("POST", "object", "uploadId"): multipart.complete_upload,
    ("DELETE", "object", "uploadId"): multipart.abort_upload,
    ("GET", "object", "uploadId"): multipart.list_parts,
    ("HEAD", "bucket", ""): head_bucket,
    ("GET", "bucket", ""): listing.list_objects,
    ("GET", "bucket", "list-type"): listing.list_objects_v2,
    ("GET", "bucket", "location"): get_bucket_location,
    ("POST", "bucket", "delete"): writing.delete_objects,
    ("POST", "bucket", ""): posting.post_object,
}

# Parameters that make another operation of a path: S3 API reference, "Actions". ``partNumber`` and ``versionId`` are
# among them where no ``uploadId`` stands beside: an answer that ignored them would be a wrong object.
SUBRESOURCES = frozenset(
    {
        *(subresource for _, _, subresource in OPERATIONS if subresource),
        *("accelerate", "acl", "analytics", "attributes", "cors", "encryption", "intelligent-tiering", "inventory"),
        *("legal-hold", "lifecycle", "logging", "metadataConfiguration", "metadataTable", "metrics", "notification"),
        *(
            "object-lock",
            "ownershipControls",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "partNumber",
            "renameObject",
        ),
        *("replication", "requestPayment", "restore", "retention", "select", "session", "tagging", "torrent"),
        *("partNumber", "versionId", "versioning", "versions", "website"),
    }
)
