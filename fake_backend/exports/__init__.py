"""Delegated exports: the job that writes a raw bundle to a storage."""
