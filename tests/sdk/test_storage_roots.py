"""A directory and a bucket are the same kind of storage."""

from __future__ import annotations

import errno
import itertools
import sys
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scripted import Answer, Pieces, words_of

from fake_backend import FakeBackend
from fake_backend.transports.in_process import ConnectionRefused, HangUp
from sdk.clients.backend import BackendClient
from sdk.storage import (
    StorageAccessError,
    StorageNotFoundError,
    StorageSession,
    StorageUnreachableError,
    UnsafePathError,
    UnsupportedStorageError,
    open_storage,
)
from sdk.storage.file_system import FileSystemStorage

DOCUMENT = {
    "tenants": [{"code": "acme", "name": "Acme"}],
    "users": [{"id": 1, "tenant": "acme"}],
    "tokens": [{"user": 1, "kind": "user", "token": "t-0123456789"}],
    "storages": [
        {"id": 3, "tenant": "acme", "name": "disk", "category": "internal", "provider": "file_system"},
        {"id": 4, "tenant": "acme", "name": "bucket", "category": "internal", "provider": "amazon_s3"},
    ],
}
names = st.sampled_from(["a", "b c", "한글", "d.json", "e+f&g=h%20", "é"])
trees = st.dictionaries(
    st.lists(names, min_size=1, max_size=3).map(lambda parts: "/".join([*parts, "leaf"])),
    st.binary(max_size=40),
    max_size=5,
)
folders = itertools.count(1)


@pytest.fixture(scope="module")
def backend():
    with FakeBackend(DOCUMENT) as opened:
        yield opened


@pytest.fixture(scope="module", params=[3, 4], ids=["file_system", "amazon_s3"])
def root(request, backend):
    with BackendClient(backend.url, user_token="t-0123456789", tenant="acme", clock=backend.clock) as client:
        opened = client.open_storage(request.param, "write")
        yield opened
        opened.close()


@pytest.fixture
def folder():
    """A directory name that no other test uses."""
    return f"folder-{next(folders)}"


@settings(max_examples=10)  # a dozen S3 requests each
@given(tree=trees, start=st.integers(0, 50), length=st.integers(0, 50))
def test_what_is_written_is_there_to_read_to_list_and_to_remove(root, tree, start, length) -> None:
    """Bytes, sizes, ranges and names are those of the tree, whatever characters they hold."""
    folder = f"tree-{next(folders)}"
    for path, body in tree.items():
        root.write_bytes(f"{folder}/{path}", body)

    assert sorted(f"{folder}/{path}" for path in tree) == list(root.list(folder))
    assert sorted((f"{folder}/{path}", len(body)) for path, body in tree.items()) == [
        (entry.path, entry.size) for entry in root.entries(folder)
    ]
    for path, body in tree.items():
        full = f"{folder}/{path}"
        with root.open_binary(full) as stream:
            assert body == stream.read()
        assert len(body) == root.size(full)
        assert body[start : start + length] == root.read_range(full, start, length)
        assert root.exists(full)
    assert len(tree) == root.delete_tree(folder)
    assert [] == list(root.list(folder))


def test_a_prefix_is_a_directory_and_not_a_beginning(root, folder) -> None:
    """``a`` and ``ab`` are neighbours, for listing as for removing."""
    for path in ("a/x", "ab/x", "a.txt"):
        root.write_bytes(f"{folder}/{path}", b"")

    assert [f"{folder}/a/x"] == list(root.list(f"{folder}/a/"))
    assert 1 == root.delete_tree(f"{folder}/a")
    assert [f"{folder}/a.txt", f"{folder}/ab/x"] == list(root.list(folder))
    assert not root.exists(f"{folder}/ab")


def test_one_file_goes_and_nothing_below_its_name(root, folder) -> None:
    """In a bucket ``a`` and ``a/b`` may stand side by side; a directory is no file."""
    root.write_bytes(f"{folder}/a/b", b"1")

    assert not root.delete(f"{folder}/a")
    assert root.delete(f"{folder}/a/b")
    assert not root.delete(f"{folder}/a/b")
    assert [] == list(root.list(folder))


