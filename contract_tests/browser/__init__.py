"""A headless browser's ``EventSource`` as a judge of event streams."""
