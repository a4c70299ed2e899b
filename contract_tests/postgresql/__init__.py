"""The contract tests on PostgreSQL: a server of one's own, and a schema of it for each world."""
