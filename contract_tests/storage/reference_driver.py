"""Downloads by the unmodified reference client; runs inside that client's own environment, not in ours.

One JSON object on stdin: ``url`` (presigned), ``configuration`` (of the storage), ``key``; one on stdout: way to the
SHA-256 of what came. It imports the client and the standard library alone, and changes neither.
"""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
from pathlib import Path

from synapse_sdk.utils.file.download import download_file
from synapse_sdk.utils.storage import get_storage


def main() -> None:
    """Download the object both ways."""
    asked = json.load(sys.stdin)
    with tempfile.TemporaryDirectory() as folder:
        by_url = Path(download_file(asked["url"], folder)).read_bytes()
    storage = get_storage({"provider": "amazon_s3", "configuration": asked["configuration"]})
    by_storage = storage.get_pathlib(asked["key"]).read_bytes()
    got = {"download_file": by_url, "storage": by_storage}
    json.dump({way: hashlib.sha256(body).hexdigest() for way, body in got.items()}, sys.stdout)


if __name__ == "__main__":
    main()
