"""Named wrong behaviours of the backend, switched on one by one: the contract tests must catch each (docs/bugs.md)."""

from fake_backend.core.bugs.bug import Bug, Topic
from fake_backend.core.bugs.known import KNOWN
from fake_backend.core.bugs.switches import Bugs

__all__ = ["KNOWN", "Bug", "Bugs", "Topic"]
