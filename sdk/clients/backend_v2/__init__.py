"""The v2 API."""

from sdk.clients.backend_v2.client import BackendV2Client
from sdk.clients.sse import ProgressEvent

BackendClientV2 = BackendV2Client  # the name of later releases (contract.md 1.1)

__all__ = ["BackendClientV2", "BackendV2Client", "ProgressEvent"]
