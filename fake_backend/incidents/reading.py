"""From TOML to incidents, and what is refused on the way."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from pydantic import TypeAdapter, ValidationError

from fake_backend.core.bugs import KNOWN
from fake_backend.core.errors import BadRequest, NotFound
from fake_backend.core.places import written
from fake_backend.faults import reading as faults
from fake_backend.incidents.incident import Call, Incident, Trouble
from fake_backend.incidents.recipe import Recipe
from fake_backend.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

INCIDENT: Final = TypeAdapter(Incident)
RECIPE: Final = TypeAdapter(Recipe)
CALL: Final = TypeAdapter(Call)
OUT_OF_SCOPE: Final = "out-of-scope.toml"


class IncidentInvalid(BadRequest):
    """A file that tells no incident; the sentence begins with its name and says where."""

    code = "incident_invalid"


class UnknownIncident(NotFound):
    """There is no incident of this name."""

    code = "incident_unknown"


def read(text: str, name: str) -> Incident:
    """Return the incident that a file tells.

    Args:
        text: TOML.
        name: What to call the file in a refusal.

    Raises:
        IncidentInvalid: The first thing that is wrong with it, with its place.
    """
    try:
        document = tomllib.loads(text)
        found = INCIDENT.validate_json(json.dumps(document))
        found.claims()
        for trouble in (found.trouble, found.calm):
            _check(found, trouble)
    except tomllib.TOMLDecodeError as error:
        raise IncidentInvalid(f"{name}: {error}.", expected="TOML") from None
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = written(first["loc"]) or "incident"
        raise IncidentInvalid(f"{name}: {place}: {first['msg']}.", received=first["input"], field=place) from None
    except (TypeError, ValueError, BadRequest) as error:
        raise IncidentInvalid(f"{name}: {error}") from None
    if not any(claim.state == "bites" for claim in found.versions) and not found.naive:
        raise IncidentInvalid(f"{name}: no version bites, and no naive client does.", expected="a version, or naive")
    if found.thin.state == "clear-error" and not found.thin.says:
        raise IncidentInvalid(f"{name}: thin.says is blank.", expected="words of the error", field="thin.says")
    return found


@cache
def catalogue() -> Mapping[str, Incident]:
    """Return every incident that ships with the package, by id, in the order of sections and then ids."""
    folder = files("fake_backend.incidents") / "catalogue"
    found = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".toml") and file.name != OUT_OF_SCOPE:
            one = read(file.read_text(encoding="utf-8"), file.name)
            if f"{one.id}.toml" != file.name:
                raise IncidentInvalid(f"{file.name}: the id is {one.id}.", expected=file.name.removesuffix(".toml"))
            found[one.id] = one
    return dict(sorted(found.items(), key=lambda pair: (pair[1].section, pair[0])))


def incident(name: str) -> Incident:
    """Return one incident by its id.

    Raises:
        UnknownIncident: There is none; the sentence names the nearest, or says why it is not staged.
    """
    found = catalogue().get(name)
    if found is None:
        if reason := out_of_scope().get(name):
            raise UnknownIncident(f"The incident {name} is known and not staged: {reason}")
        near = [one for one in catalogue() if name.lower() in one.lower()] or list(catalogue())
        raise UnknownIncident(f"There is no incident {name!r}.", received=name, expected=", ".join(near))
    return found


def raw(name: str) -> str:
    """Return the text of an incident's file, for a process that is to read it itself.

    Raises:
        UnknownIncident: There is none.
    """
    file = files("fake_backend.incidents") / "catalogue" / f"{incident(name).id}.toml"
    return file.read_text(encoding="utf-8")


def out_of_scope() -> Mapping[str, str]:
    """Return what of incidents.md cannot be staged by a backend, each with the reason."""
    text = (files("fake_backend.incidents") / "catalogue" / OUT_OF_SCOPE).read_text(encoding="utf-8")
    told: Mapping[str, str] = tomllib.loads(text)["reasons"]
    return told


def _check(one: Incident, trouble: Trouble) -> None:
    """Refuse trouble that cannot be had: unknown fields of a world, settings, a call, faults, bugs."""
    merged(RECIPE, one.world, trouble.world)
    merged(CALL, one.call, trouble.call)
    settings_of(trouble)
    faults.shaped({"rules": list(trouble.faults)})
    for bug in trouble.bugs:
        if bug not in KNOWN:
            raise BadRequest(f"There is no bug called {bug!r}.", received=bug, expected=", ".join(KNOWN))


def merged[T](shape: TypeAdapter[T], whole: T, changes: Mapping[str, Any]) -> T:
    """Return ``whole`` with some of its fields changed, checked as if it had been written so.

    Raises:
        ValidationError: A field is none, or its value is none of its.
    """
    return shape.validate_json(json.dumps({**shape.dump_python(whole, mode="json"), **changes}))


def settings_of(trouble: Trouble) -> Settings:
    """Return a world's settings under this trouble.

    Raises:
        BadRequest: A field is none, or its value is none of its.
    """
    told = dict(trouble.settings)
    if "presigned_targets" in told:
        told["presigned_targets"] = frozenset(told["presigned_targets"])
    try:
        return Settings(**told)
    except TypeError as error:
        raise BadRequest(f"settings: {error}.", expected="fields of Settings") from None
