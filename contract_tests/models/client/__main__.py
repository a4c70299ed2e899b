"""``python -m contract_tests.models.client``: makes every call, in the published client's environment.

stdin is the seed document and two tables, stdout one JSON object a line: what became of each call, with every answer as
it came over the wire. Credentials come as the client's own environment variables. It changes nothing of the package.
"""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

import fnmatch
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
    """Yield what became of every method of one client.

    Args:
        told: ``api``, which client; ``seed``, the document; ``silent`` and ``missing``, what is said of methods by
            pattern of their names (``v1.get_project`` and the like); ``arguments``, by method of the latter.
    """
    here = Here(auth.create_backend_client(), auth.create_backend_client_v2(), told["seed"])
    api = told["api"]
    client = {"v1": here.v1, "v2": here.v2}[api]
    driving = Driving(here, client, api)
    found = dict(methods(client))
    plan = {method.name for method in CALLS[api]}
    for method in CALLS[api]:
        for call in method.calls:
            if method.name in found:
                yield driving.make(method.name, call)
    for name, bound in found.items():
        stated = f"{api}.{name}"
        if name in plan:
            continue
        if says := _stated(stated, told["silent"]):
            yield {**driving.read(name, bound), "says": says}
        elif says := _stated(stated, told["missing"]):
            yield {**driving.probe(name, bound, told["arguments"].get(stated, {})), "says": says}
        else:
            yield {"api": api, "method": name, "kind": "unplanned"}
    known = [f"{api}.{name}" for name in found]
    patterns = (*told["silent"], *told["missing"], *told["arguments"], *(f"{api}.{name}" for name in plan))
    for pattern in patterns:
        if pattern.startswith((api, "v?")) and not fnmatch.filter(known, pattern):
            yield {"api": api, "method": pattern, "kind": "unknown"}


def _stated(name: str, statements: dict[str, str]) -> str:
    return next((says for pattern, says in statements.items() if fnmatch.fnmatchcase(name, pattern)), "")


def main() -> None:
    """Make the calls; everything else that is printed goes to stderr."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with answers:
        for finding in findings(json.load(sys.stdin)):
            answers.write(json.dumps(finding, ensure_ascii=False, default=str) + "\n")


if __name__ == "__main__":
    main()
