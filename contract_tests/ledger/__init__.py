"""The ledger: what the contract suite claims, on what evidence, and which test holds it."""

from contract_tests.ledger.check import faults
from contract_tests.ledger.nodes import test_nodes
from contract_tests.ledger.rows import EVIDENCE, LedgerError, Row, read

__all__ = ["EVIDENCE", "LedgerError", "Row", "faults", "read", "test_nodes"]
