"""Clients of at most forty lines, each of which makes one documented mistake that no version at hand makes any more."""
