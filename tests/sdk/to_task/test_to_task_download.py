"""Annotation files: from where they may be, bounded in size, time and attempts (to_task guide, Security)."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from listeners import Listener
from scripted import Answer, Pieces

from fake_backend.transports.in_process import ConnectionRefused, HangUp, NoAnswer, Reset
from sdk.plugins.categories.pre_annotation.actions.to_task.download import JsonDownloader
from sdk.plugins.categories.pre_annotation.actions.to_task.errors import (
    AnnotationFormatError,
    DownloadError,
    HostRefusedError,
)
from sdk.plugins.categories.pre_annotation.actions.to_task.hosts import HostPolicy, is_near


@pytest.fixture
def fetch(clock):
    """Fetch a document under a policy."""
    opened = []

    def fetched(url, policy=None, **options):
        opened.append(JsonDownloader(clock=clock, policy=policy, **options))
        return opened[-1].fetch(url)

    yield fetched
    for downloader in opened:
        downloader.close()


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/",
        "http://127.8.9.1/",
        "http://[::1]:80/",
        "http://localhost/",
        "http://a.localhost/",
        "http://x.invalid/",
        "http://a.b.invalid:8080/c?d",
        "https://files.example/",
        "https://10.0.0.1/x",
    ],
)
def test_addresses_that_are_admitted_by_default(address) -> None:
    """Over https anywhere; http on loopback and below ``.invalid``."""
    HostPolicy().admit(address)


@pytest.mark.parametrize(
    "address",
    [
        "http://files.example/a.json",
        "http://10.0.0.1/",
        "http://invalid.example/",
        "http://notinvalid/",
        "http://127.0.0.1.example/",
        "http://localhost.example/",
        "ftp://x.invalid/",
        "file:///etc/passwd",
        "/a.json",
        "http://user@x.invalid/",
        "http://x.invalid\\@files.example/",
        "http://x.invalid /",
        "https://",
        "",
    ],
)
def test_addresses_that_are_not(fetch, address) -> None:
    """Plain http further off, other schemes, and what two parsers may read in two ways. Nothing is requested."""
    with pytest.raises(HostRefusedError, match=r"^Failed to download JSON from URL.*it was not requested"):
        fetch(address)


@pytest.mark.parametrize(
    ("allowed", "admitted", "refused"),
    [
        (["files.example"], ["https://files.example/", "https://FILES.example:8443/"], ["https://a.files.example/"]),
        (["files.example:8443"], ["https://files.example:8443/"], ["https://files.example/"]),
        (["*.example"], ["https://a.example/", "https://a.b.example/"], ["https://example/", "https://anexample/"]),
        (["files.example"], [], ["http://files.example/", "http://127.0.0.1/", "https://x.invalid/"]),
        (["127.0.0.1"], ["http://127.0.0.1:9/"], ["http://localhost/"]),
        ([], [], ["https://files.example/", "http://127.0.0.1/"]),
    ],
)
def test_a_list_of_hosts_admits_these_alone(allowed, admitted, refused) -> None:
    """An empty list admits none: it may have been computed."""
    policy = HostPolicy(allowed)
    for address in admitted:
        policy.admit(address)
    for address in refused:
        with pytest.raises(HostRefusedError):
            policy.admit(address)


def test_http_may_be_allowed() -> None:
    """For storages of a private network; the list of hosts holds all the same."""
    HostPolicy(allow_http=True).admit("http://minio.internal:9000/a")
    with pytest.raises(HostRefusedError, match="not among the allowed hosts"):
        HostPolicy(["files.example"], allow_http=True).admit("http://minio.internal:9000/a")


def test_a_redirect_is_checked_again(fetch, mount) -> None:
    """Hosts are checked again after each redirect, schemes too; where it leads is not asked."""
    far, asked_far = mount([{"objects": []}])
    near, _ = mount(
        [Answer(302, b"", {"Location": f"{far}/moved"})] * 2 + [Answer(302, b"", {"Location": "http://a.b/"})]
    )
    host = near.removeprefix("http://")

    assert {"objects": []} == fetch(f"{near}/a")
    with pytest.raises(HostRefusedError, match=r"a redirect leads there; .*not among the allowed hosts"):
        fetch(f"{near}/a", HostPolicy([host]))
    with pytest.raises(HostRefusedError, match=r"http://a\.b/: a redirect leads there; .*plain http"):
        fetch(f"{near}/a")
    assert ["/moved"] == [asked.path for asked in asked_far.asked]


def test_nobody_from_outside_leads_to_this_machine() -> None:
    """A redirect to loopback reaches what only this machine may reach, unless the host is on the list."""
    with pytest.raises(HostRefusedError, match=r"files\.example has no business with 127\.0\.0\.1"):
        HostPolicy().admit("http://127.0.0.1:8000/admin", "https://files.example/a")
    HostPolicy().admit("http://127.0.0.1:8000/b", "http://localhost/a")
    HostPolicy(["files.example", "127.0.0.1"]).admit("http://127.0.0.1:8000/b", "https://files.example/a")


@given(number=st.integers(0, 2**32 - 1))
def test_loopback_is_what_begins_with_127(number) -> None:
    """RFC 5735, 3."""
    octets = [number >> shift & 255 for shift in (24, 16, 8, 0)]
    assert (127 == octets[0]) == is_near(".".join(map(str, octets)))


@pytest.mark.parametrize(
    "fault", [Answer(503, b""), Answer(500, b""), Answer(429, b""), NoAnswer(), Reset(), ConnectionRefused(), HangUp()]
)
def test_what_may_pass_is_tried_again_and_not_for_ever(fetch, mount, clock, fault) -> None:
    """Bounded: four attempts with growing waits; the sentence counts them."""
    url, storage = mount([fault, fault, fault, {"objects": [1]}])
    assert {"objects": [1]} == fetch(f"{url}/a")
    assert [1.0, 2.0, 4.0] == clock.waits

    again, endless = mount(lambda _: fault)
    with pytest.raises(DownloadError, match=r"^Failed to download JSON from URL http://.*\(4 attempts\)"):
        fetch(f"{again}/a")
    assert (4, 4) == (len(storage.asked), len(endless.asked))


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 204, 206, 304])
def test_what_does_not_pass_is_told_at_once(fetch, mount, clock, status) -> None:
    """The status stands in the sentence; what a storage repeats of the request does not."""
    url, storage = mount(lambda _: Answer(status, b"" if status in {204, 304} else b"<Signature>secret</Signature>"))
    with pytest.raises(DownloadError, match=f"answered {status}") as failure:
        fetch(f"{url}/a?X-Amz-Signature=5ec7e7")

    assert status == failure.value.status
    assert 1 == len(storage.asked)
    assert [] == clock.waits
    assert "secret" not in str(failure.value)
    assert "5ec7e7" not in str(failure.value)


def test_a_body_that_is_cut_is_fetched_again(fetch, mount) -> None:
    """It is no invalid JSON: more was announced."""
    whole = json.dumps({"objects": []}).encode()
    cut = Answer(200, Pieces(whole[:5], HangUp()), {"Content-Length": str(len(whole))})
    url, _ = mount([cut, Answer(200, whole)])

    assert {"objects": []} == fetch(f"{url}/a")


def test_no_file_is_larger_than_allowed(fetch, mount) -> None:
    """Announced or not, packed or not; what is over the cap is not read, and not tried again."""
    document = json.dumps({"objects": [], "x": "y" * 5000}).encode()
    read = []

    class Endless(Pieces):
        def __iter__(self):
            for number in range(10**6):
                read.append(number)
                yield b" " * 1000

    packed = Answer(200, gzip.compress(document), {"Content-Encoding": "gzip"})
    assert len(packed.body) < 1000
    url, storage = mount([Answer(200, document), packed, Answer(200, Endless()), Answer(200, document)])
    for _ in range(3):
        with pytest.raises(DownloadError, match=r"bytes or more; up to 1000 are taken"):
            fetch(f"{url}/a", max_bytes=1000)

    assert 0 < len(read) < 1000
    read.clear()
    announced, _ = mount([Answer(200, Endless(), {"Content-Length": "1001"})])
    with pytest.raises(DownloadError, match="it has 1001 bytes or more"):
        fetch(f"{announced}/a", max_bytes=1000)
    assert len(read) <= 1  # the first piece comes along with the head
    assert 5000 == len(fetch(f"{url}/a", max_bytes=len(document))["x"])
    assert 4 == len(storage.asked)


def test_a_body_that_drips_is_given_up(fetch, mount, clock) -> None:
    """Each piece in time, and the whole never: the deadline counts for all attempts."""

    class Dripping(Pieces):
        def __iter__(self):
            while True:
                clock.sleep(25)
                yield b" " * 70_000

    url, storage = mount(lambda _: Answer(200, Dripping()))
    with pytest.raises(DownloadError, match="not complete after 300 s"):
        fetch(f"{url}/a")

    assert 1 == len(storage.asked)
    assert clock.monotonic() < 400


@pytest.mark.parametrize(
    "text", [b"", b"{", b"<html>", b"\xff\xfe", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b"{} {}", b"1" * 5000]
)
def test_what_is_no_json_is_told_so_at_once(fetch, mount, clock, text) -> None:
    """The guide's words; a file that is wrong stays wrong."""
    url, _ = mount([Answer(200, text)])
    with pytest.raises(AnnotationFormatError, match=r"^Invalid JSON format in annotation file: "):
        fetch(f"{url}/a")
    assert [] == clock.waits


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_is_read_in_its_encodings(fetch, mount, encoding) -> None:
    """Names in any script; a mark at the beginning is none of the text."""
    url, _ = mount([Answer(200, '{"라벨": "고양이"}'.encode(encoding))])
    assert {"라벨": "고양이"} == fetch(f"{url}/a")


def test_a_path_is_one_of_the_api_host(fetch, mount) -> None:
    """contract.md 3.5: URLs without scheme."""
    url, storage = mount([{"objects": []}])
    assert {"objects": []} == fetch("/media/a.json", base_url=url)
    assert "/media/a.json" == storage.asked[0].path
    with pytest.raises(HostRefusedError, match="plain http"):
        fetch("/media/a.json", base_url="http://api.example")


def test_no_credential_goes_along(clock) -> None:
    """Over a real socket: an annotation file may lie anywhere."""
    with Listener(lambda *_: (200, {}, b"{}")) as listener, JsonDownloader(clock=clock) as downloader:
        assert {} == downloader.fetch(f"{listener.url}/a")
        assert not {"authorization", "cookie", "synapse-tenant"} & listener.requests[0][2].keys()
