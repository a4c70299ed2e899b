"""The v1 API."""

from sdk.clients.backend.client import BackendClient

__all__ = ["BackendClient"]
