"""A thin SDK."""
