"""The HTTP API: one Flask app for the whole process; each request brings its world in the WSGI environment."""

from fake_backend.http.application import application
from fake_backend.http.control.policy import ControlPolicy
from fake_backend.http.faulty import Faulty
from fake_backend.http.gateway import Gateway
from fake_backend.http.journalled import CarriedOut, Journalled

__all__ = ["CarriedOut", "ControlPolicy", "Faulty", "Gateway", "Journalled", "application"]
