"""Contract tests by topic, on the virtual clock and in process; each has a row in the ledger."""
