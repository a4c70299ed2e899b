"""botocore's SigV4 signers, told the time: one writes URLs, the others sign a request again to judge it.

Verifier and client cannot disagree, because both are botocore. It is imported with this module, hence only when a
world hands out its first URL or gets its first signed request.
Source: botocore 1.43, ``botocore/auth.py``; the idea of signing again is LocalStack's.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders

from fake_backend.objects.instants import SIGNING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fake_backend.objects.credentials import Credentials

SERVICE = "s3"
KEPT = 4096  # URLs, as signing one takes 43 us: those of some pages
UNRESERVED = "-._~"  # RFC 3986, 2.3, with letters and digits; SigV4 encodes every other byte


class _QuerySigner(S3SigV4QueryAuth):  # type: ignore[misc]  # botocore has no types
    """botocore's signer of URLs, at an instant of ours instead of the system's."""

    def sign(self, request: AWSRequest, timestamp: str) -> str:
        """Return the URL of ``request`` with its signature."""
        request.context["timestamp"] = timestamp
        self._modify_request_before_signing(request)
        text = self.string_to_sign(request, self.canonical_request(request))
        self._inject_signature_to_request(request, self.signature(text, request))
        return str(request.url)


def presigned_url(
    credentials: Credentials,
    region: str,
    bucket_url: str,
    key: str,
    *,
    method: str,
    expires_in: int,
    issued_at: datetime,
) -> str:
    """Return a presigned URL.

    Args:
        credentials: Who signs.
        region: Region of the bucket.
        bucket_url: URL of the bucket, without a slash at the end.
        key: Key of the object.
        method: The one method that the URL is good for.
        expires_in: Seconds that it is good for.
        issued_at: When it begins; aware.
    """
    url = f"{bucket_url}/{quote(key, safe='/' + UNRESERVED)}"
    return _signed(credentials, region, method, url, (issued_at.astimezone(UTC).strftime(SIGNING), expires_in))


@lru_cache(maxsize=KEPT)
def _signed(credentials: Credentials, region: str, method: str, url: str, validity: tuple[str, int]) -> str:
    """Return a URL signed at a second; pages that are asked for again within it name the same ones."""
    timestamp, expires_in = validity
    request = AWSRequest(method=method, url=url)
    return _QuerySigner(credentials, SERVICE, region, expires=expires_in).sign(request, timestamp)


@dataclass(frozen=True)
class Presented:
    """A request as its signer must have seen it.

    Args:
        method: HTTP method.
        path: Path in SigV4's encoding.
        query: Parameters, decoded, without the signature.
        headers: The headers that the signature covers, lower-case names.
        payload: What stands for the body: a SHA-256 or one of S3's words for an unsigned one.
        timestamp: The request's date, in SigV4's form.
    """

    method: str
    path: str
    query: Iterable[tuple[str, str]]
    headers: Sequence[tuple[str, str]]
    payload: str
    timestamp: str


@dataclass(frozen=True)
class Resigned:
    """What signing a request again came to; the texts are shown to whose signature differs, as S3 shows them."""

    canonical_request: str
    string_to_sign: str
    signature: str


def resign(presented: Presented, credentials: Credentials, region: str, *, by_query: bool) -> Resigned:
    """Sign a request again.

    Args:
        presented: The request.
        credentials: Who should have signed it.
        region: For which region.
        by_query: Whether the signature came in the URL rather than in a header.
    """
    query = "&".join(
        f"{quote(name, safe=UNRESERVED)}={quote(value, safe=UNRESERVED)}" for name, value in presented.query
    )
    # the authority is a stand-in: SigV4 signs it as the header ``host``, which is among ``headers``
    request = AWSRequest(method=presented.method, url=f"http://storage{presented.path}?{query}")
    request.headers["X-Amz-Content-SHA256"] = presented.payload
    request.context["timestamp"] = presented.timestamp
    request.context["covered"] = presented.headers
    return (_QueryJudge if by_query else _HeaderJudge)(credentials, SERVICE, region).resign(request)


def signature(text: str, credentials: Credentials, region: str, timestamp: str) -> str:
    """Return the signature of a text that is no request: a form's policy, or what stands for a chunk.

    Args:
        text: What is signed.
        credentials: Who should have signed it.
        region: For which region.
        timestamp: The date, in SigV4's form.
    """
    request = AWSRequest()
    request.context["timestamp"] = timestamp
    return str(S3SigV4Auth(credentials, SERVICE, region).signature(text, request))


class _Judge:
    """Signs what a client says it has signed: exactly the headers that it names, at its own instant."""

    def headers_to_sign(self, request: AWSRequest) -> HTTPHeaders:
        """Return the covered headers, and no ``host`` that the client left out."""
        covered = HTTPHeaders()
        for name, value in request.context["covered"]:
            covered[name] = value
        return covered

    def resign(self: Any, request: AWSRequest) -> Resigned:
        """Return the texts and the signature."""
        canonical = self.canonical_request(request)
        text = self.string_to_sign(request, canonical)
        return Resigned(canonical, text, self.signature(text, request))


class _QueryJudge(_Judge, S3SigV4QueryAuth):  # type: ignore[misc]  # botocore has no types
    """Judges URLs."""


class _HeaderJudge(_Judge, S3SigV4Auth):  # type: ignore[misc]  # botocore has no types
    """Judges ``Authorization`` headers."""