def test_a_tag_tells_whether_a_file_is_still_what_was_written(root, folder, tmp_path) -> None:
    """Equal in size is not enough."""
    (tmp_path / "local").write_bytes(b"mine")
    tag = root.write_file(tmp_path / "local", f"{folder}/f")

    assert [(f"{folder}/f", 4, tag)] == list(root.entries(folder))
    root.write_bytes(f"{folder}/f", b"else")
    assert [tag] != [entry.tag for entry in root.entries(folder)]


def test_a_stream_is_read_line_by_line_and_in_pieces(root, folder) -> None:
    """Bundles are read as lines; a line may be longer than any buffer."""
    lines = [b"x" * 200_000 + b"\n", b"\n", "한글\n".encode(), b"last"]
    root.write_bytes(f"{folder}/f", b"".join(lines))

    with root.open_binary(f"{folder}/f") as stream:
        assert lines == list(stream)
    with root.open_binary(f"{folder}/f") as stream:
        assert [lines[0][:10], lines[0][10:]] == [stream.read(10), stream.readline()]


def test_a_local_file_goes_in_whole(root, folder, tmp_path) -> None:
    """Over one that was there; directories come into being."""
    (tmp_path / "local").write_bytes(b"new" * 1000)
    root.write_bytes(f"{folder}/deep/f", b"old")
    root.write_file(tmp_path / "local", f"{folder}/deep/f")

    assert 3000 == root.size(f"{folder}/deep/f")
    assert [f"{folder}/deep/f"] == list(root.list(folder))


def test_a_large_file_goes_in_whole_as_well(backend, monkeypatch, folder, tmp_path) -> None:
    """In parts then."""
    monkeypatch.setattr("sdk.storage.s3.IN_ONE", 10)
    (tmp_path / "local").write_bytes(b"0123456789a")
    with BackendClient(backend.url, user_token="t-0123456789", tenant="acme", clock=backend.clock) as client:
        root = client.open_storage(4, "write")
        root.write_file(tmp_path / "local", f"{folder}/large")

        assert b"0123456789a" == root.read_range(f"{folder}/large", 0, 100)
        root.close()


def test_what_is_not_there_is_said_by_name(root, folder) -> None:
    """One error for both providers; removing and listing nothing is fine."""
    for act in (root.open_binary, root.size, lambda path: root.read_range(path, 0, 1)):
        with pytest.raises(StorageNotFoundError, match=folder):
            act(f"{folder}/missing")
    assert not root.exists(f"{folder}/missing")
    assert 0 == root.delete_tree(f"{folder}/missing")
    assert [] == list(root.list(f"{folder}/missing"))


@pytest.mark.parametrize("path", ["../x", "/x", "a/../../x", "a\\..\\x", "a\0"])
def test_no_method_takes_a_path_that_leaves(root, path) -> None:
    """An object store has no ``..``, and a bundle's path must mean the same everywhere."""
    for act in (
        root.open_binary,
        root.size,
        root.exists,
        root.local_path,
        root.delete_tree,
        lambda unsafe: list(root.list(unsafe)),
        lambda unsafe: root.write_bytes(unsafe, b""),
        lambda unsafe: root.read_range(unsafe, 0, 1),
    ):
        with pytest.raises(UnsafePathError):
            act(path)


@pytest.mark.parametrize("path", ["", "."])
def test_the_root_cannot_be_removed(root, path) -> None:
    """Whatever a manifest's prefix says."""
    with pytest.raises(UnsafePathError, match="root itself"):
        root.delete_tree(path)


@pytest.mark.parametrize(("start", "length"), [(-1, 1), (0, -1)])
def test_a_range_has_no_negative_numbers(root, folder, start, length) -> None:
    """A negative start would mean the end, and a negative length all."""
    with pytest.raises(ValueError, match="negative"):
        root.read_range(f"{folder}/x", start, length)


