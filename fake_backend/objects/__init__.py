"""Objects of a world: the store, and the S3 endpoint that stands before it."""

from fake_backend.objects.application import StorageWorld, application
from fake_backend.objects.credentials import Credentials
from fake_backend.objects.errors import StorageRefusal
from fake_backend.objects.store import ObjectStore

__all__ = ["Credentials", "ObjectStore", "StorageRefusal", "StorageWorld", "application"]
