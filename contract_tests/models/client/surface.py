"""Every public method of the two clients, found by looking, so that none is overlooked.

A name is as a caller writes it: ``get_project``, ``tasks.list``, ``ground_truth_datasets.versions().list``. What is no
method but leads to some, a resource or an accessor of one, is followed; mixins and base classes are part of a class.
"""

# mypy: disable-error-code="import-not-found"
# (the client is not installed where types are checked)

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synapse_sdk.clients.backend_v2.resources.base import SyncResource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SOME_ID = 1  # an accessor only remembers the id that it is called with


def methods(client: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Yield every public method by name, and every property that leads nowhere as a method that reads it.

    Args:
        client: Either client, or a resource of one.
    """
    for name in sorted(name for name in dir(type(client)) if not name.startswith("_")):
        value = getattr(client, name)
        if isinstance(inspect.getattr_static(type(client), name), property):
            if isinstance(value, SyncResource):
                yield from _below(f"{name}.", value)
            else:
                yield name, _reader(client, name)
        elif callable(value):
            if leads_on(value):
                yield from _below(f"{name}().", value(SOME_ID))
            else:
                yield name, value


def leads_on(method: Callable[..., Any]) -> bool:
    """Return whether a method only returns further methods, which its annotation says."""
    told = str(inspect.signature(method).return_annotation).strip("'\"")
    return told.endswith(("Resource", "Accessor"))


def _below(prefix: str, resource: Any) -> Iterator[tuple[str, Callable[..., Any]]]:
    for name, method in methods(resource):
        yield f"{prefix}{name}", method


def _reader(client: Any, name: str) -> Callable[[], Any]:
    return lambda: getattr(client, name)
