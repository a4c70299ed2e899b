"""``python -m contract_tests.models.client``: makes every call, in the published client's environment.

stdin is the seed document and two tables, stdout one JSON object a line: what became of each call, with every answer as
it came over the wire. Credentials come as the client's own environment variables. It changes nothing of the package.
"""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

from synapse_sdk.utils import auth

from contract_tests.models.client.call import Here
from contract_tests.models.client.calls_v1 import CALLS_V1
from contract_tests.models.client.calls_v2 import CALLS_V2
from contract_tests.models.client.driving import Driving
from contract_tests.models.client.surface import methods

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLS = {"v1": CALLS_V1, "v2": CALLS_V2}


def findings(told: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what became of every method of both clients.

    Args:
        told: ``seed``, the document; ``missing``, arguments by method whose resource is not there; ``silent``, reasons
            by method that asks nothing of the backend. Names are ``v1.get_project`` and the like.
    """
    here = Here(auth.create_backend_client(), auth.create_backend_client_v2(), told["seed"])
    for api, client in (("v2", here.v2), ("v1", here.v1)):
        driving = Driving(here, client, api)
        found = dict(methods(client))
        plan = {method.name: method for method in CALLS[api]}
        for method in CALLS[api]:
            if method.name not in found:
                yield {"api": api, "method": method.name, "kind": "unknown"}
                continue
            for call in method.calls:
                yield driving.make(method.name, call)
        for name, bound in found.items():
            stated = f"{api}.{name}"
            if stated in told["silent"]:
                yield {"api": api, "method": name, "kind": "silent", "planned": name in plan}
            elif stated in told["missing"]:
                yield {**driving.probe(name, bound, told["missing"][stated]), "planned": name in plan}
            elif name not in plan:
                yield {"api": api, "method": name, "kind": "unplanned"}
        for stated in sorted({*told["silent"], *told["missing"]}):
            owner, _, name = stated.partition(".")
            if owner == api and name not in found:
                yield {"api": api, "method": name, "kind": "unknown"}


def main() -> None:
    """Make the calls; everything else that is printed goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answers:
        for finding in findings(json.load(sys.stdin)):
            answers.write(json.dumps(finding, ensure_ascii=False, default=str) + "\n")


if __name__ == "__main__":
    main()
