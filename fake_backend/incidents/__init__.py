"""Production incidents as data files: list them, stage one, judge what a client came to."""

from fake_backend.incidents.evidence import Ended, Evidence
from fake_backend.incidents.incident import Call, Claim, Incident, Measure, SampledVersion, Test, Trouble
from fake_backend.incidents.judging import holds, missed
from fake_backend.incidents.reading import (
    IncidentInvalid,
    UnknownIncident,
    catalogue,
    incident,
    out_of_scope,
    raw,
    read,
)
from fake_backend.incidents.staging import Staging, staged
from fake_backend.incidents.timeline import timeline

__all__ = [
    "Call",
    "Claim",
    "Ended",
    "Evidence",
    "Incident",
    "IncidentInvalid",
    "Measure",
    "SampledVersion",
    "Staging",
    "Test",
    "Trouble",
    "UnknownIncident",
    "catalogue",
    "holds",
    "incident",
    "missed",
    "out_of_scope",
    "raw",
    "read",
    "staged",
    "timeline",
]
