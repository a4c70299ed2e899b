"""An in-process fake of the Synapse backend: real rows, real objects, real HTTP, one clock."""

from fake_backend.backend import FakeBackend
from fake_backend.core.bugs import KNOWN as KNOWN_BUGS
from fake_backend.core.bugs import Bug
from fake_backend.core.clock import Clock, SystemClock, VirtualClock
from fake_backend.core.errors import Refusal
from fake_backend.faults import Faults, NeverFired
from fake_backend.http.control.policy import ControlPolicy
from fake_backend.identities import TenantTokens
from fake_backend.seeding import SeedInvalid
from fake_backend.served import ServedBackend
from fake_backend.serving.models import InferenceRequest
from fake_backend.settings import Settings
from fake_backend.store.addresses import DatabaseUnusable

__all__ = [
    "KNOWN_BUGS",
    "Bug",
    "Clock",
    "ControlPolicy",
    "DatabaseUnusable",
    "FakeBackend",
    "Faults",
    "InferenceRequest",
    "NeverFired",
    "Refusal",
    "SeedInvalid",
    "ServedBackend",
    "Settings",
    "SystemClock",
    "TenantTokens",
    "VirtualClock",
]
