"""The actions of pre-annotation."""
