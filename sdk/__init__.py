"""A thin SDK for the Synapse backend: clients, storage, loggers, steps and actions.

Import paths mirror the published guides: ``synapse_sdk.X`` there is ``sdk.X`` here.
"""
