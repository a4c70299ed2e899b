"""The first API: paths hang off the host, errors and pages are Django REST framework's."""

from fake_backend.http.v1.catalogue import catalogue
from fake_backend.http.v1.reports import reports
from fake_backend.http.v1.tasks import tasks

BLUEPRINTS = (tasks, catalogue, reports)

__all__ = ["BLUEPRINTS"]
