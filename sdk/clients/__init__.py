"""HTTP clients of the backend and what they share."""
