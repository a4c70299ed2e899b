"""The first API: paths hang off the host, errors and pages are Django REST framework's."""

from fake_backend.http.v1.catalogue import catalogue
from fake_backend.http.v1.data_units import data_units
from fake_backend.http.v1.ground_truth import ground_truth
from fake_backend.http.v1.lists import lists
from fake_backend.http.v1.plugins import plugins
from fake_backend.http.v1.reports import reports
from fake_backend.http.v1.serving import serving
from fake_backend.http.v1.surroundings import surroundings
from fake_backend.http.v1.tasks import tasks

BLUEPRINTS = (lists, tasks, catalogue, data_units, ground_truth, reports, serving, plugins, surroundings)

__all__ = ["BLUEPRINTS"]