def test_removing_prunes_empty_directories_up_to_a_limit(tmp_path) -> None:
    """What an export made for itself goes with it; what others use stays."""
    storage = FileSystemStorage(tmp_path)
    for path in ("base/x/y/z/file", "base/other/file"):
        storage.write_bytes(path, b"")

    assert 1 == storage.delete_tree("base/x/y/z", prune_to="base")
    assert [tmp_path / "base" / "other"] == list((tmp_path / "base").iterdir())
    storage.delete_tree("base/other", prune_to="")
    assert [] == list(tmp_path.iterdir())


def test_half_a_file_never_shows(tmp_path, monkeypatch) -> None:
    """A copy that breaks leaves what was there, and nothing beside it."""
    storage = FileSystemStorage(tmp_path / "root")
    storage.write_bytes("f", b"before")

    with pytest.raises(StorageNotFoundError):
        storage.write_file(tmp_path / "missing", "f")
    assert b"before" == storage.read_range("f", 0, 9)
    assert ["f"] == list(storage.list(""))


def test_a_directory_in_the_way_is_said(tmp_path) -> None:
    """The system's word, with the path, as an error of this tree."""
    storage = FileSystemStorage(tmp_path)
    storage.write_bytes("a/b", b"")

    with pytest.raises(StorageAccessError, match="'a'"):
        storage.write_bytes("a", b"")
    with pytest.raises(StorageAccessError, match="'a/b/c'"):
        storage.write_bytes("a/b/c", b"")


@pytest.mark.parametrize("location", ["", "relative/dir"])
def test_a_location_is_absolute(location) -> None:
    """Relative to what, would be a guess."""
    with pytest.raises(UnsupportedStorageError, match="location"):
        open_storage(StorageSession(1, "file_system", {"location": location}))


def bucket(url="http://storage.invalid", **more):
    configuration = {
        "bucket_name": "b",
        "access_key": "AKIAHIDDEN",
        "secret_key": "hidden-secret",
        "region_name": "ap-northeast-2",
        "endpoint_url": url,
    }
    return StorageSession(4, "amazon_s3", configuration, **more)


def test_a_session_shows_no_credentials() -> None:
    """Neither it nor the storage it opens, in any form."""
    storage = open_storage(bucket())

    assert "hidden" not in f"{bucket()!r} {storage!r} {bucket()!s}".lower()


@pytest.mark.parametrize("script", [lambda _: ConnectionRefused(), None])
def test_a_bucket_that_fails_is_an_error_of_this_tree_without_secrets(mount, script) -> None:
    """Exceptions of botocore stay inside; what they say of keys is masked."""
    from scripted import Answer

    body = b"<Error><Code>AccessDenied</Code><Message>key AKIAHIDDEN</Message></Error>"
    url, _ = mount(script or (lambda _: Answer(403, body, {"Content-Type": "application/xml"})))
    storage = open_storage(bucket(url))
    storage._client = retrying_once(storage._client, url)

    with pytest.raises(StorageAccessError, match="'x'") as failure:
        storage.write_bytes("x", b"1")
    assert "hidden" not in words_of(failure.value).lower()


@pytest.mark.parametrize(
    ("passing", "status"), [(True, None), (True, 503), (True, 500), (True, 429), (False, 403), (False, 400)]
)
def test_a_bucket_that_is_not_there_is_told_from_one_that_refuses(mount, passing, status) -> None:
    """The one may be asked again later; what the other says is about the object."""
    from scripted import Answer

    body = b"<Error><Code>Whatever</Code></Error>"
    url, _ = mount(
        lambda _: Answer(status, body, {"Content-Type": "application/xml"}) if status else ConnectionRefused()
    )
    storage = open_storage(bucket(url))
    storage._client = retrying_once(storage._client, url)

    with pytest.raises(StorageAccessError) as failure:
        storage.read_range("x", 0, 1)
    assert passing == isinstance(failure.value, StorageUnreachableError)


