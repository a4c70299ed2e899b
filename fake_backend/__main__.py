"""``python -m fake_backend``: the command line without its script."""

from fake_backend.cli import main

if __name__ == "__main__":
    main()
