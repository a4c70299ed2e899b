"""``/__agents__/<id>/``: what agents answer at an address of their own (contract.md 4)."""

from fake_backend.http.agent.views import agent

__all__ = ["agent"]