def retrying_once(client, url):
    """Return a client of the same kind that does not wait between attempts."""
    import boto3
    from botocore.config import Config

    client.close()
    return boto3.client(
        "s3",
        endpoint_url=url,
        region_name="ap-northeast-2",
        aws_access_key_id="a",
        aws_secret_access_key="b",
        config=Config(retries={"max_attempts": 0}),
    )


@pytest.mark.parametrize("code", [errno.EIO, errno.ESTALE, errno.EACCES])
def test_a_directory_that_is_not_there_is_told_from_one_that_refuses(tmp_path, monkeypatch, code) -> None:
    """What a network file system says whose server is gone."""

    def failing(path, mode):
        raise OSError(code, "no")

    (tmp_path / "x").write_bytes(b"x")
    storage = FileSystemStorage(tmp_path)
    monkeypatch.setattr("pathlib.Path.open", failing)

    with pytest.raises(StorageAccessError) as failure:
        storage.open_binary("x")
    assert (code != errno.EACCES) == isinstance(failure.value, StorageUnreachableError)


def test_an_object_that_stays_cut_is_no_short_file(mount, clock) -> None:
    """An end that comes too early is an error (contract.md 2.5: a short part), after four times that it went on."""
    url, backend = mount(lambda _: Answer(200, Pieces(b"line\n", HangUp()), {"Content-Length": "100"}))
    storage = open_storage(bucket(url), clock=clock)

    with storage.open_binary("x") as stream, pytest.raises(StorageUnreachableError, match="'x' was cut"):
        stream.read()
    assert 5 == len(backend.asked)
    assert [1.0, 2.0, 4.0, 8.0] == clock.waits


def test_an_object_that_is_cut_goes_on_where_it_was_cut(mount, clock) -> None:
    """The rest is asked for of the same object: one that was replaced meanwhile is not glued to it."""
    tag = {"ETag": '"e"'}
    rest = Answer(206, b"line 2\n", {**tag, "Content-Range": "bytes 7-13/14"})
    url, backend = mount([Answer(200, Pieces(b"line 1\n", HangUp()), {**tag, "Content-Length": "14"}), rest])

    with open_storage(bucket(url), clock=clock).open_binary("x") as stream:
        assert b"line 1\nline 2\n" == stream.read()
    assert "bytes=7-" == backend.asked[1].headers["range"]
    assert '"e"' == backend.asked[1].headers["if-match"]
    assert [1.0] == clock.waits


def test_a_rest_of_another_object_is_refused(mount, clock) -> None:
    """412: what was read so far is of an object that is gone."""
    first = Answer(200, Pieces(b"line 1\n", HangUp()), {"ETag": '"e"', "Content-Length": "14"})
    url, _ = mount([first, Answer(412, b"")])

    with open_storage(bucket(url), clock=clock).open_binary("x") as stream, pytest.raises(StorageAccessError):
        stream.read()


def test_a_session_that_is_about_to_end_is_opened_anew(backend, clock) -> None:
    """incidents.md 5: sessions of seconds; an export takes hours."""
    with BackendClient(backend.url, user_token="t-0123456789", tenant="acme", clock=backend.clock) as client:
        given = client.open_storage_session(4, "read").configuration
    opened = []

    def session():
        opened.append(clock.monotonic())
        return StorageSession(4, "amazon_s3", given, expires_at=clock.now() + timedelta(seconds=100))

    storage = open_storage(session(), renew=session, clock=clock)
    for _ in range(3):
        storage.exists("x")
        clock.sleep(75)
    assert [0, 75, 150] == opened


def test_a_provider_that_this_sdk_does_not_speak_is_refused_with_those_it_does() -> None:
    """Not after the export has run."""
    with pytest.raises(UnsupportedStorageError, match="'ftp'; file_system, amazon_s3 and minio"):
        open_storage(StorageSession(1, "ftp", {}))


def test_without_boto3_a_bucket_says_what_is_missing(monkeypatch) -> None:
    """It is an optional dependency of the SDK."""
    monkeypatch.setitem(sys.modules, "boto3", None)

    with pytest.raises(UnsupportedStorageError, match="pip install boto3"):
        open_storage(bucket())
