"""What runs in the published client's own environment: it imports that package and the standard library alone."""
