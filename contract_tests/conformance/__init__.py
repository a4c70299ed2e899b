"""The unmodified reference client, run against a served fake and held against the oracle (``docs/conformance.md``)."""
