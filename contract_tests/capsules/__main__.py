"""``python -m contract_tests.capsules``; see ``command``."""

from contract_tests.capsules.command import main

if __name__ == "__main__":
    main()
