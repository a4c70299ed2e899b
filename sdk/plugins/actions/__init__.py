"""Actions by kind."""
