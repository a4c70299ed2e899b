"""What each target of a run is confined to, and the filters that narrow it, as a command line gives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, cast

from contract_tests.oracle import FILTER_KEYS
from contract_tests.verify.outcome import TARGETS, Target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

type Scopes = dict[Target, dict[str, object]]

NEEDED: Mapping[Target, str] = {"task": "--project", "assignment": "--project", "ground_truth": "--versions"}
VERSIONS = "ground_truth_dataset_versions"
CONFINING = {"project": "--project", VERSIONS: "--versions", "ground_truth_dataset_version": "--versions"}


class UsageError(Exception):
    """The command cannot be carried out as asked; one sentence says why."""


def confined(
    targets: Sequence[Target], project: int | None, versions: str | None, *, every: bool
) -> tuple[Scopes, dict[Target, str]]:
    """Return what each target is confined to, and for those that nothing confines why they are skipped.

    Args:
        targets: What is to be exported.
        project: The project of tasks and assignments, if given.
        versions: Comma list of ground-truth dataset versions, if given.
        every: Whether each target was asked for by name, so that none may be skipped.

    Raises:
        UsageError: A target that was asked for cannot be exported, none can be, an option has no target, or
            ``versions`` is no list of ids.
    """
    given = {"--project": project, "--versions": versions}
    for option, value in given.items():
        if value is not None and not any(NEEDED[target] == option for target in targets):
            named = " or ".join(target for target in TARGETS if NEEDED[target] == option)
            raise UsageError(f"verify: {option} goes with --target {named}.")
    missing: dict[Target, str] = {target: NEEDED[target] for target in targets if given[NEEDED[target]] is None}
    if every and missing:
        target, option = next(iter(missing.items()))
        raise UsageError(f"verify: --target {target} needs {option} too.")
    if len(missing) == len(targets):
        raise UsageError("verify: --backend-url needs --project, --versions or both too.")
    scopes: Scopes = {}
    for target in targets:
        if target not in missing:
            scopes[target] = {VERSIONS: _ids(versions)} if target == "ground_truth" else {"project": project}
    return scopes, {target: f"{option} was not given" for target, option in missing.items()}


def _ids(text: str | None) -> list[int]:
    items = [item.strip() for item in (text or "").split(",")]
    if not all(item.isascii() and item.isdigit() for item in items):
        raise UsageError(f"verify: --versions is {text!r}; ids with commas between them are needed, such as 3,4.")
    return [int(item) for item in items]


def narrowed(scopes: Mapping[Target, Mapping[str, object]], filters: Sequence[str]) -> Scopes:
    """Return the filter of each target: what confines it, and the keys that were given for it.

    Args:
        scopes: What confines each target.
        filters: JSON objects, each for every target, or for one as in ``task={"is_discarded": false}``.

    Raises:
        UsageError: A text is no JSON object, names a target that is not exported, has a key that a target does not
            take or that has an option of its own, or gives a key a second time.
    """
    whole: Scopes = {target: dict(scope) for target, scope in scopes.items()}
    for text in filters:
        name, separator, rest = text.partition("=")
        one = separator and name in TARGETS
        if one and name not in scopes:
            raise UsageError(f"verify: --filter {name}=... is for a target that is not exported.")
        asked = _object(rest if one else text)
        for target in [cast("Target", name)] if one else whole:
            for key, value in asked.items():
                _check(target, key, whole[target])
                whole[target][key] = value
    return whole


def _check(target: Target, key: str, scope: Mapping[str, object]) -> None:
    if key in CONFINING:
        raise UsageError(f"verify: --filter has {key!r}; it is given by {CONFINING[key]}.")
    if key not in FILTER_KEYS[target]:
        raise UsageError(
            f"verify: --filter has {key!r}, which {target} does not take; it takes "
            f"{', '.join(sorted(FILTER_KEYS[target] - set(CONFINING)))}. "
            f"For other targets alone, write --filter 'TARGET={{...}}' or choose them by --target."
        )
    if key in scope:
        raise UsageError(f"verify: --filter gives {target} the key {key!r} twice.")


def _object(text: str) -> dict[str, object]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise UsageError(f"verify: --filter is not JSON: {error}.") from error
    if not isinstance(value, dict):
        raise UsageError(f"verify: --filter is {text}; a JSON object is needed.")
    return value
