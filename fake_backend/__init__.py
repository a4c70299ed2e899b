"""An in-process fake of the Synapse backend."""
