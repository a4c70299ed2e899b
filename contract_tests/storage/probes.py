"""Requests that S3 refuses, each with AWS's answer; where that was read stands in the ledger under the same name.

The sentences and elements are AWS's; a probe whose source has none of them asks for none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from contract_tests.storage import refused_forms, refused_headers, refused_urls

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from contract_tests.storage.answers import Refusal
    from contract_tests.storage.sides import Side


@dataclass(frozen=True)
class Probe:
    """A request that S3 refuses.

    Args:
        name: Also that of the ledger's row.
        asks: What is sent, in words.
        send: Sends it.
        aws: What AWS answers.
    """

    name: str
    asks: str
    send: Callable[[Side], requests.Response]
    aws: Refusal


PROBES = {
    name: Probe(name, asks, send, refusal)
    for module in (refused_urls, refused_headers, refused_forms)
    for name, asks, send, refusal in module.ROWS
}
