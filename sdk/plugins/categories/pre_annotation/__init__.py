"""Annotating tasks before people do."""
