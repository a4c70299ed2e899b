"""Clients for the incidents that ``fake_backend.incidents`` stages: the thin SDK, the published package, naive ones."""
