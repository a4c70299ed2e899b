"""Signed chunks: AWS's own examples, and that no byte of them may change."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fake_backend.objects.chunks import Framed, Seal
from fake_backend.objects.credentials import Credentials
from fake_backend.objects.errors import StorageRefusal
from fake_backend.objects.signing import signature

STAMP = "20130524T000000Z"
TRAILER = (
    "x-amz-checksum-crc32c:sOO8/Q==\r\n"
    "x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n"
)
# S3 API reference, "Signature calculations for the authorization header: transferring payload in multiple chunks", and
# "... including trailing headers": seed, chunks, trailer
EXAMPLES = {
    "without trailer": (
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        [
            "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
            "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
            "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
        ],
        "",
    ),
    "with trailer": (
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        [
            "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
            "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
            "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
        ],
        TRAILER,
    ),
}


def example(name):
    """Return the seal, the body, and whether it has a trailer, of one of AWS's examples: 65 KB of the letter a."""
    seed, signatures, trailer = EXAMPLES[name]
    keys = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")
    bodies = ["a" * 65_536, "a" * 1_024, ""]
    chunks = [
        f"{len(body):x};chunk-signature={signed}\r\n{body}" for body, signed in zip(bodies, signatures, strict=True)
    ]
    seal = Seal(
        seed,
        STAMP,
        "20130524/us-east-1/s3/aws4_request",
        keys.access_key,
        lambda text: signature(text, keys, "us-east-1", STAMP),
    )
    return seal, ("\r\n".join(chunks) + trailer + "\r\n").encode(), bool(trailer)


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_examples_of_aws_are_right(name):
    """Every signature that the reference prints is the one that is reckoned here."""
    seal, body, with_trailer = example(name)
    seal.judge(Framed.read(body), with_trailer=with_trailer)

    assert b"a" * 66_560 == Framed.read(body).body


@given(st.sampled_from(sorted(EXAMPLES)), st.integers(0, 66_700), st.integers(1, 255))
def test_no_byte_may_change(name, at, by):
    """Another byte anywhere, in a size, a chunk, a signature or the trailer: refused, or the same bytes still."""
    seal, body, with_trailer = example(name)
    at = min(at, len(body) - 5)
    changed = body[:at] + bytes([body[at] ^ by]) + body[at + 1 :]
    code, framed = "", None
    try:
        framed = Framed.read(changed)
        seal.judge(framed, with_trailer=with_trailer)
    except StorageRefusal as refused:
        code = refused.code

    assert code in {"", "SignatureDoesNotMatch", "IncompleteBody"}
    assert code or Framed.read(body).body == framed.body
    assert code or Framed.read(body).trailer == framed.trailer


def test_a_chunk_has_to_be_signed():
    """A body of chunks without signatures is no signed one."""
    seal, *_ = example("without trailer")
    with pytest.raises(StorageRefusal, match="signature"):
        seal.judge(Framed.read(b"1\r\na\r\n0\r\n\r\n"), with_trailer=False)
