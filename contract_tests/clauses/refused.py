"""Holding the gate to AWS's answer: the refusal to the letter, and nothing changed by what was refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import requests

from contract_tests.storage.probes import PROBES
from contract_tests.storage.sides import KEPT, KEY, fake
from contract_tests.storage.signers import TIMEOUT, signed_headers, url

if TYPE_CHECKING:
    from contract_tests.storage.sides import Side


def hold(name: str) -> None:
    """Send a probe, and compare what came back with AWS's answer.

    Args:
        name: Of the probe, and of the ledger's row.
    """
    with fake() as (_, side):
        answer = PROBES[name].send(side)

        assert [] == PROBES[name].aws.differences(answer)
        assert KEPT == requests.get(url(side, KEY), timeout=TIMEOUT).content
        assert [KEY] == keys(side)


def keys(side: Side) -> list[str]:
    """Return the keys in the bucket, as ListObjectsV2 tells them."""
    target = f"{side.bucket_url}?list-type=2"
    answer = requests.get(target, headers=signed_headers(side, "GET", target), timeout=TIMEOUT)
    return [part.partition("</Key>")[0] for part in answer.text.split("<Key>")[1:]]
