"""What serving refuses, beside what any part of the backend does.

Refusal
├── Conflict              409
│   └── IllegalTransition      a serve application cannot go from where it is to there
├── NotServing            503  no application answers this call now
├── ModelFailed           500  the model, or the replica that it ran on, came to no prediction
│   └── OutOfMemory            more pictures at a time than the replica has memory for
├── AgentDown             502  the agent does not answer
└── Unprocessable         422  a body that an agent cannot read
"""

from __future__ import annotations

from fake_backend.core.errors import Conflict, Refusal


class IllegalTransition(Conflict):
    """A serve application cannot go from where it is to there."""

    code = "illegal_transition"


class NotServing(Refusal):
    """No application answers this call now."""

    status = 503
    code = "not_serving"


class ModelFailed(Refusal):
    """The model, or the replica that it ran on, came to no prediction."""

    status = 500
    code = "model_failed"


class OutOfMemory(ModelFailed):
    """More pictures at a time than the replica has memory for."""

    code = "out_of_memory"


class AgentDown(Refusal):
    """The agent does not answer."""

    status = 502
    code = "agent_down"


class Unprocessable(Refusal):
    """A body that an agent cannot read."""

    status = 422
    code = "unprocessable"
