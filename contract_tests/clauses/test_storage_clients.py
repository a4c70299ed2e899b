"""Strangers' clients of the storage: boto3, s3fs and curl read, write and list what the others wrote, over the wire."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from botocore.config import Config

from contract_tests.storage.sides import KEPT, KEY
from contract_tests.storage.signers import form, url
from contract_tests.storage.strangers import by_header, curl, file_system, live

if TYPE_CHECKING:
    from pathlib import Path

BODY = bytes(range(256)) * 300  # every byte, and more than one block of anybody's
VIRTUAL = Config(s3={"addressing_style": "virtual"})
NAME = "한글/사진 (1)+.bin"  # what has to be encoded, and what some encode otherwise


def test_boto3_over_the_wire() -> None:
    """The storage session of a served backend is all that boto3 of default configuration needs."""
    with live() as side:
        client = side.client()
        client.put_object(Bucket=side.bucket, Key=NAME, Body=BODY)
        read = client.get_object(Bucket=side.bucket, Key=NAME)["Body"].read()
        listed = [item["Key"] for item in client.list_objects_v2(Bucket=side.bucket)["Contents"]]
        client.close()

        assert (BODY, [KEY, NAME]) == (read, listed)


def test_s3fs_over_the_wire() -> None:
    """A file system of s3fs: write in blocks of 5 MiB, find, read a piece, move, remove; aiobotocore signs."""
    with live() as side, file_system(side) as files:
        path, large = f"{side.bucket}/{NAME}", BODY * 80
        with files.open(path, "wb", block_size=5 * 2**20) as file:
            file.write(large)
        with files.open(path, "rb") as file:
            file.seek(1_000)
            piece = file.read(256)
        found = files.find(side.bucket)
        files.mv(path, f"{side.bucket}/moved")

        assert (large[1_000:1_256], [f"{side.bucket}/{KEY}", path]) == (piece, found)
        assert large == files.cat_file(f"{side.bucket}/moved")
        files.rm(f"{side.bucket}/moved")
        assert not files.exists(f"{side.bucket}/moved")


def test_curl_signs_for_itself(tmp_path: Path) -> None:
    """``curl --aws-sigv4``: PUT, GET and a list, by curl's own signer."""
    (tmp_path / "body").write_bytes(BODY)
    with live() as side:
        target = f"{side.bucket_url}/{quote('from curl', safe='')}"
        curl(*by_header(side), "--upload-file", str(tmp_path / "body"), target)

        assert BODY == curl(*by_header(side), target)
        assert b"<Key>from curl</Key>" in curl(*by_header(side), f"{side.bucket_url}?list-type=2")


def test_curl_follows_a_presigned_url(tmp_path: Path) -> None:
    """A presigned URL is all that curl needs to write and to read, below localhost too."""
    (tmp_path / "body").write_bytes(BODY)
    with live() as side:
        curl("--upload-file", str(tmp_path / "body"), url(side, NAME, method="PUT"))
        port = urlsplit(side.endpoint).port
        client = replace(side, endpoint=f"http://localhost:{port}").client(config=VIRTUAL)
        below = client.generate_presigned_url("get_object", {"Bucket": side.bucket, "Key": NAME})
        client.close()

        assert BODY == curl(url(side, NAME))
        assert f"{side.bucket}.localhost" == urlsplit(below).hostname
        assert BODY == curl("--resolve", f"{side.bucket}.localhost:{port}:127.0.0.1", below)


def test_curl_posts_a_form(tmp_path: Path) -> None:
    """``curl --form`` as a browser sends it, fields first, the file last."""
    (tmp_path / "from disk.bin").write_bytes(BODY)
    with live() as side:
        fields = form(side, key="up/from disk.bin")
        given = [option for name, value in fields.items() for option in ("--form-string", f"{name}={value}")]
        curl(*given, "--form", f"file=@{tmp_path / 'from disk.bin'}", side.bucket_url)

        assert BODY == curl(url(side, "up/from disk.bin"))


def test_all_clients_read_the_same_bytes() -> None:
    """One object, as boto3, s3fs and curl download it: equal to what was put there, and so to each other."""
    with live() as side, file_system(side) as files:
        client = side.client()
        signed = client.generate_presigned_url("get_object", {"Bucket": side.bucket, "Key": KEY})
        by_boto3 = client.get_object(Bucket=side.bucket, Key=KEY)["Body"].read()
        client.close()
        got = {"boto3": by_boto3, "s3fs": files.cat_file(f"{side.bucket}/{KEY}"), "curl": curl(signed)}

        assert dict.fromkeys(got, KEPT) == got
