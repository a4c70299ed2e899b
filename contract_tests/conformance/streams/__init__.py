"""What the published client makes of a progress stream that is refused, cut, or wrong."""
